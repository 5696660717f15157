package org.tina.notebook.widget;

/** A slider for a whole number, such as {@code new IntSlider("rank", 1, 64, 8)}. */
public final class IntSlider extends NumberSlider<Integer> {
    /**
     * @param low the least value
     * @param high the greatest
     * @param value the first
     */
    public IntSlider(String label, int low, int high, int value) {
        super("IntSlider", label, low, high);
        put("min", low);
        put("max", high);
        put("step", 1);
        start(value);
    }

    @Override
    Integer number(double value) {
        return (int) Math.round(value);
    }
}
