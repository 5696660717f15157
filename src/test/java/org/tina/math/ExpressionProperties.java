package org.tina.math;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Rewriting an answer keeps the verdict, another number changes it. */
class ExpressionProperties {
    @Property
    void aProductOfLinearFactorsIsItsPolynomial(
            @ForAll @IntRange(min = -50, max = 50) int a,
            @ForAll @IntRange(min = -50, max = 50) int b,
            @ForAll @IntRange(min = 1, max = 9) int factor) {
        String product = "%d(x-(%d))(x-(%d))".formatted(factor, a, b);
        String expanded =
                "%dx^2 + (%d)x + (%d)".formatted(factor, -factor * (a + b), factor * a * b);
        bothWays(true, product, expanded);
        bothWays(false, product, expanded + "+1");
        bothWays(true, product + "=0", expanded + "=0");
        bothWays(false, product + "=1", expanded + "=0");
    }

    @Property
    void rootsAreSimplifiedExactly(
            @ForAll @IntRange(min = 1, max = 200) int outside,
            @ForAll @IntRange(min = 2, max = 200) int inside) {
        String simple = outside + "\\sqrt{" + inside + "}";
        String whole = "\\sqrt{" + (long) outside * outside * inside + "}";
        bothWays(true, simple, whole);
        bothWays(
                true,
                "\\frac{1}{" + simple + "}",
                "\\frac{" + simple + "}{" + (long) outside * outside * inside + "}");
        bothWays(false, simple, "\\sqrt{" + ((long) outside * outside * inside + 1) + "}");
    }

    @Property
    void intervalsAreInequalities(
            @ForAll @IntRange(min = -99, max = 99) int from,
            @ForAll @IntRange(min = 1, max = 99) int length) {
        int to = from + length;
        String interval = "(%d,%d]".formatted(from, to);
        assertTrue(MathVerifier.equivalent("%d<x\\le %d".formatted(from, to), interval));
        assertFalse(MathVerifier.equivalent("%d<x<%d".formatted(from, to), interval));
        assertFalse(MathVerifier.equivalent("%d<x\\le %d".formatted(from, to + 1), interval));
        String cut = "(%d,%d)\\cup[%d,%d]".formatted(from, to, to, to);
        bothWays(true, interval, cut);
    }

    @Property
    void setsHaveNoOrderAndPointsDo(
            @ForAll @IntRange(min = -999, max = 999) int a,
            @ForAll @IntRange(min = 1, max = 999) int step) {
        int b = a + step;
        bothWays(true, "\\{%d,%d\\}".formatted(a, b), "\\{%d, %d\\}".formatted(b, a));
        bothWays(false, "(%d,%d)".formatted(b, a), "(%d,%d)".formatted(a, b));
        bothWays(false, "\\{%d,%d\\}".formatted(a, b), "\\{%d,%d\\}".formatted(a, b + 1));
    }

    private static void bothWays(boolean same, String a, String b) {
        if (same) {
            assertTrue(MathVerifier.equivalent(a, b), () -> a + " | " + b);
            assertTrue(MathVerifier.equivalent(b, a), () -> b + " | " + a);
        } else {
            assertFalse(MathVerifier.equivalent(a, b), () -> a + " | " + b);
            assertFalse(MathVerifier.equivalent(b, a), () -> b + " | " + a);
        }
    }
}
