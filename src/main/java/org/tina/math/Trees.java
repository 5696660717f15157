package org.tina.math;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Walks through expressions. */
final class Trees {
    private Trees() {}

    /** The same expression with {@code f} applied to each of its direct parts. */
    static Expr map(Expr e, UnaryOperator<Expr> f) {
        if (e instanceof Expr.Sum s) {
            return new Expr.Sum(all(s.terms(), f));
        } else if (e instanceof Expr.Product p) {
            return new Expr.Product(all(p.factors(), f));
        } else if (e instanceof Expr.Quotient q) {
            return new Expr.Quotient(f.apply(q.top()), f.apply(q.bottom()));
        } else if (e instanceof Expr.Power p) {
            return new Expr.Power(f.apply(p.base()), f.apply(p.exponent()));
        } else if (e instanceof Expr.Call c) {
            return new Expr.Call(c.name(), all(c.arguments(), f));
        } else if (e instanceof Expr.Percent p) {
            return new Expr.Percent(f.apply(p.value()));
        } else if (e instanceof Expr.Degrees d) {
            return new Expr.Degrees(f.apply(d.value()));
        } else if (e instanceof Expr.PlusMinus p) {
            return new Expr.PlusMinus(f.apply(p.left()), f.apply(p.right()), p.flipped());
        } else if (e instanceof Expr.Relation r) {
            return new Expr.Relation(all(r.sides(), f), r.ops());
        } else if (e instanceof Expr.Items i) {
            return new Expr.Items(i.open(), i.close(), all(i.list(), f));
        } else if (e instanceof Expr.SetOperation s) {
            return new Expr.SetOperation(s.op(), f.apply(s.left()), f.apply(s.right()));
        } else if (e instanceof Expr.SetBuilder s) {
            return new Expr.SetBuilder(f.apply(s.element()), f.apply(s.condition()));
        } else if (e instanceof Expr.Matrix m) {
            List<List<Expr>> rows = new ArrayList<>();
            m.rows().forEach(row -> rows.add(all(row, f)));
            return new Expr.Matrix(rows);
        }
        return e;
    }

    private static List<Expr> all(List<Expr> list, UnaryOperator<Expr> f) {
        List<Expr> mapped = new ArrayList<>(list.size());
        for (Expr e : list) {
            mapped.add(f.apply(e));
        }
        return mapped;
    }

    /** Whether a part of the expression, or all of it, passes the test. */
    static boolean contains(Expr e, Function<Expr, Boolean> test) {
        if (test.apply(e)) {
            return true;
        }
        boolean[] found = {false};
        map(
                e,
                part -> {
                    found[0] = found[0] || contains(part, test);
                    return part;
                });
        return found[0];
    }

    /** The expression with every ± read as + (sign 1) or - (sign -1), and ∓ the other way. */
    static Expr choose(Expr e, int sign) {
        Expr chosen = map(e, part -> choose(part, sign));
        if (chosen instanceof Expr.PlusMinus p) {
            boolean minus = p.flipped() == sign > 0;
            Expr right = minus ? Expr.Product.negate(p.right()) : p.right();
            return p.left().equals(Expr.Num.of(0)) ? right : new Expr.Sum(List.of(p.left(), right));
        }
        return chosen;
    }

    /** The expression with some symbols renamed. */
    static Expr rename(Expr e, Map<String, String> names) {
        if (e instanceof Expr.Symbol s) {
            return new Expr.Symbol(names.getOrDefault(s.name(), s.name()));
        }
        return map(e, part -> rename(part, names));
    }

    /**
     * What an expression leaves open, in order of appearance: its symbols, and calls such as f(x)
     * as a whole; by {@link Numeric#key}.
     */
    static Map<String, Expr> unknowns(Expr e) {
        Map<String, Expr> found = new LinkedHashMap<>();
        collect(e, found, true);
        return found;
    }

    /** The symbols of an expression, in order of appearance. */
    static Map<String, Expr> symbols(Expr e) {
        Map<String, Expr> found = new LinkedHashMap<>();
        collect(e, found, false);
        return found;
    }

    private static void collect(Expr e, Map<String, Expr> found, boolean calls) {
        boolean unknown =
                e instanceof Expr.Call c
                        && !Vocabulary.FUNCTIONS.contains(c.name())
                        && !c.name().equals("factorial")
                        && !c.name().equals("binom");
        if (e instanceof Expr.Symbol || calls && unknown) {
            found.put(Numeric.key(e), e);
            return;
        }
        map(
                e,
                part -> {
                    collect(part, found, calls);
                    return part;
                });
    }
}
