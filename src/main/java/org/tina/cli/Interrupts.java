package org.tina.cli;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Ctrl-C as a request to stop: the first one is handed to the work, the second ends the JVM at
 * once. A shutdown hook can't do that, as a JVM that has begun to end hears no second signal.
 */
final class Interrupts implements AutoCloseable {

    /** What a shell reports for a command that Ctrl-C ended. */
    static final int EXIT_CODE = 130;

    private record Replaced(Signal signal, SignalHandler handler) {}

    private final AtomicBoolean requested = new AtomicBoolean();
    private final List<Replaced> replaced;

    Interrupts(Runnable stop) {
        SignalHandler handler =
                signal -> {
                    if (!requested.compareAndSet(false, true)) {
                        Runtime.getRuntime().halt(EXIT_CODE);
                    }
                    stop.run();
                };
        replaced =
                List.of("INT", "TERM").stream()
                        .map(Signal::new)
                        .map(signal -> new Replaced(signal, Signal.handle(signal, handler)))
                        .toList();
    }

    /** Whether someone asked to stop. */
    boolean requested() {
        return requested.get();
    }

    /** Gives signals back to whom they belonged. */
    @Override
    public void close() {
        replaced.forEach(one -> Signal.handle(one.signal, one.handler));
    }
}
