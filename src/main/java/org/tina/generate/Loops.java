package org.tina.generate;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner loops of {@link JavaDecoder} beside its products ({@link Panels}). Those with an
 * exponential take whole vectors: arrays have {@link Panels#room} for them. A norm's sum is written
 * in vectors, too, as HotSpot keeps the order of additions; what is left it turns into vector
 * instructions by itself.
 */
final class Loops {

    private static final VectorSpecies<Float> VECTOR = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = VECTOR.length();

    private static final float LOG2_E = 1.44269504f;
    private static final float LN2_HIGH = 0x1.62p-1f; // 9 bits: its multiples up to 128 are exact
    private static final float LN2_LOW = (float) (Math.log(2) - LN2_HIGH);

    /** Added to a small float, leaves its nearest integer in the lowest bits. */
    private static final float ROUNDER = 0x1.8p23f;

    private Loops() {}

    /** {@code y = x / sqrt(mean(x²) + eps) · weight}: RMSNorm. */
    static void rmsNorm(float[] x, float[] weight, double eps, float[] y) {
        int n = weight.length;
        float scale = (float) (1 / Math.sqrt(squares(x, n) / n + eps));
        for (int j = 0; j < n; j++) {
            y[j] = x[j] * scale * weight[j];
        }
    }

    /** The sum of the first n elements' squares. */
    private static double squares(float[] x, int n) {
        FloatVector sums = FloatVector.zero(VECTOR);
        int j = 0;
        for (; j + LANES <= n; j += LANES) {
            FloatVector v = FloatVector.fromArray(VECTOR, x, j);
            sums = v.fma(v, sums);
        }
        double sum = sums.reduceLanes(VectorOperators.ADD);
        for (; j < n; j++) {
            sum += x[j] * x[j];
        }
        return sum;
    }

    /** {@code out = silu(gate) · up}, with silu(x) = x / (1 + exp(-x)), of n gates, then n ups. */
    static void swiGlu(float[] gateUp, int n, float[] out) {
        exp(gateUp, n, -1, 0, out);
        for (int j = 0; j < n; j += LANES) {
            FloatVector gate = FloatVector.fromArray(VECTOR, gateUp, j);
            FloatVector up = FloatVector.fromArray(VECTOR, gateUp, n + j);
            gate.div(FloatVector.fromArray(VECTOR, out, j).add(1)).mul(up).intoArray(out, j);
        }
    }

    /**
     * {@code y = exp(factor · x + more)} of the first n elements, and of those that fill the last
     * vector, within 2e-7 of it; what lies outside -87 to 88 counts as these. With {@code x = n ln
     * 2 + f} an exponential is 2ⁿ times the Taylor series of exp(f).
     *
     * <p>Of arrays, as a method that gives a vector takes four times as long where the compiler
     * does not inline it.
     */
    static void exp(float[] x, int n, float factor, float more, float[] y) {
        for (int j = 0; j < n; j += LANES) {
            FloatVector z =
                    FloatVector.fromArray(VECTOR, x, j).mul(factor).add(more).min(88).max(-87);
            FloatVector rounded = z.mul(LOG2_E).add(ROUNDER);
            FloatVector whole = rounded.sub(ROUNDER);
            FloatVector f = z.sub(whole.mul(LN2_HIGH)).sub(whole.mul(LN2_LOW));
            FloatVector series =
                    f.mul(1 / 5040f)
                            .add(1 / 720f)
                            .mul(f)
                            .add(1 / 120f)
                            .mul(f)
                            .add(1 / 24f)
                            .mul(f)
                            .add(1 / 6f)
                            .mul(f)
                            .add(1 / 2f)
                            .mul(f)
                            .mul(f)
                            .add(f)
                            .add(1);
            IntVector times = rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            // 2ⁿ: n is added to the exponent's bits
            series.reinterpretAsInts().add(times).reinterpretAsFloats().intoArray(y, j);
        }
    }

    /**
     * Makes a distribution of the first n elements; those of the last vector that follow them are
     * overwritten.
     *
     * @return the logarithm of the sum of their exponentials, which a log-probability lacks
     */
    static double softmax(float[] y, int n) {
        int end = (n + LANES - 1) / LANES * LANES;
        Arrays.fill(y, n, end, Float.NEGATIVE_INFINITY);
        FloatVector largest = FloatVector.fromArray(VECTOR, y, 0);
        for (int j = LANES; j < end; j += LANES) {
            largest = largest.max(FloatVector.fromArray(VECTOR, y, j));
        }
        float max = largest.reduceLanes(VectorOperators.MAX);
        exp(y, n, 1, -max, y);
        FloatVector sums = FloatVector.zero(VECTOR);
        for (int j = 0; j < end; j += LANES) {
            sums = sums.add(FloatVector.fromArray(VECTOR, y, j));
        }
        float sum = sums.reduceLanes(VectorOperators.ADD);
        float scale = 1 / sum;
        for (int j = 0; j < end; j += LANES) {
            FloatVector.fromArray(VECTOR, y, j).mul(scale).intoArray(y, j);
        }
        return max + Math.log(sum);
    }
}
