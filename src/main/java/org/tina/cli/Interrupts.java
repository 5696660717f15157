package org.tina.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ctrl-C as a request to stop: the first one is handed to the work, the second ends the JVM at
 * once. A shutdown hook can't do that, as a JVM that has begun to end hears no second signal.
 *
 * <p>{@code sun.misc.Signal} is what Java has for this. It is called by reflection, because javac
 * warns at each mention of it and nothing turns that off.
 */
final class Interrupts implements AutoCloseable {

    /** What a shell reports for a command that Ctrl-C ended. */
    static final int EXIT_CODE = 130;

    private static final List<String> SIGNALS = List.of("INT", "TERM");

    private final AtomicBoolean requested = new AtomicBoolean();
    private final Map<String, Object> replaced = new LinkedHashMap<>();

    Interrupts(Runnable stop) {
        InvocationHandler onSignal =
                (proxy, method, arguments) -> {
                    if (!requested.compareAndSet(false, true)) {
                        Runtime.getRuntime().halt(EXIT_CODE);
                    }
                    stop.run();
                    return null;
                };
        SIGNALS.forEach(signal -> replaced.put(signal, handle(signal, onSignal)));
    }

    /** Whether someone asked to stop. */
    boolean requested() {
        return requested.get();
    }

    /** Gives signals back to whom they belonged. */
    @Override
    public void close() {
        replaced.forEach(Interrupts::handle);
    }

    /** {@code Signal.handle(new Signal(signal), handler)}: the handler that was there. */
    private static Object handle(String signal, Object handler) {
        try {
            Class<?> signals = Class.forName("sun.misc.Signal");
            Class<?> handlers = Class.forName("sun.misc.SignalHandler");
            Object usable =
                    handler instanceof InvocationHandler ours
                            ? Proxy.newProxyInstance(
                                    Interrupts.class.getClassLoader(),
                                    new Class<?>[] {handlers},
                                    ours)
                            : handler;
            return signals.getMethod("handle", signals, handlers)
                    .invoke(null, signals.getConstructor(String.class).newInstance(signal), usable);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("signal " + signal + " can't be handled", e);
        }
    }
}
