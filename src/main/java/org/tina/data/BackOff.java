package org.tina.data;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * Tries again what failed for a passing reason: after 1, 2, 4, 8, 16 seconds, each shortened by up
 * to a half at random so that many clients don't come back at once, or after the time that the
 * server asks for.
 */
final class BackOff {

    /** Waits; tests have one that doesn't. */
    @FunctionalInterface
    interface Sleeper {
        Sleeper REAL = pause -> Thread.sleep(pause.toMillis());

        void sleep(Duration pause) throws InterruptedException;
    }

    /** What may fail. */
    @FunctionalInterface
    interface Attempt<T> {
        T run() throws IOException, InterruptedException;
    }

    private static final int TRIES = 6;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    private final Sleeper sleeper;
    private final Consumer<String> notes;
    private int failures;

    /**
     * @param notes hears why it waits, and an empty text when it goes on
     */
    BackOff(Sleeper sleeper, Consumer<String> notes) {
        this.sleeper = sleeper;
        this.notes = notes;
    }

    /** Runs the attempt until it succeeds, fails for good, or has failed too often. */
    <T> T retry(Attempt<T> attempt) throws IOException, InterruptedException {
        while (true) {
            try {
                return attempt.run();
            } catch (TransientException e) {
                pause(e);
            }
        }
    }

    /** Something came through: failures count from zero again. */
    void progressed() {
        failures = 0;
    }

    private void pause(TransientException e) throws IOException, InterruptedException {
        failures++;
        Duration asked = e.serversWait().orElse(Duration.ZERO);
        if (failures == TRIES || asked.compareTo(LONGEST_WAIT) > 0) {
            throw new IOException(e.getMessage() + " (" + outlook(asked) + ")", e);
        }
        double factor = ThreadLocalRandom.current().nextDouble(0.5, 1);
        long millis = Math.round(1000 * factor * (1 << (failures - 1)));
        Duration pause = asked.isZero() ? Duration.ofMillis(millis) : asked;
        notes.accept("%s; again in %.0f s".formatted(e.getMessage(), pause.toMillis() / 1000.0));
        sleeper.sleep(pause);
        notes.accept("");
    }

    private String outlook(Duration asked) {
        return failures == TRIES
                ? "tried "
                        + TRIES
                        + " times; what came is kept, the same command goes on from there"
                : "the server asks to come back in " + asked.toMinutes() + " minutes";
    }
}
