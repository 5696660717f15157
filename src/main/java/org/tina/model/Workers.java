package org.tina.model;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * Runs independent pieces of tensor work side by side: as many Java threads as cores with one
 * libtorch thread each, which for models of a few million parameters is far faster than one call
 * that uses all cores. A single piece gets all cores. Results come in the order of the inputs, so
 * that sums over them are repeatable.
 *
 * <p>The number of cores used is the system property {@code tina.threads}, by default all.
 */
public final class Workers {

    private static final int CORES =
            Math.max(
                    1,
                    Integer.getInteger("tina.threads", Runtime.getRuntime().availableProcessors()));

    private static final ExecutorService POOL =
            Executors.newFixedThreadPool(
                    CORES,
                    task -> {
                        Thread thread = new Thread(task, "tensor");
                        thread.setDaemon(true);
                        return thread;
                    });

    static {
        DjlSettings.apply();
    }

    private Workers() {}

    /** The number of pieces that run at once. */
    public static int cores() {
        return CORES;
    }

    /**
     * Applies {@code work} to each input, at most {@link #cores} at a time; rethrows the first
     * failure.
     */
    public static <I, O> List<O> map(List<I> inputs, Function<I, O> work) {
        Engine.getEngine("PyTorch"); // loads libtorch before any thread calls it
        int threadsEach = Math.max(1, CORES / Math.max(1, inputs.size()));
        List<Future<O>> futures = new ArrayList<>();
        for (I input : inputs) {
            futures.add(
                    POOL.submit(
                            () -> {
                                JniUtils.setNumThreads(threadsEach);
                                return work.apply(input);
                            }));
        }
        List<O> outputs = new ArrayList<>();
        RuntimeException failure = null;
        for (Future<O> future : futures) {
            try {
                outputs.add(join(future));
            } catch (RuntimeException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return outputs;
    }

    /**
     * Waits even when interrupted: a native call cannot be stopped, and its tensors must not be
     * closed under it.
     */
    private static <O> O join(Future<O> future) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof RuntimeException cause) {
                        throw cause;
                    }
                    if (e.getCause() instanceof Error cause) {
                        throw cause;
                    }
                    throw new IllegalStateException(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
