package org.tina.grpo;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.reflect.TypeToken;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one training step measured, under TRL's names: {@code reward}, {@code reward_std}, {@code
 * rewards/<name>/mean}, {@code kl}, {@code completions/mean_length}, {@code grad_norm} and so on.
 * Lengths are tokens, entropy and KL nats a token, times seconds.
 *
 * @param step from 1
 */
public record StepMetrics(int step, Map<String, Double> values) {

    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().serializeSpecialFloatingPointValues().create();

    private static final TypeToken<LinkedHashMap<String, Double>> COLUMNS = new TypeToken<>() {};

    public StepMetrics {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** A value by name. */
    public double get(String name) {
        Double value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "no metric " + name + "; there are " + new TreeMap<>(values).keySet());
        }
        return value;
    }

    /** A value by name, NaN if the step has none. */
    public double getOrNaN(String name) {
        return values.getOrDefault(name, Double.NaN);
    }

    /**
     * Reads a line that {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException if it is none, such as a torn one
     */
    public static StepMetrics fromJson(String line) {
        try {
            Map<String, Double> values = GSON.fromJson(line, COLUMNS);
            Double step = values == null ? null : values.remove("step");
            if (step == null) {
                throw new IllegalArgumentException("no step in " + line);
            }
            return new StepMetrics(step.intValue(), values);
        } catch (JsonParseException e) {
            throw new IllegalArgumentException("no JSON: " + line, e);
        }
    }

    /** One line of JSON; what has no value (NaN) is left out. */
    public String toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("step", step);
        values.forEach(
                (name, value) -> {
                    if (Double.isFinite(value)) {
                        json.put(name, value);
                    }
                });
        return GSON.toJson(json);
    }
}
