package org.tina.math;

import java.math.BigInteger;
import java.util.List;

/**
 * Values of expressions modulo the prime p = 2^61 - 1, with arbitrary numbers for the symbols. Two
 * quotients of polynomials that agree at random points modulo p are the same but for a chance of
 * about degree / p; and where they differ they differ, however large their numbers are. So this
 * decides, exactly for all that matters, what is made of numbers and symbols by + - × ÷ and whole
 * powers. π and e count as symbols: no polynomial with rational coefficients is 0 at either.
 */
final class Modular {
    static final long P = (1L << 61) - 1;

    /** No value: not such an expression, or a division by 0. */
    static final long NONE = -1;

    private static final BigInteger PRIME = BigInteger.valueOf(P);

    private final Budget budget;
    private final Exact exact;
    private final int point;
    private final boolean ignoreCase;

    Modular(Budget budget, int point, boolean ignoreCase) {
        this.budget = budget;
        this.exact = new Exact(budget);
        this.point = point;
        this.ignoreCase = ignoreCase;
    }

    long value(Expr e) {
        budget.spend(1);
        if (e instanceof Expr.Num n) {
            return rational(n.value());
        } else if (e instanceof Expr.Symbol s) {
            return symbol(ignoreCase ? s.name().toLowerCase() : s.name());
        } else if (e == Expr.Constant.PI || e == Expr.Constant.E) {
            return symbol(e.toString());
        } else if (e instanceof Expr.Sum sum) {
            return sum(sum.terms());
        } else if (e instanceof Expr.Product product) {
            return product(product.factors());
        } else if (e instanceof Expr.Quotient q) {
            long top = value(q.top());
            long bottom = top == NONE ? NONE : value(q.bottom());
            return bottom <= 0 ? NONE : times(top, inverse(bottom));
        } else if (e instanceof Expr.Power p) {
            return power(p);
        } else if (e instanceof Expr.Percent p) {
            long value = value(p.value());
            return value == NONE ? NONE : times(value, inverse(100));
        } else if (e instanceof Expr.Degrees d) {
            return value(d.value());
        } else if (e instanceof Expr.Based b) {
            return rational(b.value());
        } else if (e instanceof Expr.Call c) {
            return call(c);
        }
        return NONE;
    }

    private long sum(List<Expr> terms) {
        long total = 0;
        for (Expr term : terms) {
            long value = value(term);
            if (value == NONE) {
                return NONE;
            }
            total += value;
            total = total >= P ? total - P : total;
        }
        return total;
    }

    private long product(List<Expr> factors) {
        long total = 1;
        for (Expr factor : factors) {
            long value = value(factor);
            if (value == NONE) {
                return NONE;
            }
            total = times(total, value);
        }
        return total;
    }

    private long power(Expr.Power p) {
        Rational exponent = exact.value(p.exponent());
        if (exponent == null || !exponent.isInteger()) {
            return NONE;
        }
        long base = value(p.base());
        if (base == NONE || base == 0 && exponent.sign() < 0) {
            return NONE;
        }
        budget.spend(30);
        // a^(p-1) is 1, so the exponent counts modulo p - 1
        long size =
                exponent.isSmallInteger()
                        ? Math.abs((long) exponent.top().intValue())
                        : exponent.top().abs().mod(PRIME.subtract(BigInteger.ONE)).longValue();
        long result = power(base, size);
        return exponent.sign() < 0 ? inverse(result) : result;
    }

    private long call(Expr.Call c) {
        Rational value = exact.value(c);
        return value == null ? NONE : rational(value);
    }

    private long rational(Rational value) {
        long top = reduce(value.top());
        if (value.isInteger()) {
            return top;
        }
        long bottom = reduce(value.bottom());
        return bottom == 0 ? NONE : times(top, inverse(bottom));
    }

    private long reduce(BigInteger value) {
        if (value.bitLength() <= 61) {
            long small = value.longValue() % P;
            return small < 0 ? small + P : small;
        }
        budget.spend(1 + value.bitLength() / 64);
        return value.mod(PRIME).longValue();
    }

    private long symbol(String name) {
        long hash = 0x9E3779B97F4A7C15L * (point + 1);
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0xBF58476D1CE4E5B9L;
            hash ^= hash >>> 29;
        }
        return (hash >>> 3) % P;
    }

    static long times(long a, long b) {
        long high = Math.multiplyHigh(a, b);
        long low = a * b;
        long sum = (low & P) + ((low >>> 61) | (high << 3));
        return sum >= P ? sum - P : sum;
    }

    static long power(long base, long exponent) {
        long result = 1;
        for (long e = exponent; e > 0; e >>= 1) {
            if ((e & 1) != 0) {
                result = times(result, base);
            }
            base = times(base, base);
        }
        return result;
    }

    private long inverse(long value) {
        budget.spend(30);
        return power(value, P - 2);
    }
}
