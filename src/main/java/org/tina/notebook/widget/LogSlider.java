package org.tina.notebook.widget;

import java.math.MathContext;

/**
 * A slider for a number of unknown size, such as {@code new LogSlider("learning rate", 1e-6, 1e-2,
 * 3e-4)}: each step multiplies, twenty steps make a factor of ten.
 */
public final class LogSlider extends NumberSlider<Double> {
    /**
     * @param low the least value, above 0
     * @param high the greatest
     * @param value the first
     */
    public LogSlider(String label, double low, double high, double value) {
        super("FloatLogSlider", label, low, high);
        if (low <= 0) {
            throw new IllegalArgumentException(
                    label + " starts at " + low + ", must start above 0 on a logarithmic scale");
        }
        put("base", 10.0);
        put("min", Math.log10(low));
        put("max", Math.log10(high));
        put("step", 0.05);
        put("readout_format", ".2e");
        start(value);
    }

    /** As many as the page shows. */
    @Override
    MathContext digits() {
        return new MathContext(3);
    }

    @Override
    Double number(double value) {
        return value;
    }
}
