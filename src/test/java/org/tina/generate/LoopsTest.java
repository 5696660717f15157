package org.tina.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoopsTest {

    private static float exp(float x) {
        float[] y = new float[Panels.room(1)];
        y[0] = x;
        Loops.exp(y, 1, 1, 0, y);
        return y[0];
    }

    @Property
    void expIsWithinTwoUnits(@ForAll @FloatRange(min = -87, max = 88) float x) {
        assertEquals(1, exp(x) / Math.exp(x), 2e-7);
    }

    @Test
    void expOfExtremesStaysFinite() {
        float least = exp(Float.NEGATIVE_INFINITY);
        assertTrue(least > 0 && least < 2e-38 && least == exp(-1e30f), () -> "" + least);
        assertEquals(1, exp(0));
        assertTrue(exp(1000) > 1e38 && Float.isFinite(exp(1000)), () -> "" + exp(1000));
        assertTrue(Float.isNaN(exp(Float.NaN)));
    }

    @Property(tries = 50)
    void swiGluGatesWithSilu(@ForAll @IntRange(min = 1, max = 40) int n, @ForAll long seed) {
        Random random = new Random(seed);
        float[] gateUp = new float[Panels.room(2 * n)];
        for (int j = 0; j < 2 * n; j++) {
            gateUp[j] = 3 * (float) random.nextGaussian();
        }
        float[] out = new float[Panels.room(n)];
        Loops.swiGlu(gateUp, n, out);
        for (int j = 0; j < n; j++) {
            double silu = gateUp[j] / (1 + Math.exp(-gateUp[j]));
            assertEquals(silu * gateUp[n + j], out[j], 1e-6 * Math.abs(out[j]));
        }
    }

    @Property(tries = 50)
    void softmaxIsADistribution(@ForAll @IntRange(min = 1, max = 90) int n, @ForAll long seed) {
        Random random = new Random(seed);
        float[] x = new float[Panels.room(n)];
        Arrays.fill(x, Float.NaN); // what follows the n is not seen
        for (int j = 0; j < n; j++) {
            x[j] = (float) random.nextGaussian();
        }
        float[] y = x.clone();
        double normalizer = Loops.softmax(y, n);
        double sum = 0;
        for (int j = 0; j < n; j++) {
            sum += y[j];
            assertEquals(x[j] - normalizer, Math.log(y[j]), 1e-5);
            assertEquals(Math.exp(x[j] - x[0]), y[j] / y[0], 1e-5 * y[j] / y[0]);
        }
        assertEquals(1, sum, 1e-5);
    }

    @ParameterizedTest
    @CsvSource({"0, 5", "0, 40", "17, 40", "39, 40"})
    void whatIsNoNumberLeavesNoDistribution(int at, int n) {
        float[] x = new float[Panels.room(n)];
        x[at] = Float.NaN;
        assertTrue(Double.isNaN(Loops.softmax(x, n)));
    }

    @Property(tries = 50)
    void rmsNormDividesByTheRootMeanSquare(
            @ForAll @IntRange(min = 1, max = 90) int n, @ForAll long seed) {
        Random random = new Random(seed);
        float[] x = new float[n];
        float[] weight = new float[n];
        double squares = 0;
        for (int j = 0; j < n; j++) {
            x[j] = 3 * (float) random.nextGaussian();
            weight[j] = (float) random.nextGaussian();
            squares += (double) x[j] * x[j];
        }
        float[] y = new float[n];
        Loops.rmsNorm(x, weight, 1e-6, y);
        double rms = Math.sqrt(squares / n + 1e-6);
        for (int j = 0; j < n; j++) {
            assertEquals(x[j] / rms * weight[j], y[j], 1e-5 * Math.abs(y[j]));
        }
    }
}
