package org.tina.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A few threads at work while the thread that waits for them shows how far they are. An interrupt
 * of the waiting thread ends them all.
 */
final class DownloadCrew implements AutoCloseable {

    private static final int THREADS = 4;
    private static final long TICK_MS = 200;
    private static final long LAST_WORDS_S = 5;

    private final DownloadMeter meter;
    private final DownloadListener listener;
    private final long showFrom;
    private final ExecutorService threads =
            Executors.newFixedThreadPool(THREADS, DownloadCrew::daemon);

    /**
     * @param quietSeconds how long nothing is shown
     */
    DownloadCrew(DownloadMeter meter, DownloadListener listener, double quietSeconds) {
        this.meter = meter;
        this.listener = listener;
        this.showFrom = System.nanoTime() + Math.round(quietSeconds * 1e9);
    }

    /** Runs the tasks; the first failure ends the others. Results come in the tasks' order. */
    <T> List<T> run(List<Callable<T>> tasks) throws IOException, InterruptedException {
        ExecutorCompletionService<T> completions = new ExecutorCompletionService<>(threads);
        List<Future<T>> futures = tasks.stream().map(completions::submit).toList();
        try {
            for (int left = tasks.size(); left > 0; ) {
                Future<T> done = completions.poll(TICK_MS, TimeUnit.MILLISECONDS);
                show();
                if (done != null) {
                    done.get();
                    left--;
                }
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw asIs(e.getCause());
        } finally {
            futures.forEach(future -> future.cancel(true));
        }
    }

    <T> T run(Callable<T> task) throws IOException, InterruptedException {
        return run(List.of(task)).get(0);
    }

    private void show() {
        long now = System.nanoTime();
        DownloadState state = meter.state(now);
        if (now - showFrom >= 0) {
            listener.update(state);
        }
    }

    private static IOException asIs(Throwable failure) {
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        } else if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof IOException known ? known : new IOException(failure);
    }

    /** Ends the threads, and waits until they have let go of their files. */
    @Override
    public void close() throws InterruptedException {
        threads.shutdownNow();
        try {
            threads.awaitTermination(LAST_WORDS_S, TimeUnit.SECONDS);
        } finally {
            show();
            listener.end();
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "download");
        thread.setDaemon(true);
        return thread;
    }
}
