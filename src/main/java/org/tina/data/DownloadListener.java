package org.tina.data;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Shows how far one download is. Its methods are called by the thread that asked for the download.
 */
public interface DownloadListener {

    /** Called several times a second, once the download has taken two seconds. */
    void update(DownloadState state);

    /** Called once after the last update, whether the download succeeded or not. */
    default void end() {}

    /** Prints a line every ten seconds, for where a line can't be written over. */
    static DownloadListener printing(Consumer<String> printer) {
        return new DownloadListener() {
            private static final Duration PAUSE = Duration.ofSeconds(10);
            private long next = System.nanoTime();

            @Override
            public void update(DownloadState state) {
                if (System.nanoTime() - next >= 0) {
                    printer.accept(state.toString());
                    next = System.nanoTime() + PAUSE.toNanos();
                }
            }
        };
    }
}
