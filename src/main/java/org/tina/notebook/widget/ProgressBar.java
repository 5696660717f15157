package org.tina.notebook.widget;

/** How far something is. */
public final class ProgressBar extends Widget {
    private final String label;
    private final double total;
    private volatile double done;

    /**
     * @param total where the bar is full, above 0
     */
    public ProgressBar(String label, double total) {
        super("FloatProgress");
        this.label = label;
        this.total = total;
        put("description", label);
        put("min", 0.0);
        put("max", total);
        put("bar_style", "");
        done(0);
    }

    /** Fills the bar up to {@code done} of the total. */
    public void done(double done) {
        this.done = done;
        put("value", done);
    }

    @Override
    public String toString() {
        return "%s: %.0f of %.0f".formatted(label, done, total);
    }
}
