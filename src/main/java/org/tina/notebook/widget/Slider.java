package org.tina.notebook.widget;

/** A slider for a number, such as {@code new Slider("temperature", 0.1, 2, 0.7)}. */
public final class Slider extends NumberSlider<Double> {
    /**
     * @param low the least value
     * @param high the greatest
     * @param value the first
     */
    public Slider(String label, double low, double high, double value) {
        super("FloatSlider", label, low, high);
        put("min", low);
        put("max", high);
        step(hundredth(high - low));
        start(value);
    }

    /**
     * The distance from one value to the next, above 0; about a hundredth of the range if not
     * given.
     */
    public Slider step(double step) {
        if (!(step > 0)) {
            throw new IllegalArgumentException(
                    label() + ": the step is " + step + ", must be above 0");
        }
        put("step", step);
        put("readout_format", format(step));
        return this;
    }

    @Override
    Double number(double value) {
        return value;
    }
}
