package org.tina.notebook;

import java.util.Locale;

/**
 * Two ways to the same numbers, compared: what a chapter works out by hand against what the library
 * says. A cell that ends with {@link #check} shows how far apart they are, or fails.
 *
 * @param what the numbers are
 * @param values how many there are
 * @param difference the largest difference, as a share of the largest value
 */
public record Same(String what, int values, double difference) {
    private static final double TOLERANCE = 1e-4;

    /**
     * @throws IllegalStateException if the numbers differ by more than a ten-thousandth of the
     *     largest one, or in their count
     */
    public static Same check(String what, double[] hand, double[] library) {
        return check(what, hand, library, TOLERANCE);
    }

    private static Same check(String what, double[] hand, double[] library, double tolerance) {
        if (hand.length != library.length) {
            throw new IllegalStateException(
                    what + ": " + hand.length + " values by hand, " + library.length + " not");
        }
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < hand.length; i++) {
            largest = Math.max(largest, Math.abs(library[i]));
            difference = Math.max(difference, Math.abs(hand[i] - library[i]));
        }
        Same same = new Same(what, hand.length, difference == 0 ? 0 : difference / largest);
        if (!(same.difference <= tolerance)) { // NaN too
            throw new IllegalStateException(
                    String.format(
                            Locale.ROOT,
                            "%s: by hand and by the library differ by %.2g of the largest value",
                            what,
                            same.difference));
        }
        return same;
    }

    /** As {@link #check(String, double[], double[])}. */
    public static Same check(String what, float[] hand, float[] library) {
        return check(what, doubles(hand), doubles(library));
    }

    /** As {@link #check(String, double[], double[])}, of one number. */
    public static Same check(String what, double hand, double library) {
        return check(what, new double[] {hand}, new double[] {library});
    }

    /** As {@link #check(String, double[], double[])}, of the same numbers in two types. */
    public static Same check(String what, double[] hand, float[] library) {
        return check(what, hand, doubles(library));
    }

    /**
     * Of one number that is only nearly the same, such as a slope by small differences.
     *
     * @param tolerance how far apart they may be, as a share of the library's
     */
    public static Same check(String what, double hand, double library, double tolerance) {
        return check(what, new double[] {hand}, new double[] {library}, tolerance);
    }

    private static double[] doubles(float[] floats) {
        double[] out = new double[floats.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = floats[i];
        }
        return out;
    }

    Box box() {
        String count = values == 1 ? "" : " " + values + " values,";
        return new Box(
                Charts.COLORS.get(0),
                "The same by both ways:",
                String.format(
                        Locale.ROOT, "%s,%s largest difference %.0e", what, count, difference),
                "");
    }

    @Override
    public String toString() {
        return box().text();
    }
}
