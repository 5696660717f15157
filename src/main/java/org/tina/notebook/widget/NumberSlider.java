package org.tina.notebook.widget;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.math.MathContext;

/**
 * A number between two others.
 *
 * @param <V> Integer or Double
 */
abstract class NumberSlider<V extends Number> extends Control<V> {
    private final double low;
    private final double high;

    NumberSlider(String name, String label, double low, double high) {
        super(name, "SliderStyle", label, "value");
        if (!(low < high) || Double.isInfinite(high - low)) {
            throw new IllegalArgumentException(
                    label + " goes from " + low + " to " + high + ", must go from low to high");
        }
        this.low = low;
        this.high = high;
        put("continuous_update", true);
    }

    /** Values come when the mouse button is let go, not while the slider moves. */
    public Control<V> onRelease() {
        put("continuous_update", false);
        return this;
    }

    @Override
    final V checked(V value) {
        if (!(value.doubleValue() >= low && value.doubleValue() <= high)) {
            throw new IllegalArgumentException(
                    "%s is %s, must be from %s to %s"
                            .formatted(label(), value, number(low), number(high)));
        }
        return value;
    }

    @Override
    final JsonElement toJson(V value) {
        return new JsonPrimitive(value);
    }

    @Override
    final V fromJson(JsonElement json) {
        double value = new BigDecimal(json.getAsDouble(), digits()).doubleValue();
        return number(Math.max(low, Math.min(high, value))); // the page rounds at the ends
    }

    /** The page adds up steps, so that 0.34 comes as 0.33999999999999997. */
    MathContext digits() {
        return new MathContext(12);
    }

    abstract V number(double value);

    /** A step that makes about a hundred of a range: 1, 2 or 5 times a power of ten. */
    static double hundredth(double range) {
        double power = Math.pow(10, Math.floor(Math.log10(range / 100)));
        double times = range / 100 / power;
        return power * (times < 1.5 ? 1 : times < 3.5 ? 2 : times < 7.5 ? 5 : 10);
    }

    /** How the page writes numbers that differ by a step, in d3's notation. */
    static String format(double step) {
        return "." + Math.max(0, (int) Math.ceil(-Math.log10(step) - 1e-9)) + "f";
    }
}
