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
        Interval interval = Interval.bootstrap(values, seed);
        return interval.high() - interval.low();
    }
}
