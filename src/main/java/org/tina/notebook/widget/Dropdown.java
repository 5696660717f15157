package org.tina.notebook.widget;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.function.Function;

/**
 * A choice of one among several, such as {@code new Dropdown<>("recipe", Recipe.names())}.
 *
 * @param <T> what is chosen from
 */
public final class Dropdown<T> extends Control<T> {
    private final Function<? super T, String> text;
    private volatile List<T> options;

    /** A choice of which the page shows each option's own text; the first is chosen at first. */
    public Dropdown(String label, List<T> options) {
        this(label, options, String::valueOf);
    }

    /**
     * @param options at least one; the first is chosen at first
     * @param text what the page shows of an option
     */
    public Dropdown(String label, List<T> options, Function<? super T, String> text) {
        super("Dropdown", "DescriptionStyle", label, "index");
        this.text = text;
        if (options.isEmpty()) {
            throw new IllegalArgumentException(label + " has nothing to choose from");
        }
        offer(options, options.get(0));
    }

    /**
     * Offers other options and chooses one; listeners are not told.
     *
     * @param value one of the options
     */
    public void offer(List<T> options, T value) {
        this.options = List.copyOf(options);
        put("_options_labels", options.stream().map(text).toList());
        start(value);
    }

    public List<T> options() {
        return options;
    }

    @Override
    T checked(T value) {
        if (!options.contains(value)) {
            throw new IllegalArgumentException(
                    label() + " is " + value + ", must be one of " + options);
        }
        return value;
    }

    @Override
    JsonElement toJson(T value) {
        return new JsonPrimitive(options.indexOf(value));
    }

    @Override
    T fromJson(JsonElement json) {
        return options.get(json.getAsInt());
    }
}
