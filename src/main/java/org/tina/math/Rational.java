package org.tina.math;

import java.math.BigInteger;

/** An exact fraction in lowest terms, its denominator above 0. Too large a one is {@code null}. */
record Rational(BigInteger top, BigInteger bottom) {
    static final Rational ZERO = of(0);
    static final Rational ONE = of(1);

    /** About 5,000 digits: beyond them a number is no answer that anyone meant. */
    static final int MOST_BITS = 1 << 14;

    static Rational of(long value) {
        return new Rational(BigInteger.valueOf(value), BigInteger.ONE);
    }

    /** The fraction, or null where {@code bottom} is 0 or a part is too large. */
    static Rational of(BigInteger top, BigInteger bottom) {
        if (bottom.signum() == 0 || top.bitLength() > MOST_BITS || bottom.bitLength() > MOST_BITS) {
            return null;
        }
        if (bottom.equals(BigInteger.ONE)) {
            return new Rational(top, bottom);
        }
        BigInteger common = top.gcd(bottom);
        if (bottom.signum() < 0) {
            common = common.negate();
        }
        return common.equals(BigInteger.ONE)
                ? new Rational(top, bottom)
                : new Rational(top.divide(common), bottom.divide(common));
    }

    /** A number written with digits and at most one point, or null if it is too long. */
    static Rational parse(String digits) {
        int point = digits.indexOf('.');
        if (digits.length() > MOST_BITS / 4) {
            return null;
        }
        if (point < 0) {
            return digits.length() < 18
                    ? of(Long.parseLong(digits))
                    : of(new BigInteger(digits), BigInteger.ONE);
        }
        String all = digits.substring(0, point) + digits.substring(point + 1);
        return of(
                new BigInteger(all.isEmpty() ? "0" : all),
                BigInteger.TEN.pow(digits.length() - point - 1));
    }

    Rational plus(Rational other) {
        if (isInteger() && other.isInteger()) {
            return of(top.add(other.top), BigInteger.ONE);
        }
        return of(
                top.multiply(other.bottom).add(other.top.multiply(bottom)),
                bottom.multiply(other.bottom));
    }

    Rational times(Rational other) {
        return of(top.multiply(other.top), bottom.multiply(other.bottom));
    }

    Rational over(Rational other) {
        return of(top.multiply(other.bottom), bottom.multiply(other.top));
    }

    /** This number to a whole power, or null where that is too large or 0 to a negative power. */
    Rational power(int exponent) {
        long size =
                (long) Math.max(top.bitLength(), bottom.bitLength()) * Math.abs((long) exponent);
        if (size > MOST_BITS && !(isInteger() && top.bitLength() <= 1)) {
            return null;
        }
        if (exponent < 0) {
            return of(bottom.pow(-exponent), top.pow(-exponent));
        }
        return new Rational(top.pow(exponent), bottom.pow(exponent));
    }

    Rational negate() {
        return new Rational(top.negate(), bottom);
    }

    boolean isInteger() {
        return bottom.equals(BigInteger.ONE);
    }

    boolean isSmallInteger() {
        return isInteger() && top.bitLength() < 31;
    }

    int sign() {
        return top.signum();
    }

    BigInteger floor() {
        BigInteger[] parts = top.divideAndRemainder(bottom);
        return parts[1].signum() < 0 ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    double toDouble() {
        if (top.bitLength() < 53 && bottom.bitLength() < 53) {
            return (double) top.longValue() / bottom.longValue();
        }
        int shift = top.bitLength() - bottom.bitLength() - 64; // 64 bits of quotient
        BigInteger quotient =
                shift > 0
                        ? top.divide(bottom.shiftLeft(shift))
                        : top.shiftLeft(-shift).divide(bottom);
        return Math.scalb(quotient.doubleValue(), Math.max(-2000, Math.min(2000, shift)));
    }

    int compareTo(Rational other) {
        return top.multiply(other.bottom).compareTo(other.top.multiply(bottom));
    }
}
