package org.tina.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tina.study.StudyRun;
import tech.tablesaw.api.Table;

class PhaseTransitionTest {
    private static final int CURVES = 40;

    @Test
    void aLogisticRiseIsFoundAtItsMiddle() {
        for (int seed = 0; seed < CURVES; seed++) {
            double middle = 20 + seed;
            PhaseTransition t =
                    find(80, step -> 34 + 34 / (1 + Math.exp((middle - step) / 3)), 1.5, seed);
            assertTrue(t.found(), "middle " + middle);
            assertEquals(middle, t.step(), 2);
            assertEquals(34, t.before(), 2);
            assertEquals(68, t.after(), 2);
        }
    }

    @Test
    void aJumpAndAFallAreFoundToo() {
        PhaseTransition jump = find(100, step -> step <= 40 ? 0.2 : 0.8, 0.1, 1);
        assertTrue(jump.found());
        assertEquals(40.5, jump.step(), 2);
        PhaseTransition fall = find(100, step -> step <= 40 ? 0.8 : 0.2, 0.1, 2);
        assertTrue(fall.after() < fall.before());
        assertEquals(40.5, fall.step(), 2);
    }

    @Test
    void aLongCurveIsThinned() {
        PhaseTransition t = find(3000, step -> step <= 1000 ? 0 : 1, 0.5, 3);
        assertTrue(t.found());
        assertEquals(1000, t.step(), 30);
    }

    @Test
    void flatLinearAndSaturatingCurvesHaveNone() {
        assertTrue(shareFound(step -> 0.5) <= 0.05, "flat");
        assertTrue(shareFound(step -> 0.01 * step) <= 0.05, "linear");
        assertTrue(shareFound(step -> 1 - Math.exp(-step / 15)) <= 0.05, "saturating");
        assertTrue(shareFound(step -> 1 - Math.exp(-step / 50)) <= 0.05, "saturating slowly");
    }

    @Test
    void noiseThatLastsIsNoTransition() {
        int found = 0;
        for (int seed = 0; seed < CURVES; seed++) {
            Random random = new Random(seed);
            double[] drift = new double[80];
            for (int i = 1; i < drift.length; i++) {
                drift[i] = 0.6 * drift[i - 1] + random.nextGaussian();
            }
            found += PhaseTransition.find(steps(80), drift).found() ? 1 : 0;
        }
        assertTrue(found <= CURVES / 20, found + " of " + CURVES);
    }

    @Test
    void fewEqualOrMissingValuesAreNoTransition() {
        assertFalse(PhaseTransition.find(steps(5), new double[] {0, 0, 0, 1, 1}).found());
        assertFalse(PhaseTransition.find(steps(20), new double[20]).found());
        double[] gaps = IntStream.range(0, 40).mapToDouble(i -> i < 20 ? 0 : 1).toArray();
        gaps[3] = Double.NaN;
        assertEquals(20.5, PhaseTransition.find(steps(40), gaps).step());
        assertThrows(
                IllegalArgumentException.class,
                () -> PhaseTransition.find(steps(3), new double[2]));
        assertFalse(PhaseTransition.of(Made.log().get(0), "rewards/length/mean").found());
    }

    @Test
    void theCheckpointNearATransitionIsHeldAgainstTheOthers() {
        List<StudyRun> log = Made.log();
        Table table = PhaseTransition.table(log);
        assertEquals(9 * 3, table.rowCount());
        Table near = PhaseTransition.nearTransition(log, "completions/mean_length");
        assertEquals(9, near.rowCount());
        assertEquals(36, near.row(1).getDouble("transition"), 2);
        assertEquals(40, near.row(1).getInt("nearest"));
        // checkpoints 10 to 80 of a rise at 36: four low ones, four high ones
        assertEquals(0.5, near.row(1).getDouble("share worse"), 0.15);
        PhaseTransition.nearTransitionGain(log, "completions/mean_length");
        assertThrows(
                IllegalArgumentException.class,
                () -> PhaseTransition.nearTransitionGain(log, "entropy"));
    }

    private static double shareFound(DoubleUnaryOperator curve) {
        return IntStream.range(0, CURVES)
                        .filter(seed -> find(80, curve, 0.05, seed).found())
                        .count()
                / (double) CURVES;
    }

    private static PhaseTransition find(int n, DoubleUnaryOperator curve, double noise, int seed) {
        Random random = new Random(seed);
        double[] steps = steps(n);
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = curve.applyAsDouble(steps[i]) + noise * random.nextGaussian();
        }
        return PhaseTransition.find(steps, values);
    }

    private static double[] steps(int n) {
        return IntStream.rangeClosed(1, n).asDoubleStream().toArray();
    }
}
