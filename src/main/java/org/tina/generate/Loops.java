package org.tina.generate;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner loops of {@link JavaDecoder} beside its products ({@link Panels}). Those with an
 * exponential are written in vectors and take whole ones: arrays have {@link Panels#room} for them.
 * The rest is in forms that HotSpot's compiler turns into vector instructions by itself.
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
        double squares = 0;
        for (int j = 0; j < weight.length; j++) {
            squares += x[j] * x[j];
        }
        float scale = (float) (1 / Math.sqrt(squares / weight.length + eps));
        for (int j = 0; j < weight.length; j++) {
            y[j] = x[j] * scale * weight[j];
        }
    }

    /** {@code out = silu(gate) · up}, with silu(x) = x / (1 + exp(-x)), of n gates, then n ups. */
    static void swiGlu(float[] gateUp, int n, float[] out) {
        for (int j = 0; j < n; j += LANES) {
            FloatVector gate = FloatVector.fromArray(VECTOR, gateUp, j);
            FloatVector up = FloatVector.fromArray(VECTOR, gateUp, n + j);
            gate.div(exp(gate.neg()).add(1)).mul(up).intoArray(out, j);
        }
    }

    /**
     * The exponential within 2e-7 of it; what lies outside -87 to 88 counts as these. With {@code x
     * = n ln 2 + f} it is 2ⁿ times the Taylor series of exp(f).
     */
    static FloatVector exp(FloatVector any) {
        FloatVector x = any.min(88).max(-87);
        FloatVector rounded = x.mul(LOG2_E).add(ROUNDER);
        FloatVector whole = rounded.sub(ROUNDER);
        FloatVector f = x.sub(whole.mul(LN2_HIGH)).sub(whole.mul(LN2_LOW));
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
                        .add(1 / 2f);
        IntVector times = rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        // 2ⁿ: n is added to the exponent's bits
        return series.mul(f)
                .mul(f)
                .add(f)
                .add(1)
                .reinterpretAsInts()
                .add(times)
                .reinterpretAsFloats();
    }

    /** The largest of the first n elements. */
    static float max(float[] y, int n) {
        float max = y[0];
        for (int j = 1; j < n; j++) {
            if (y[j] > max) {
                max = y[j];
            }
        }
        return max;
    }

    /**
     * Makes a distribution of the first n elements; those of the last vector that follow them are
     * overwritten.
     *
     * @return the logarithm of the sum of their exponentials, which a log-probability lacks
     */
    static double softmax(float[] y, int n) {
        float max = max(y, n);
        for (int j = 0; j < n; j += LANES) {
            exp(FloatVector.fromArray(VECTOR, y, j).sub(max)).intoArray(y, j);
        }
        double sum = 0;
        for (int j = 0; j < n; j++) {
            sum += y[j];
        }
        float scale = (float) (1 / sum);
        for (int j = 0; j < n; j++) {
            y[j] *= scale;
        }
        return max + Math.log(sum);
    }
}
