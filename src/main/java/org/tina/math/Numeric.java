package org.tina.math;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tina.math.Expr.Call;

/**
 * Values of expressions in complex numbers, at one of a few fixed points: every symbol has its
 * value there, every unknown function is some smooth function of its arguments.
 */
final class Numeric {
    private static final int MOST_TERMS = 200;

    private final Budget budget;
    private final Exact exact;
    private final int point;
    private final boolean ignoreCase;
    private final int sign;
    private final Map<String, Complex> bound = new HashMap<>();

    /**
     * @param point which of the points, from 0; in the first two all symbols are positive, in the
     *     third all negative
     * @param sign 1 or -1, what ± stands for
     */
    Numeric(Budget budget, int point, boolean ignoreCase, int sign) {
        this.budget = budget;
        this.exact = new Exact(budget);
        this.point = point;
        this.ignoreCase = ignoreCase;
        this.sign = sign;
    }

    Numeric(Budget budget) {
        this(budget, 0, false, 1);
    }

    /** Lets a symbol or a call such as f(x), by its name as {@link #key} gives it, be a number. */
    void set(String key, double value) {
        bound.put(key, Complex.of(value));
    }

    static String key(Expr e) {
        return e instanceof Expr.Symbol s ? s.name() : e.toString();
    }

    Complex value(Expr e) {
        return value(e, false);
    }

    /**
     * @param angle whether degrees are angles, to be turned into radians
     */
    private Complex value(Expr e, boolean angle) {
        budget.spend(2);
        if (e instanceof Expr.Num n) {
            double value = n.value().toDouble();
            return Double.isInfinite(value) ? Complex.UNDEFINED : Complex.of(value);
        } else if (e instanceof Expr.Symbol s) {
            return symbol(s.name());
        } else if (e instanceof Expr.Constant c) {
            return constant(c);
        } else if (e instanceof Expr.Sum sum) {
            Complex total = Complex.ZERO;
            for (Expr term : sum.terms()) {
                total = total.plus(value(term, angle));
            }
            return total;
        } else if (e instanceof Expr.Product product) {
            Complex total = Complex.ONE;
            for (Expr factor : product.factors()) {
                total = total.times(value(factor, angle));
            }
            return total;
        } else if (e instanceof Expr.Quotient q) {
            return value(q.top(), angle).over(value(q.bottom(), false));
        } else if (e instanceof Expr.Power p) {
            return power(p);
        } else if (e instanceof Expr.Percent p) {
            return value(p.value(), false).times(Complex.of(0.01));
        } else if (e instanceof Expr.Degrees d) {
            Complex value = value(d.value(), false);
            return angle ? value.times(Complex.of(Math.PI / 180)) : value;
        } else if (e instanceof Expr.Based b) {
            return Complex.of(b.value().toDouble());
        } else if (e instanceof Expr.PlusMinus p) {
            Complex right = value(p.right(), angle);
            boolean minus = p.flipped() == sign > 0;
            return value(p.left(), angle).plus(minus ? right.negate() : right);
        } else if (e instanceof Call c) {
            return call(c);
        } else if (e instanceof Expr.Series s) {
            return series(s);
        }
        return Complex.UNDEFINED;
    }

    private static Complex constant(Expr.Constant c) {
        return switch (c) {
            case PI -> Complex.of(Math.PI);
            case E -> Complex.of(Math.E);
            case I -> new Complex(0, 1, 0);
            case INFINITY -> new Complex(Double.POSITIVE_INFINITY, 0, 0);
        };
    }

    private Complex symbol(String name) {
        Complex value = bound.get(name);
        if (value != null) {
            return value;
        }
        double share = share(ignoreCase ? name.toLowerCase() : name, point);
        double size = 0.3 + 2.2 * share;
        boolean negative = point == 2 || point > 2 && ((long) (share * 1e9) & 1) == 0;
        return Complex.of(negative ? -size : size);
    }

    /** A number from 0 to 1 that belongs to the name and the point. */
    private static double share(String name, int point) {
        long hash = 0x9E3779B97F4A7C15L * (point + 1);
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0xBF58476D1CE4E5B9L;
            hash ^= hash >>> 29;
        }
        return (hash >>> 11) * 0x1p-53;
    }

    private Complex power(Expr.Power p) {
        Complex base = value(p.base(), false);
        Rational exponent = exact.value(p.exponent());
        if (exponent == null) {
            if (p.base() == Expr.Constant.E && bound.isEmpty()) {
                return value(p.exponent(), false).exp();
            }
            Complex power = value(p.exponent(), false);
            return base.isInfinite() || power.isInfinite()
                    ? Complex.UNDEFINED
                    : base.log().times(power).exp();
        }
        if (exponent.isSmallInteger()) {
            budget.spend(10);
            return base.isInfinite() && exponent.sign() <= 0
                    ? Complex.UNDEFINED
                    : base.power(exponent.top().intValue());
        }
        if (base.isInfinite()) {
            return Complex.UNDEFINED;
        }
        if (exponent.bottom().bitLength() == 2 && !exponent.bottom().testBit(0)) {
            return exponent.top().bitLength() < 31
                    ? base.sqrt().power(exponent.top().intValue())
                    : Complex.UNDEFINED;
        }
        if (base.size() <= base.error()) {
            return exponent.sign() > 0 ? new Complex(0, 0, base.error()) : Complex.UNDEFINED;
        }
        double power = exponent.toDouble();
        // an odd root of a negative number is the real one, as one writes it
        if (base.isReal() && base.re() < 0 && exponent.bottom().testBit(0)) {
            Complex root = base.negate().log().times(Complex.of(power)).exp();
            return exponent.top().testBit(0) ? root.negate() : root;
        }
        return base.log().times(Complex.of(power)).exp();
    }

    private Complex call(Call c) {
        Complex set = bound.isEmpty() ? null : bound.get(key(c));
        if (set != null) {
            return set;
        }
        List<Expr> arguments = c.arguments();
        Expr first = arguments.get(0);
        switch (c.name()) {
            case "sin", "cos", "tan", "cot", "sec", "csc" -> {
                return circular(c.name(), value(first, true));
            }
            case "arcsin", "arccos", "arctan", "arccot", "arcsec", "arccsc" -> {
                return inverse(c.name(), value(first));
            }
            case "sinh" -> {
                Complex z = value(first);
                return z.exp().minus(z.negate().exp()).times(Complex.of(0.5));
            }
            case "cosh" -> {
                Complex z = value(first);
                return z.exp().plus(z.negate().exp()).times(Complex.of(0.5));
            }
            case "tanh", "coth" -> {
                Complex z = value(first);
                Complex up = z.exp();
                Complex down = z.negate().exp();
                Complex sum = up.plus(down);
                Complex difference = up.minus(down);
                return c.name().equals("tanh") ? difference.over(sum) : sum.over(difference);
            }
            case "arcsinh" -> {
                Complex z = value(first);
                return z.plus(z.times(z).plus(Complex.ONE).sqrt()).log();
            }
            case "arccosh" -> {
                Complex z = value(first);
                return z.plus(z.times(z).minus(Complex.ONE).sqrt()).log();
            }
            case "arctanh" -> {
                Complex z = value(first);
                Complex quotient = Complex.ONE.plus(z).over(Complex.ONE.minus(z));
                return quotient.log().times(Complex.of(0.5));
            }
            case "log" -> {
                return value(first).log().over(value(arguments.get(1)).log());
            }
            case "abs" -> {
                Complex z = value(first);
                return new Complex(z.size(), 0, z.error());
            }
            case "Re" -> {
                Complex z = value(first);
                return new Complex(z.re(), 0, z.error());
            }
            case "Im" -> {
                Complex z = value(first);
                return new Complex(z.im(), 0, z.error());
            }
            case "arg" -> {
                return value(first).apply(z -> new Complex(z.angle(), 0, 0));
            }
            case "floor", "ceil" -> {
                return rounded(c.name(), value(first));
            }
            case "max", "min" -> {
                return extreme(c);
            }
            case "factorial", "binom", "gcd", "lcm" -> {
                Rational value = exact.value(c);
                return value == null ? unknown(c) : Complex.of(value.toDouble());
            }
            default -> {
                return unknown(c);
            }
        }
    }

    private static Complex circular(String name, Complex z) {
        return switch (name) {
            case "sin" -> z.sin();
            case "cos" -> z.cos();
            case "tan" -> z.sin().over(z.cos());
            case "cot" -> z.cos().over(z.sin());
            case "sec" -> Complex.ONE.over(z.cos());
            default -> Complex.ONE.over(z.sin());
        };
    }

    private static Complex inverse(String name, Complex argument) {
        Complex z = argument;
        if (name.equals("arcsec") || name.equals("arccsc")) {
            z = Complex.ONE.over(z);
        }
        if (!z.isReal() || (!name.endsWith("tan") && !name.endsWith("cot") && z.size() > 1)) {
            return Complex.UNDEFINED;
        }
        return switch (name) {
            case "arcsin", "arccsc" -> z.apply(x -> new Complex(Math.asin(x.re()), 0, 0));
            case "arccos", "arcsec" -> z.apply(x -> new Complex(Math.acos(x.re()), 0, 0));
            case "arctan" -> z.apply(x -> new Complex(Math.atan(x.re()), 0, 0));
            default -> z.apply(x -> new Complex(Math.PI / 2 - Math.atan(x.re()), 0, 0));
        };
    }

    private static Complex rounded(String name, Complex z) {
        double nearest = Math.rint(z.re());
        if (!z.isReal() || z.size() > 1e15) {
            return Complex.UNDEFINED;
        }
        if (Math.abs(z.re() - nearest) <= 4 * z.error()) {
            return Complex.of(nearest);
        }
        return Complex.of(name.equals("floor") ? Math.floor(z.re()) : Math.ceil(z.re()));
    }

    private Complex extreme(Call c) {
        Complex best = value(c.arguments().get(0));
        for (Expr argument : c.arguments()) {
            Complex next = value(argument);
            if (!best.isReal() || !next.isReal()) {
                return Complex.UNDEFINED;
            }
            best = next.re() > best.re() == c.name().equals("max") ? next : best;
        }
        return best;
    }

    /** Some smooth function that belongs to the name; order of the arguments matters. */
    private Complex unknown(Call c) {
        Complex mix = Complex.of(1 + share(c.name(), 100));
        double weight = 1;
        for (Expr argument : c.arguments()) {
            weight *= 0.7;
            mix = mix.plus(value(argument).times(Complex.of(weight)));
        }
        return mix.sin().plus(mix.times(Complex.of(0.25)));
    }

    private Complex series(Expr.Series s) {
        Integer from = exact.smallInteger(s.from());
        Integer to = exact.smallInteger(s.to());
        Complex before = bound.get(s.variable());
        Complex result;
        if (from != null && to != null && to - from < MOST_TERMS && to >= from) {
            result = s.product() ? Complex.ONE : Complex.ZERO;
            for (int i = from; i <= to; i++) {
                bound.put(s.variable(), Complex.of(i));
                Complex term = value(s.body());
                result = s.product() ? result.times(term) : result.plus(term);
            }
        } else {
            // bounds that are symbols or far apart: some function of the three parts
            bound.put(s.variable(), Complex.of(0.7312 + 0.1 * point));
            Complex body = value(s.body());
            bound.remove(s.variable());
            Complex mix =
                    value(s.from())
                            .times(Complex.of(0.37))
                            .plus(value(s.to()).times(Complex.of(0.59)))
                            .plus(body);
            result = s.product() ? mix.cos() : mix.sin();
        }
        if (before == null) {
            bound.remove(s.variable());
        } else {
            bound.put(s.variable(), before);
        }
        return result;
    }
}
