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

class LoopsTest {

    @Property
    void expIsWithinTwoUnits(@ForAll @FloatRange(min = -87, max = 88) float x) {
        float[] y = {x};
        Loops.exp(y, 1, new float[1]);
        assertEquals(1, y[0] / Math.exp(x), 2e-7);
    }

    @Test
    void expOfExtremesStaysFinite() {
        float[] y = {Float.NEGATIVE_INFINITY, -1e30f, 0, 1000, Float.NaN};
        Loops.exp(y, y.length, new float[y.length]);
        assertTrue(y[0] > 0 && y[0] < 2e-38 && y[0] == y[1], Arrays.toString(y));
        assertEquals(1, y[2]);
        assertTrue(y[3] > 1e38 && Float.isFinite(y[3]), Arrays.toString(y));
        assertTrue(Float.isNaN(y[4]), Arrays.toString(y));
    }

    @Property(tries = 50)
    void softmaxIsADistribution(@ForAll @IntRange(min = 1, max = 90) int n, @ForAll long seed) {
        Random random = new Random(seed);
        float[] x = new float[n + 1];
        for (int j = 0; j <= n; j++) {
            x[j] = (float) random.nextGaussian();
        }
        float[] y = x.clone();
        double normalizer = Loops.softmax(y, n, new float[n]);
        double sum = 0;
        for (int j = 0; j < n; j++) {
            sum += y[j];
            assertEquals(x[j] - normalizer, Math.log(y[j]), 1e-5);
            assertEquals(Math.exp(x[j] - x[0]), y[j] / y[0], 1e-5 * y[j] / y[0]);
        }
        assertEquals(1, sum, 1e-5);
        assertEquals(x[n], y[n]);
    }
}
