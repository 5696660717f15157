package org.tina.analysis;

import java.util.List;
import org.apache.commons.math3.distribution.NormalDistribution;
import tech.tablesaw.api.Row;

/**
 * What the seed alone does to one number of the paper: the average over its six benchmarks of one
 * evaluated run, in percentage points. Made from the base's standard deviations over seeds in
 * {@link PaperTables#sober()}. GPQA was not measured there and counts as without noise, so every
 * figure here is a lower bound.
 */
public final class PaperNoise {

    private static final List<String> MEASURED =
            List.of("aime24", "aime25", "amc23", "math500", "minerva");
    private static final int BENCHMARKS = 6;
    private static final double NORMAL_95 = 1.96;

    private PaperNoise() {}

    /** Standard deviation of one run's average: {@code √Σ sd² / 6}, 1.36 points. */
    public static double oneRun() {
        Row base = PaperTables.sober().row(0);
        double variance =
                MEASURED.stream()
                        .mapToDouble(name -> Math.pow(base.getNumber(name + "_std"), 2))
                        .sum();
        return Math.sqrt(variance) / BENCHMARKS;
    }

    /** Standard deviation of the difference of two runs' averages: √2 times {@link #oneRun}. */
    public static double difference() {
        return Math.sqrt(2) * oneRun();
    }

    /**
     * The smallest difference of two single runs that the seed alone makes in fewer than one of
     * twenty pairs: 1.96 times {@link #difference}, 3.8 points.
     */
    public static double smallestDifference() {
        return NORMAL_95 * difference();
    }

    /**
     * What choosing the best of n equally good checkpoints by their measured average adds by
     * itself: the expected largest of n normal draws (Blom's approximation) times {@link #oneRun}.
     *
     * @param n at least 1
     */
    public static double bestOf(int n) {
        if (n < 1) {
            throw new IllegalArgumentException("the best of " + n + ", must be of at least 1");
        }
        double quantile = (n - 0.375) / (n + 0.25);
        return oneRun() * new NormalDistribution().inverseCumulativeProbability(quantile);
    }
}
