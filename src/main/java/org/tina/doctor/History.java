package org.tina.doctor;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.tina.grpo.StepMetrics;

/**
 * A run as the rules look at it: its steps so far, the settings where they are known, and how its
 * first steps compare with its last ones.
 *
 * @param steps in order
 * @param settings under TRL's and Tina's keys; empty if not known
 */
record History(List<StepMetrics> steps, Map<String, Object> settings) {

    /** A window is a quarter of the run, at least and at most so many steps. */
    private static final int SHORTEST_WINDOW = 3;

    private static final int LONGEST_WINDOW = 20;

    /** A difference of so many standard errors is none of chance: one in twenty is larger. */
    private static final double SIGNIFICANT = 2;

    /**
     * A metric over a few steps; NaN without a value.
     *
     * @param error standard error of the mean, from the steps' own scatter
     */
    record Window(double mean, double median, double error) {}

    int size() {
        return steps.size();
    }

    int lastStep() {
        return steps.isEmpty() ? 0 : steps.get(steps.size() - 1).step();
    }

    /** The values that a metric has, in the steps' order. */
    double[] values(String metric) {
        return values(steps, metric);
    }

    private static double[] values(List<StepMetrics> steps, String metric) {
        return steps.stream()
                .mapToDouble(step -> step.getOrNaN(metric))
                .filter(Double::isFinite)
                .toArray();
    }

    /** Whether a metric has values in at least so many steps. */
    boolean has(String metric, int count) {
        return values(metric).length >= count;
    }

    double mean(String metric) {
        return Arrays.stream(values(metric)).average().orElse(Double.NaN);
    }

    double max(String metric) {
        return Arrays.stream(values(metric)).max().orElse(Double.NaN);
    }

    /** Whether a metric has the same value in every step that has it. */
    boolean isConstant(String metric) {
        return Arrays.stream(values(metric)).distinct().count() == 1;
    }

    Window first(String metric) {
        return window(steps.subList(0, windowSize()), metric);
    }

    Window last(String metric) {
        return window(steps.subList(steps.size() - windowSize(), steps.size()), metric);
    }

    /** The highest mean of as many steps in a row. */
    double best(String metric) {
        int size = windowSize();
        double best = Double.NEGATIVE_INFINITY;
        for (int from = 0; from + size <= steps.size(); from++) {
            double mean = window(steps.subList(from, from + size), metric).mean;
            best = Double.isNaN(mean) ? best : Math.max(best, mean);
        }
        return best;
    }

    private int windowSize() {
        int quarter = steps.size() / 4;
        int size = Math.max(SHORTEST_WINDOW, Math.min(LONGEST_WINDOW, quarter));
        return Math.min(size, steps.size());
    }

    private static Window window(List<StepMetrics> steps, String metric) {
        double[] values = values(steps, metric);
        if (values.length == 0) {
            return new Window(Double.NaN, Double.NaN, Double.NaN);
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double median = (sorted[(values.length - 1) / 2] + sorted[values.length / 2]) / 2;
        double mean = Arrays.stream(values).average().orElseThrow();
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        double error =
                values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1) / values.length);
        return new Window(mean, median, error);
    }

    /** Last minus first steps' mean. */
    double change(String metric) {
        return last(metric).mean - first(metric).mean;
    }

    /** Whether the last steps lie above the first by more than chance. */
    boolean rose(String metric) {
        return change(metric) > noise(metric);
    }

    /** Whether the last steps lie below the first by more than chance. */
    boolean fell(String metric) {
        return change(metric) < -noise(metric);
    }

    private double noise(String metric) {
        return SIGNIFICANT * Math.hypot(first(metric).error, last(metric).error);
    }

    /** The rewards' names, with or without values. */
    Set<String> rewards() {
        Set<String> names = new LinkedHashSet<>();
        steps.forEach(
                step ->
                        step.values().keySet().stream()
                                .filter(name -> name.matches("rewards/[^/]+/mean"))
                                .forEach(name -> names.add(name.split("/")[1])));
        if (settings.get("rl_post_train_reward_funcs") instanceof List<?> written) {
            written.forEach(name -> names.add(String.valueOf(name)));
        }
        return names;
    }

    /** The metric of a reward. */
    static String metric(String reward) {
        return "rewards/" + reward + "/mean";
    }

    /** A setting that is a number. */
    OptionalDouble setting(String key) {
        try {
            return settings.containsKey(key)
                    ? OptionalDouble.of(Double.parseDouble(String.valueOf(settings.get(key))))
                    : OptionalDouble.empty();
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }

    // ---------------------------------------------------------------- words

    /** {@code 62%}. */
    static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f%%", 100 * share);
    }

    /** Three digits. */
    static String number(double value) {
        double size = Math.abs(value);
        if (size != 0 && (size < 1e-3 || size >= 1e5)) {
            return String.format(Locale.ROOT, "%.1e", value);
        }
        String format = size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }
}
