package org.tina.model;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
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
     * Applies {@code work} to each input and waits for all; rethrows the first failure. An
     * interrupt of the caller is passed on to the threads that work: a native call can't be
     * stopped, so they look for it between calls.
     *
     * @param atOnce how many inputs may be worked on side by side; never more than {@link #cores}
     * @throws CancellationException if the caller was interrupted
     */
    public static <I, O> List<O> map(int atOnce, List<I> inputs, Function<I, O> work) {
        return map(atOnce, CORES, inputs, work);
    }

    /**
     * As {@link #map(int, List, Function)}, for work in steps that may be too short to be shared by
     * many threads.
     *
     * @param threads of libtorch that an input has at most, at least 1
     */
    public static <I, O> List<O> map(int atOnce, int threads, List<I> inputs, Function<I, O> work) {
        int few = Math.max(1, Math.min(atOnce, CORES));
        List<O> outputs = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i += few) {
            List<I> some = inputs.subList(i, Math.min(i + few, inputs.size()));
            outputs.addAll(together(some, Math.min(threads, CORES / some.size()), work));
        }
        return outputs;
    }

    private static <I, O> List<O> together(List<I> inputs, int threadsEach, Function<I, O> work) {
        Engine.getEngine("PyTorch"); // loads libtorch before any thread calls it
        Set<Thread> working = ConcurrentHashMap.newKeySet();
        List<Future<O>> futures = new ArrayList<>();
        for (I input : inputs) {
            futures.add(
                    POOL.submit(
                            () -> {
                                working.add(Thread.currentThread());
                                try {
                                    JniUtils.setNumThreads(threadsEach);
                                    return work.apply(input);
                                } finally {
                                    working.remove(Thread.currentThread());
                                }
                            }));
        }
        List<O> outputs = new ArrayList<>();
        Throwable failure = null;
        boolean interrupted = false;
        for (Future<O> future : futures) {
            for (boolean waiting = true; waiting; ) {
                try {
                    outputs.add(future.get());
                    waiting = false;
                } catch (InterruptedException e) {
                    interrupted = true;
                    working.forEach(Thread::interrupt);
                } catch (ExecutionException e) {
                    failure = failure == null ? e.getCause() : failure;
                    waiting = false;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted");
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        } else if (failure instanceof Error error) {
            throw error;
        }
        return outputs;
    }
}
