package org.tina.notebook.widget;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;

/** A slider with two ends, such as {@code new RangeSlider("length", 0, 96, 10, 50)}. */
public final class RangeSlider extends Control<RangeSlider.Range> {

    /** From low to high, both included. */
    public record Range(double low, double high) {
        /** Whether a value lies in the range. */
        public boolean contains(double value) {
            return value >= low && value <= high;
        }
    }

    private final Range bounds;

    /**
     * @param least the least value that an end may have
     * @param greatest the greatest
     * @param low the lower end at first
     * @param high the upper end at first
     */
    public RangeSlider(String label, double least, double greatest, double low, double high) {
        super("FloatRangeSlider", "SliderStyle", label, "value");
        bounds = new Range(least, greatest);
        double step = NumberSlider.hundredth(greatest - least);
        put("min", least);
        put("max", greatest);
        put("step", step);
        put("readout_format", NumberSlider.format(step));
        start(new Range(low, high));
    }

    @Override
    Range checked(Range range) {
        if (!(bounds.contains(range.low)
                && bounds.contains(range.high)
                && range.low <= range.high)) {
            throw new IllegalArgumentException(
                    "%s is %s, must lie in %s".formatted(label(), range, bounds));
        }
        return range;
    }

    @Override
    JsonElement toJson(Range range) {
        JsonArray ends = new JsonArray();
        ends.add(range.low);
        ends.add(range.high);
        return ends;
    }

    @Override
    Range fromJson(JsonElement json) {
        JsonArray ends = json.getAsJsonArray();
        return checked(new Range(ends.get(0).getAsDouble(), ends.get(1).getAsDouble()));
    }
}
