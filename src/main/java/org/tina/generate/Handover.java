package org.tina.generate;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Where threads that have much left to do leave some of it for those that have nothing, so that all
 * are done at about the same time.
 *
 * @param <T> what is done
 */
final class Handover<T> {

    private final Deque<List<T>> left = new ArrayDeque<>();
    private int busy;
    private int idle;

    /** A thread has begun. Nobody waits for one that has not: it may come after all others. */
    synchronized void begin() {
        busy++;
    }

    /** A thread does nothing more. */
    synchronized void end() {
        busy--;
        notifyAll();
    }

    /** Whether a thread waits for something to do. */
    synchronized boolean isAwaited() {
        return idle > left.size();
    }

    /** Leaves something for a thread that waits. */
    synchronized void leave(List<T> some) {
        left.add(some);
        notifyAll();
    }

    /** Waits for what another thread leaves; empty once nobody is busy any more. */
    synchronized List<T> take() throws InterruptedException {
        end();
        idle++;
        try {
            while (left.isEmpty() && busy > 0) {
                wait();
            }
            return left.isEmpty() ? List.of() : left.poll();
        } finally {
            idle--;
            begin();
        }
    }
}
