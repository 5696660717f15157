package org.tina.notebook.widget;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A cell's output area as a widget: text and results, one below the other, also after the cell has
 * ended. For one thing that is replaced again and again {@link Html} is calmer.
 */
public final class Output extends Widget {
    private static final int KEPT = 200;

    private final List<Map<String, Object>> outputs = new ArrayList<>();
    private String last = "";

    public Output() {
        super("@jupyter-widgets/output", "1.0.0", "OutputModel", "OutputView");
        put("msg_id", "");
        put("outputs", outputs);
    }

    /** Adds a line of text; the newest 200 outputs are kept. */
    public synchronized void println(Object text) {
        last = String.valueOf(text);
        add(Map.of("output_type", "stream", "name", "stdout", "text", last + "\n"));
    }

    /** Adds a value as the result of a cell would show it. */
    public synchronized void show(Object value) {
        Shown shown = Shown.of(value);
        last = shown.text();
        add(
                Map.of(
                        "output_type",
                        "display_data",
                        "data",
                        shown.data(),
                        "metadata",
                        shown.metadata()));
    }

    /** Takes everything away. */
    public synchronized void clear() {
        last = "";
        outputs.clear();
        put("outputs", outputs);
    }

    private void add(Map<String, Object> output) {
        outputs.add(output);
        if (outputs.size() > KEPT) {
            outputs.remove(0);
        }
        put("outputs", outputs);
    }

    @Override
    public synchronized String toString() {
        return last;
    }
}
