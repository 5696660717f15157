package org.tina.generate;

/**
 * The inner loops of {@link JavaDecoder} beside its products ({@link Panels}), in the forms that
 * HotSpot's compiler turns into vector instructions by itself: whole arrays from index 0 and few of
 * them, every element by itself, no branches. A sum over one array's elements is no such form, as
 * it would change the order of the additions.
 */
final class Loops {

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

    /**
     * {@code y[j] = exp(y[j])} for the first n elements, within 2e-7 of it; what lies outside -87
     * to 88 counts as these. With {@code y = n ln 2 + f} it is 2ⁿ times the Taylor series of
     * exp(f).
     *
     * @param scratch of at least n elements
     */
    static void exp(float[] y, int n, float[] scratch) {
        for (int j = 0; j < n; j++) {
            float x = Math.max(-87f, Math.min(88f, y[j]));
            float rounded = x * LOG2_E + ROUNDER;
            float whole = rounded - ROUNDER;
            float f = x - whole * LN2_HIGH - whole * LN2_LOW;
            float series = 1 / 5040f;
            series = series * f + 1 / 720f;
            series = series * f + 1 / 120f;
            series = series * f + 1 / 24f;
            series = series * f + 1 / 6f;
            series = series * f + 1 / 2f;
            y[j] = series * f * f + f + 1;
            scratch[j] = rounded;
        }
        for (int j = 0; j < n; j++) { // times 2ⁿ: n is added to the exponent's bits
            int exponent = Float.floatToRawIntBits(scratch[j]) << 23;
            y[j] = Float.intBitsToFloat(Float.floatToRawIntBits(y[j]) + exponent);
        }
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
     * Makes a distribution of the first n elements.
     *
     * @param scratch of at least n elements
     * @return the logarithm of the sum of their exponentials, which a log-probability lacks
     */
    static double softmax(float[] y, int n, float[] scratch) {
        float max = max(y, n);
        for (int j = 0; j < n; j++) {
            y[j] -= max;
        }
        exp(y, n, scratch);
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
