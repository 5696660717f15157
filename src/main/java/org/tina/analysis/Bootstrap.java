package org.tina.analysis;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.tina.eval.Interval;

/**
 * {@link Interval#bootstrap(double[][])} for figures of several arms, whose seeds are not the same:
 * each resample draws n − 1 of an arm's n seeds and, for all seeds and arms alike, problems.
 */
final class Bootstrap {
    private static final int RESAMPLES = 2000;
    private static final long SEED = 42;

    private Bootstrap() {}

    /**
     * A figure made from means.
     *
     * @param figure of the means, {@code [arms][quantities]}
     * @param arms each {@code [quantities][seeds][problems]}; the quantities of an arm are measured
     *     on the same seeds, which are drawn together; equally many problems count as the same
     *     problems, which are drawn together for all arms
     */
    static Interval interval(ToDoubleFunction<double[][]> figure, double[][][]... arms) {
        double[] figures = new double[RESAMPLES];
        SplittableRandom random = new SplittableRandom(SEED);
        double[][] means = new double[arms.length][];
        for (int r = 0; r < RESAMPLES; r++) {
            Map<Integer, int[]> draws = new HashMap<>();
            for (int arm = 0; arm < arms.length; arm++) {
                int seedsOfArm = arms[arm][0].length;
                int[] seeds = draw(random, seedsOfArm, Math.max(1, seedsOfArm - 1));
                int[] problems =
                        draws.computeIfAbsent(arms[arm][0][0].length, n -> draw(random, n, n));
                means[arm] =
                        Arrays.stream(arms[arm])
                                .mapToDouble(scores -> mean(scores, seeds, problems))
                                .toArray();
            }
            figures[r] = figure.applyAsDouble(means);
        }
        for (int arm = 0; arm < arms.length; arm++) {
            means[arm] = Arrays.stream(arms[arm]).mapToDouble(Bootstrap::plainMean).toArray();
        }
        return Interval.ofResamples(figure.applyAsDouble(means), figures);
    }

    /** How often each of n is drawn. */
    private static int[] draw(SplittableRandom random, int n, int draws) {
        int[] counts = new int[n];
        for (int i = 0; i < draws; i++) {
            counts[random.nextInt(n)]++;
        }
        return counts;
    }

    private static double mean(double[][] scores, int[] seeds, int[] problems) {
        double sum = 0;
        for (int s = 0; s < seeds.length; s++) {
            double row = 0;
            for (int p = 0; seeds[s] > 0 && p < problems.length; p++) {
                row += problems[p] * scores[s][p];
            }
            sum += seeds[s] * row;
        }
        return sum / ((double) Math.max(1, seeds.length - 1) * problems.length);
    }

    private static double plainMean(double[][] scores) {
        return Arrays.stream(scores).flatMapToDouble(Arrays::stream).average().getAsDouble();
    }
}
