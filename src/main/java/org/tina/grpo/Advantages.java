package org.tina.grpo;

import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import org.tina.data.Names;

/**
 * From rewards to advantages: how much better a completion is than the others of its group (GRPO,
 * section 4.1).
 */
public enum Advantages {
    /** {@code (R - mean) / (std + 1e-4)}, both of the group; std with n - 1. */
    GROUP {
        @Override
        double scale(double[] group, double[] all) {
            return std(group) + EPSILON;
        }
    },
    /** {@code (R - group mean) / (std of the whole step + 1e-4)}. */
    BATCH {
        @Override
        double scale(double[] group, double[] all) {
            return std(all) + EPSILON;
        }
    },
    /** {@code R - mean}, as Dr. GRPO: easy and hard problems are not blown up. */
    NONE {
        @Override
        double scale(double[] group, double[] all) {
            return 1;
        }
    };

    private static final double EPSILON = 1e-4;

    abstract double scale(double[] group, double[] all);

    /**
     * Advantages of a step's groups.
     *
     * @param rewards {@code [groups][completions]}
     * @return the same shape
     */
    public double[][] of(double[][] rewards) {
        double[] all = Arrays.stream(rewards).flatMapToDouble(Arrays::stream).toArray();
        double[][] out = new double[rewards.length][];
        for (int g = 0; g < rewards.length; g++) {
            double mean = mean(rewards[g]);
            double scale = scale(rewards[g], all);
            out[g] = Arrays.stream(rewards[g]).map(r -> (r - mean) / scale).toArray();
        }
        return out;
    }

    static double mean(double[] x) {
        DoubleSummaryStatistics all = Arrays.stream(x).summaryStatistics();
        // rounding must not carry the mean of equal values away from them
        return x.length == 0
                ? Double.NaN
                : Math.min(all.getMax(), Math.max(all.getMin(), all.getAverage()));
    }

    /** The sample standard deviation (n - 1); 0 for a single value. */
    static double std(double[] x) {
        double mean = mean(x);
        double squares = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).sum();
        return x.length < 2 ? 0 : Math.sqrt(squares / (x.length - 1));
    }

    /**
     * The rule by TRL's name for scale_rewards: {@code group}, {@code batch}, {@code none}, {@code
     * true}, {@code false}.
     */
    public static Advantages named(String name) {
        return switch (name) {
            case "group", "true" -> GROUP;
            case "batch" -> BATCH;
            case "none", "false" -> NONE;
            default ->
                    throw Names.unknown(
                            "scale_rewards",
                            name,
                            List.of("group", "batch", "none", "true", "false"));
        };
    }
}
