package org.tina.notebook;

import io.github.spencerpark.jupyter.channels.JupyterConnection;
import io.github.spencerpark.jupyter.channels.Loop;
import io.github.spencerpark.jupyter.channels.ShellChannel;
import io.github.spencerpark.jupyter.channels.ShellHandler;
import io.github.spencerpark.jupyter.channels.ShellReplyEnvironment;
import io.github.spencerpark.jupyter.messages.Message;
import io.github.spencerpark.jupyter.messages.MessageType;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Runs cells on one thread of their own, and completion and help on another. IJava handles every
 * message on the thread that reads the socket, so that a running cell keeps widgets, and all else
 * that a page sends, waiting for its end.
 */
final class CellThread {
    private final JupyterConnection connection;
    private final Runnable beforeReply;
    private final ExecutorService cells = thread("cells");
    private final ExecutorService help = thread("help");

    private CellThread(JupyterConnection connection, Runnable beforeReply) {
        this.connection = connection;
        this.beforeReply = beforeReply;
    }

    /**
     * Moves the connection's handlers of cells, completion and help; {@code beforeReply} runs
     * before each answer.
     */
    static void moveHandlers(JupyterConnection connection, Runnable beforeReply) {
        CellThread threads = new CellThread(connection, beforeReply);
        threads.move(MessageType.EXECUTE_REQUEST, threads.cells);
        threads.move(MessageType.COMPLETE_REQUEST, threads.help);
        threads.move(MessageType.INSPECT_REQUEST, threads.help);
        threads.move(MessageType.IS_COMPLETE_REQUEST, threads.help);
    }

    private static ExecutorService thread(String name) {
        return Executors.newSingleThreadExecutor(
                task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
    }

    private <T> void move(MessageType<T> type, ExecutorService thread) {
        ShellHandler<T> handler = connection.getHandler(type);
        connection.setHandler(
                type,
                (environment, message) -> {
                    Loop reader = (Loop) Thread.currentThread();
                    ShellChannel shell = (ShellChannel) environment.getShell();
                    thread.execute(() -> handle(handler, message, shell, reader));
                });
    }

    private <T> void handle(
            ShellHandler<T> handler, Message<T> message, ShellChannel shell, Loop reader) {
        ShellReplyEnvironment environment = connection.prepareReplyEnv(shell, message);
        try {
            handler.handle(environment, message);
        } catch (Throwable t) {
            t.printStackTrace(); // the client still gets its "idle" below
        } finally {
            beforeReply.run();
            replyFrom(reader, environment);
        }
    }

    /** Sends the answer from the thread that owns the socket, and waits until it has left. */
    private static void replyFrom(Loop reader, ShellReplyEnvironment environment) {
        CountDownLatch sent = new CountDownLatch(1);
        reader.doNext(
                () -> {
                    try {
                        environment.resolveDeferrals();
                    } finally {
                        sent.countDown();
                    }
                });
        try {
            sent.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
