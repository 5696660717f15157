package org.tina.math;

import java.util.function.UnaryOperator;

/**
 * A complex number as far as doubles know it.
 *
 * @param error a bound on how far rounding may have moved it, so that a difference that may be
 *     rounding alone is told from one that is not
 */
record Complex(double re, double im, double error) {
    static final Complex UNDEFINED = new Complex(Double.NaN, 0, 0);
    static final Complex ZERO = new Complex(0, 0, 0);
    static final Complex ONE = new Complex(1, 0, 0);

    private static final double ROUNDING = 0x1p-52;

    static Complex of(double value) {
        return new Complex(value, 0, Math.abs(value) * ROUNDING);
    }

    boolean isDefined() {
        return !Double.isNaN(re) && !Double.isNaN(im);
    }

    boolean isReal() {
        return Math.abs(im) <= error;
    }

    boolean isInfinite() {
        return Double.isInfinite(re);
    }

    double size() {
        return im == 0 ? Math.abs(re) : Math.hypot(re, im);
    }

    double angle() {
        return isReal() ? (re < 0 ? Math.PI : 0) : Math.atan2(im, re);
    }

    Complex plus(Complex o) {
        Complex sum = new Complex(re + o.re, im + o.im, 0);
        return sum.within(error + o.error + sum.size() * ROUNDING, this, o);
    }

    Complex minus(Complex o) {
        return plus(o.negate());
    }

    Complex negate() {
        return new Complex(-re, -im, error);
    }

    Complex times(Complex o) {
        Complex product =
                im == 0 && o.im == 0
                        ? new Complex(re * o.re, 0, 0)
                        : new Complex(re * o.re - im * o.im, re * o.im + im * o.re, 0);
        double bound = size() * o.error + o.size() * error + error * o.error;
        return product.within(bound + product.size() * 2 * ROUNDING, this, o);
    }

    Complex over(Complex o) {
        double size = o.size();
        if (!(size > 2 * o.error)) {
            return UNDEFINED; // a division by what may be 0
        }
        double square = size * size;
        Complex inverse =
                o.im == 0
                        ? new Complex(1 / o.re, 0, 0)
                        : new Complex(o.re / square, -o.im / square, 0);
        double bound = o.error / (size * (size - o.error)) + inverse.size() * 2 * ROUNDING;
        return times(inverse.within(bound, o, o));
    }

    /** This number with its error; undefined where it overflowed. */
    private Complex within(double bound, Complex a, Complex b) {
        if (Double.isFinite(re) && Double.isFinite(im)) {
            return new Complex(re, im, bound);
        }
        boolean infinity = Double.isInfinite(re) && im == 0 && (a.isInfinite() || b.isInfinite());
        return infinity ? new Complex(re, 0, 0) : UNDEFINED;
    }

    Complex power(int exponent) {
        Complex result = ONE;
        Complex square = this;
        for (int e = Math.abs(exponent); e > 0; e >>= 1) {
            if ((e & 1) != 0) {
                result = result.times(square);
            }
            square = square.times(square);
        }
        return exponent < 0 ? ONE.over(result) : result;
    }

    Complex log() {
        return size() <= error
                ? UNDEFINED
                : apply(z -> new Complex(Math.log(z.size()), z.angle(), 0));
    }

    Complex exp() {
        return apply(
                z -> {
                    double size = Math.exp(z.re);
                    return z.im == 0
                            ? new Complex(size, 0, 0)
                            : new Complex(size * Math.cos(z.im), size * Math.sin(z.im), 0);
                });
    }

    Complex sin() {
        return apply(
                z ->
                        z.im == 0
                                ? new Complex(Math.sin(z.re), 0, 0)
                                : new Complex(
                                        Math.sin(z.re) * Math.cosh(z.im),
                                        Math.cos(z.re) * Math.sinh(z.im),
                                        0));
    }

    Complex cos() {
        return apply(
                z ->
                        z.im == 0
                                ? new Complex(Math.cos(z.re), 0, 0)
                                : new Complex(
                                        Math.cos(z.re) * Math.cosh(z.im),
                                        -Math.sin(z.re) * Math.sinh(z.im),
                                        0));
    }

    Complex sqrt() {
        return size() <= error
                ? new Complex(0, 0, Math.sqrt(error))
                : apply(
                        z -> {
                            double root = Math.sqrt(z.size());
                            double half = z.angle() / 2;
                            return z.isReal()
                                    ? z.re < 0 ? new Complex(0, root, 0) : new Complex(root, 0, 0)
                                    : new Complex(root * Math.cos(half), root * Math.sin(half), 0);
                        });
    }

    /** A function of this number; how it carries the error on is tried beside the number. */
    Complex apply(UnaryOperator<Complex> f) {
        Complex here = new Complex(re, isReal() ? 0 : im, 0);
        Complex value = f.apply(here);
        if (!Double.isFinite(value.re) || !Double.isFinite(value.im)) {
            return UNDEFINED;
        }
        double step = Math.max(error, 1e-9 + 1e-9 * size());
        Complex beside = f.apply(new Complex(here.re + step, here.im, 0));
        double slope = Math.hypot(beside.re - value.re, beside.im - value.im) / step;
        double bound = (Double.isFinite(slope) ? slope * error : Double.MAX_VALUE);
        return new Complex(value.re, value.im, bound + value.size() * 4 * ROUNDING + 1e-300);
    }

    /** Whether rounding alone can explain the difference, and rounding is small. */
    boolean agrees(Complex o) {
        if (isInfinite() || o.isInfinite()) {
            return re == o.re && im == o.im;
        }
        double tolerance = 4 * (error + o.error);
        double scale = Math.max(size(), o.size());
        return Math.hypot(re - o.re, im - o.im) <= tolerance
                && tolerance <= Math.max(1e-10, 1e-7 * scale);
    }
}
