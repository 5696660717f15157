package org.tina.eval;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * A mean over problems and its 95% confidence interval: where the mean would lie for other problems
 * drawn like these. It does not tell what another training seed would give.
 *
 * @param low at most the mean
 * @param high at least the mean
 */
public record Interval(double mean, double low, double high) {

    private static final int RESAMPLES = 2000;
    private static final double OUTSIDE = 0.05;
    private static final long SEED = 42;

    /** {@link #bootstrap(double[], long)} with seed 42. */
    public static Interval bootstrap(double[] values) {
        return bootstrap(values, SEED);
    }

    /**
     * The percentile bootstrap (Efron 1979) with 2,000 resamples. Values that are all equal give an
     * interval without width, however few they are.
     *
     * @param values one a problem, at least one, finite
     * @param seed the same seed gives the same interval
     */
    public static Interval bootstrap(double[] values, long seed) {
        if (values.length == 0) {
            throw new IllegalArgumentException("an interval needs at least one value");
        }
        SplittableRandom random = new SplittableRandom(seed);
        double[] means = new double[RESAMPLES];
        for (int r = 0; r < RESAMPLES; r++) {
            double sum = 0;
            for (int i = 0; i < values.length; i++) {
                sum += values[random.nextInt(values.length)];
            }
            means[r] = sum / values.length;
        }
        Arrays.sort(means);
        int cut = (int) (RESAMPLES * OUTSIDE / 2);
        double mean = Arrays.stream(values).average().getAsDouble();
        // a mean of few and very uneven values can fall outside its own percentiles
        return new Interval(
                mean, Math.min(mean, means[cut]), Math.max(mean, means[RESAMPLES - 1 - cut]));
    }

    /** Whether the interval leaves zero out: of a difference, whether it can be told from none. */
    public boolean excludesZero() {
        return low > 0 || high < 0;
    }

    /** In percent, or percentage points for a difference: {@code 41.2% (37.0 to 45.4)}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%.1f%% (%.1f to %.1f)", 100 * mean, 100 * low, 100 * high);
    }
}
