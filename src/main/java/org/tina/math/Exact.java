package org.tina.math;

import java.math.BigInteger;
import org.tina.math.Expr.Call;
import org.tina.math.Expr.Num;

/** The exact value of an expression that is a fraction and is not too large. */
final class Exact {
    private static final int LARGEST_FACTORIAL = 1_500;

    private final Budget budget;

    Exact(Budget budget) {
        this.budget = budget;
    }

    /** The value, or null where it is irrational, symbolic, undefined or too large. */
    Rational value(Expr e) {
        budget.spend(1);
        if (e instanceof Num n) {
            return n.value();
        } else if (e instanceof Expr.Sum sum) {
            Rational total = Rational.ZERO;
            for (Expr term : sum.terms()) {
                Rational value = value(term);
                total = value == null ? null : total.plus(value);
                if (paid(total) == null) {
                    return null;
                }
            }
            return total;
        } else if (e instanceof Expr.Product product) {
            Rational total = Rational.ONE;
            for (Expr factor : product.factors()) {
                Rational value = value(factor);
                total = value == null ? null : total.times(value);
                if (paid(total) == null) {
                    return null;
                }
            }
            return total;
        } else if (e instanceof Expr.Quotient q) {
            Rational top = value(q.top());
            Rational bottom = top == null ? null : value(q.bottom());
            return bottom == null ? null : paid(top.over(bottom));
        } else if (e instanceof Expr.Power p) {
            Rational base = value(p.base());
            Rational exponent = base == null ? null : value(p.exponent());
            return exponent == null ? null : power(base, exponent);
        } else if (e instanceof Expr.Percent p) {
            Rational value = value(p.value());
            return value == null ? null : value.over(Rational.of(100));
        } else if (e instanceof Expr.Degrees d) {
            return value(d.value());
        } else if (e instanceof Expr.Based b) {
            return b.value();
        } else if (e instanceof Call c) {
            return call(c);
        }
        return null;
    }

    /** A whole number that fits an int, or null. */
    Integer smallInteger(Expr e) {
        Rational value = value(e);
        return value != null && value.isSmallInteger() ? value.top().intValue() : null;
    }

    private Rational paid(Rational value) {
        if (value != null) {
            budget.spend(1 + (value.top().bitLength() + value.bottom().bitLength()) / 256);
        }
        return value;
    }

    private Rational power(Rational base, Rational exponent) {
        if (!exponent.top().abs().equals(exponent.top()) && base.sign() == 0) {
            return null;
        }
        if (exponent.isSmallInteger()) {
            budget.spend(20);
            return paid(base.power(exponent.top().intValue()));
        }
        // a root that comes out: sqrt(9/4), 8^(2/3)
        if (!exponent.bottom().equals(BigInteger.TWO) || base.sign() < 0) {
            return null;
        }
        BigInteger top = base.top().sqrt();
        BigInteger bottom = base.bottom().sqrt();
        budget.spend(5 + base.top().bitLength() / 16);
        if (!top.multiply(top).equals(base.top())
                || !bottom.multiply(bottom).equals(base.bottom())
                || exponent.top().bitLength() > 30) {
            return null;
        }
        return paid(new Rational(top, bottom).power(exponent.top().intValue()));
    }

    private Rational call(Call c) {
        Rational[] values = new Rational[c.arguments().size()];
        switch (c.name()) {
            case "factorial", "binom", "abs", "floor", "ceil", "gcd", "lcm", "max", "min" -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = value(c.arguments().get(i));
                    if (values[i] == null) {
                        return null;
                    }
                }
            }
            default -> {
                return null;
            }
        }
        Rational x = values[0];
        return switch (c.name()) {
            case "factorial" -> factorial(x);
            case "binom" -> binomial(x, values[1]);
            case "abs" -> x.sign() < 0 ? x.negate() : x;
            case "floor" -> Rational.of(x.floor(), BigInteger.ONE);
            case "ceil" -> Rational.of(x.negate().floor().negate(), BigInteger.ONE);
            default -> fold(c.name(), values);
        };
    }

    private Rational fold(String name, Rational[] values) {
        Rational result = values[0];
        for (int i = 1; i < values.length; i++) {
            Rational next = values[i];
            if (name.equals("max") || name.equals("min")) {
                boolean larger = next.compareTo(result) > 0;
                result = larger == name.equals("max") ? next : result;
            } else if (result.isInteger() && next.isInteger()) {
                BigInteger gcd = result.top().gcd(next.top());
                if (name.equals("lcm") && gcd.signum() != 0) {
                    gcd = result.top().divide(gcd).multiply(next.top()).abs();
                }
                result = Rational.of(gcd, BigInteger.ONE);
            } else {
                return null;
            }
            if (paid(result) == null) {
                return null;
            }
        }
        return result;
    }

    private Rational factorial(Rational x) {
        if (!x.isSmallInteger() || x.sign() < 0 || x.top().intValue() > LARGEST_FACTORIAL) {
            return null;
        }
        int n = x.top().intValue();
        budget.spend(1 + n);
        BigInteger product = BigInteger.ONE;
        for (int i = 2; i <= n; i++) {
            product = product.multiply(BigInteger.valueOf(i));
        }
        return Rational.of(product, BigInteger.ONE);
    }

    private Rational binomial(Rational n, Rational k) {
        if (!n.isSmallInteger() || !k.isSmallInteger() || n.sign() < 0) {
            return null;
        }
        int top = n.top().intValue();
        int size = Math.min(k.top().intValue(), top - k.top().intValue());
        if (size < 0) {
            return Rational.ZERO;
        }
        if (size > LARGEST_FACTORIAL) {
            return null;
        }
        budget.spend(1 + 2 * size);
        BigInteger value = BigInteger.ONE;
        for (int i = 1; i <= size; i++) {
            value =
                    value.multiply(BigInteger.valueOf(top - size + i))
                            .divide(BigInteger.valueOf(i));
        }
        return Rational.of(value, BigInteger.ONE);
    }
}
