package org.tina.notebook;

/** When to draw again: at most twice a second, and never more than a tenth of the time. */
final class Pace {
    private static final long SHORTEST_PAUSE_NS = 500_000_000L;

    private long next;

    boolean isDue() {
        return System.nanoTime() >= next;
    }

    /** Draws, and sets the next time by how long that took. */
    void draw(Runnable drawing) {
        long start = System.nanoTime();
        drawing.run();
        long now = System.nanoTime();
        next = now + Math.max(SHORTEST_PAUSE_NS, 10 * (now - start));
    }
}
