package org.tina.notebook.widget;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A button, such as {@code new Button("Run").onClick(this::run)}. */
public final class Button extends Widget {
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile String label;

    public Button(String label) {
        super("Button");
        put("button_style", "");
        put("disabled", false);
        label(label);
    }

    /** Runs a task at each click, on the listeners' thread. */
    public Button onClick(Runnable task) {
        listeners.add(task);
        return this;
    }

    /** Does what a click on the page does, before it returns. */
    public void click() {
        listeners.forEach(Runnable::run);
    }

    /** Changes what the button says. */
    public void label(String label) {
        this.label = label;
        put("description", label);
    }

    /** Whether it can be clicked. */
    public void enable(boolean enabled) {
        put("disabled", !enabled);
    }

    @Override
    void custom(JsonObject content) {
        JsonElement event = content.get("event");
        if (event != null && event.getAsString().equals("click")) {
            later(this::click);
        }
    }

    @Override
    public String toString() {
        return "[" + label + "]";
    }
}
