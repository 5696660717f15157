package org.tina.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class IntervalTest {

    @Property(tries = 50)
    void containsTheMeanAndStaysAmongTheValues(
            @ForAll @Size(min = 1, max = 40) byte[] hundredths, @ForAll long seed) {
        double[] values = new double[hundredths.length];
        Arrays.setAll(values, i -> hundredths[i] / 100.0);
        Interval interval = Interval.bootstrap(values, seed);
        assertEquals(Arrays.stream(values).average().getAsDouble(), interval.mean());
        assertTrue(interval.low() <= interval.mean() && interval.mean() <= interval.high());
        assertTrue(interval.low() >= Arrays.stream(values).min().getAsDouble() - 1e-12);
        assertTrue(interval.high() <= Arrays.stream(values).max().getAsDouble() + 1e-12);
        assertEquals(interval, Interval.bootstrap(values, seed));
    }

    @Property(tries = 20)
    void fourTimesTheProblemsHalveIt(@ForAll @IntRange(min = 1, max = 19) int twentieths) {
        double few = width(coins(20, twentieths), 1);
        double many = width(coins(80, 4 * twentieths), 1);
        assertEquals(0.5, many / few, 0.17);
    }

    @Example
    void ofCoinsIsTheTextbooks() {
        Interval interval = Interval.bootstrap(coins(500, 200));
        double expected = 1.96 * Math.sqrt(0.4 * 0.6 / 500);
        assertEquals(0.4, interval.mean(), 1e-12);
        assertEquals(expected, interval.mean() - interval.low(), 0.004);
        assertEquals(expected, interval.high() - interval.mean(), 0.004);
    }

    /** Of repeated experiments, 95% give an interval with the truth in it. */
    @Example
    void coversTheTruth() {
        SplittableRandom random = new SplittableRandom(7);
        int covered = 0;
        for (int experiment = 0; experiment < 300; experiment++) {
            double[] values = new double[60];
            Arrays.setAll(values, i -> random.nextInt(10) < 3 ? 1 : 0);
            Interval interval = Interval.bootstrap(values, experiment);
            covered += interval.low() <= 0.3 && 0.3 <= interval.high() ? 1 : 0;
        }
        assertEquals(0.95, covered / 300.0, 0.04);
    }

    /** Five seeds of which each moves all problems alike, with noise upon it. */
    @Example
    void overSeedsItCoversTheTruthOfAllSeeds() {
        SplittableRandom random = new SplittableRandom(11);
        int covered = 0;
        int coveredByProblems = 0;
        for (int experiment = 0; experiment < 200; experiment++) {
            double[][] values = seeds(5, 60, 0.1, random);
            covered += contains(Interval.bootstrap(values, experiment), 0.5);
            double[] all = Arrays.stream(values).flatMapToDouble(Arrays::stream).toArray();
            coveredByProblems += contains(Interval.bootstrap(all, experiment), 0.5);
        }
        assertEquals(0.88, covered / 200.0, 0.08);
        assertTrue(coveredByProblems < 160, "seeds are ignored by " + coveredByProblems);
    }

    /** As the documentation says: what the three have between them is all that can be said. */
    @Example
    void ofThreeSeedsItIsTheirRange() {
        double[][] values = {{0.2, 0.2}, {0.5, 0.5}, {0.3, 0.3}};
        Interval interval = Interval.bootstrap(values);
        assertEquals(1 / 3.0, interval.mean(), 1e-12);
        assertEquals(0.2, interval.low(), 1e-12);
        assertEquals(0.5, interval.high(), 1e-12);
    }

    @Example
    void seedsThatAgreeAreNoMoreProblems() {
        double[] values = coins(40, 13);
        Interval one = Interval.bootstrap(values);
        Interval three = Interval.bootstrap(new double[][] {values, values, values});
        assertEquals(width(one), width(three), 0.05);
        assertEquals(one, Interval.bootstrap(new double[][] {values}));
    }

    @Example
    void unevenSeedsAreRefused() {
        double[][] uneven = {{1, 0}, {1}};
        assertThrows(IllegalArgumentException.class, () -> Interval.bootstrap(uneven));
        assertThrows(IllegalArgumentException.class, () -> Interval.bootstrap(new double[0][]));
    }

    /** Of truth 0.5. */
    private static double[][] seeds(
            int seeds, int problems, double spread, SplittableRandom random) {
        double[][] values = new double[seeds][problems];
        for (double[] row : values) {
            double moved = 0.5 + spread * random.nextGaussian();
            Arrays.setAll(row, i -> moved + 0.1 * random.nextGaussian());
        }
        return values;
    }

    private static int contains(Interval interval, double truth) {
        return interval.low() <= truth && truth <= interval.high() ? 1 : 0;
    }

    @Example
    void anotherSeedGivesAnotherInterval() {
        double[] values = new double[37];
        Arrays.setAll(values, i -> Math.sin(i));
        assertNotEquals(Interval.bootstrap(values, 1), Interval.bootstrap(values, 2));
    }

    @Example
    void readsAsPercentAndKnowsZero() {
        assertEquals("41.2% (37.0 to 45.4)", new Interval(0.412, 0.37, 0.454).toString());
        assertTrue(new Interval(0.2, 0.1, 0.3).excludesZero());
        assertTrue(new Interval(-0.2, -0.3, -0.1).excludesZero());
        assertFalse(new Interval(0.2, 0, 0.4).excludesZero());
    }

    @Example
    void needsAValue() {
        assertThrows(IllegalArgumentException.class, () -> Interval.bootstrap(new double[0]));
    }

    private static double[] coins(int n, int heads) {
        double[] values = new double[n];
        Arrays.fill(values, 0, heads, 1);
        return values;
    }

    private static double width(double[] values, long seed) {
        return width(Interval.bootstrap(values, seed));
    }

    private static double width(Interval interval) {
        return interval.high() - interval.low();
    }
}
