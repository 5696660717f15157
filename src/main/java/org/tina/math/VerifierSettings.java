package org.tina.math;

/**
 * How two answers are compared.
 *
 * @param roundingDigits decimal places, 0 to 15, to which a number written with a decimal point has
 *     to agree with the other answer; two exact numbers have to be the same
 * @param strict whether the names of variables matter, and a set is no tuple
 * @param setsAnswerRelations whether {@code 1 < x < 2} answers a gold {@code (1, 2)}; the other way
 *     round it always does
 * @param percentMayBeBare whether {@code 50} answers {@code 50\%} and the other way round
 */
public record VerifierSettings(
        int roundingDigits, boolean strict, boolean setsAnswerRelations, boolean percentMayBeBare) {
    public VerifierSettings {
        if (roundingDigits < 0 || roundingDigits > 15) {
            throw new IllegalArgumentException(
                    "roundingDigits is " + roundingDigits + ", must be 0 to 15");
        }
    }

    /** Six digits, strict, a gold set wants a set, a percentage may be bare. */
    public static VerifierSettings standard() {
        return new VerifierSettings(6, true, false, true);
    }

    public VerifierSettings withRoundingDigits(int digits) {
        return new VerifierSettings(digits, strict, setsAnswerRelations, percentMayBeBare);
    }

    public VerifierSettings withStrict(boolean value) {
        return new VerifierSettings(roundingDigits, value, setsAnswerRelations, percentMayBeBare);
    }

    public VerifierSettings withSetsAnswerRelations(boolean value) {
        return new VerifierSettings(roundingDigits, strict, value, percentMayBeBare);
    }

    public VerifierSettings withPercentMayBeBare(boolean value) {
        return new VerifierSettings(roundingDigits, strict, setsAnswerRelations, value);
    }
}
