package org.tina.notebook;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The cell that is running, as far as library code needs to know it: what the interrupt button
 * should do, and what is left to do when the cell ends. Outside a notebook both calls are harmless.
 */
public final class Cell {
    private static final AtomicReference<Runnable> STOPPER = new AtomicReference<>();
    private static final List<Runnable> AT_END = new CopyOnWriteArrayList<>();

    private Cell() {}

    /**
     * Registers what the first press of the interrupt button does instead of killing the cell, for
     * example {@code Cell.onInterrupt(run::stop)}: the cell then ends normally, with its value. A
     * second press interrupts the cell's thread. The registration ends with the cell.
     */
    public static void onInterrupt(Runnable stopper) {
        STOPPER.set(stopper);
    }

    /**
     * Runs {@code task} once when the running cell ends, normally or not, while its output can
     * still change.
     */
    public static void atEnd(Runnable task) {
        AT_END.add(task);
    }

    /** Runs the registered stopper, once. Returns false where there is none. */
    static boolean stop() {
        Runnable stopper = STOPPER.getAndSet(null);
        if (stopper == null) {
            return false;
        }
        stopper.run();
        return true;
    }

    /** The cell has ended: runs its last tasks and forgets its registrations. */
    static void end() {
        STOPPER.set(null);
        try {
            AT_END.forEach(Runnable::run);
        } finally {
            AT_END.clear();
        }
    }
}
