package org.tina.notebook.widget;

import com.google.gson.JsonElement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A widget with a label and a value that both the page and Java may change.
 *
 * @param <V> the value's type; values are never null
 */
public abstract class Control<V> extends Widget {
    private static final String MODULE = "@jupyter-widgets/controls";
    private static final String LABEL_WIDTH = "130px";

    private final String label;
    private final String style;
    private final String key;
    private final List<Consumer<? super V>> listeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean announced = new AtomicBoolean();
    private volatile V value;

    /**
     * @param name of ipywidgets' model without "Model"
     * @param style of ipywidgets' style model without "Model"
     * @param key of the model's state that holds the value
     */
    Control(String name, String style, String label, String key) {
        super(name);
        this.label = label;
        this.style = style;
        this.key = key;
        put("description", label);
        put("disabled", false);
        labelWidth(LABEL_WIDTH);
        width("440px");
    }

    /** The value that a new control starts with. */
    final void start(V first) {
        value = checked(first);
        put(key, toJson(first));
    }

    /** The value as it is now. */
    public final V value() {
        return value;
    }

    /**
     * Changes the value, on the page too, and tells the listeners before it returns. The same value
     * again does nothing.
     *
     * @throws IllegalArgumentException if the control does not offer the value
     */
    public final void set(V value) {
        Objects.requireNonNull(value, label);
        checked(value);
        if (!value.equals(this.value)) {
            this.value = value;
            put(key, toJson(value));
            listeners.forEach(listener -> listener.accept(value));
        }
    }

    /**
     * Calls {@code listener} with each new value. Values from the page come on the listeners'
     * thread; while a listener is busy, those that have been overtaken by a newer one are left out.
     */
    public final Control<V> onChange(Consumer<? super V> listener) {
        listeners.add(listener);
        return this;
    }

    /**
     * How wide the label's place is; 130px if not given.
     *
     * @param css such as {@code 200px}; a longer label is cut off
     */
    public final Control<V> labelWidth(String css) {
        part("style", new Look(MODULE, style, Map.of("description_width", css)));
        return this;
    }

    /** Whether the page lets the value be changed. */
    public final void enable(boolean enabled) {
        put("disabled", !enabled);
    }

    public final String label() {
        return label;
    }

    abstract JsonElement toJson(V value);

    /**
     * A value of the page.
     *
     * @throws RuntimeException if it is none that the control offers
     */
    abstract V fromJson(JsonElement json);

    /** The value, or an IllegalArgumentException that says what is offered. */
    V checked(V value) {
        return value;
    }

    @Override
    final void changed(String changedKey) {
        if (!changedKey.equals(key)) {
            return;
        }
        JsonElement sent = get(key);
        V now;
        try {
            now = fromJson(sent);
        } catch (RuntimeException e) {
            put(key, toJson(value)); // the page shows what is true
            throw new IllegalArgumentException(
                    label + ": the page sent " + sent + ", " + e.getMessage(), e);
        }
        if (!now.equals(value)) {
            value = now;
            if (announced.compareAndSet(false, true)) {
                later(this::announce);
            }
        }
    }

    private void announce() {
        announced.set(false);
        V now = value;
        listeners.forEach(listener -> listener.accept(now));
    }

    @Override
    public String toString() {
        return label + ": " + value;
    }
}
