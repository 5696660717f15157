package org.tina.math;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoublePredicate;
import org.tina.math.Expr.Items;
import org.tina.math.Expr.Relation;

/**
 * A set of real numbers, known by its edges and by whether it holds a given number: an interval, a
 * union, the solutions of an inequality. Two regions are the same when they agree at every edge of
 * either, between the edges and beyond them.
 */
final class Region {
    private static final double NEAR = 1e-9;

    private final double[] edges;
    private final DoublePredicate holds;

    private Region(double[] edges, DoublePredicate holds) {
        this.edges = edges;
        this.holds = holds;
    }

    /** Whether the expression looks like such a set. */
    static boolean is(Expr e) {
        return e instanceof Expr.SetOperation
                || e instanceof Expr.NamedSet
                || e instanceof Expr.SetBuilder
                || e instanceof Relation
                || isInterval(e)
                || e instanceof Items items
                        && items.isBare()
                        && items.list().stream().allMatch(Region::is);
    }

    static boolean isInterval(Expr e) {
        return e instanceof Items items && !items.unordered() && items.list().size() == 2;
    }

    /**
     * The set that an expression means.
     *
     * @param all whether conditions that follow each other must all hold, or any one
     * @throws Budget.Undecided where it is no set of real numbers that we know
     */
    static Region of(Expr e, boolean all, Budget budget) {
        if (e instanceof Expr.SetOperation op) {
            return operation(op.op(), of(op.left(), all, budget), of(op.right(), all, budget));
        } else if (e instanceof Expr.NamedSet set) {
            if (set.name() != 'R' && set.name() != '0') {
                throw Budget.Undecided.INSTANCE;
            }
            return new Region(new double[0], x -> set.name() == 'R');
        } else if (e instanceof Expr.SetBuilder s) {
            return of(s.condition(), true, budget);
        } else if (isInterval(e)) {
            return interval((Items) e, budget);
        } else if (e instanceof Items items && items.unordered()) {
            List<Region> parts = new ArrayList<>();
            for (Expr part : items.list()) {
                parts.add(of(part, all, budget));
            }
            boolean conditions = items.list().stream().allMatch(part -> part instanceof Relation);
            String op = all && conditions ? "cap" : "cup";
            return parts.stream().reduce((a, b) -> operation(op, a, b)).orElseThrow();
        } else if (e instanceof Relation r) {
            return r.ops().equals(List.of("in")) ? of(r.last(), all, budget) : solutions(r, budget);
        }
        double value = real(e, budget);
        return new Region(new double[] {value}, x -> near(x, value));
    }

    /** Whether both hold the same numbers, some of them at least. */
    boolean sameAs(Region other) {
        boolean some = false;
        double[] both = merge(edges, other.edges);
        for (int i = 0; i <= both.length; i++) {
            double before = i == 0 ? (both.length == 0 ? -1 : both[0] - 2) : both[i - 1];
            double after = i == both.length ? before + 2 : both[i];
            double between = before + (after - before) * 0.4721;
            if (holds.test(between) != other.holds.test(between)
                    || i < both.length && holds.test(both[i]) != other.holds.test(both[i])) {
                return false;
            }
            some |= holds.test(between) || i < both.length && holds.test(both[i]);
        }
        double far =
                both.length == 0 ? 1 : Math.max(Math.abs(both[0]), Math.abs(both[both.length - 1]));
        for (double x : new double[] {-3 * far - 17.3, 3 * far + 19.7, 0.123, -0.377}) {
            if (holds.test(x) != other.holds.test(x)) {
                return false;
            }
        }
        return some;
    }

    private static double real(Expr e, Budget budget) {
        Complex value = new Numeric(budget).value(e);
        if (!value.isDefined() || !value.isReal() || !Trees.symbols(e).isEmpty()) {
            throw Budget.Undecided.INSTANCE;
        }
        return value.re();
    }

    private static Region interval(Items items, Budget budget) {
        double from = real(items.list().get(0), budget);
        double to = real(items.list().get(1), budget);
        boolean withFrom = items.open() == '[';
        boolean withTo = items.close() == ']';
        return new Region(
                finite(from, to),
                x ->
                        near(x, from)
                                ? withFrom && (from < to || withTo)
                                : near(x, to) ? withTo && from < to : x > from && x < to);
    }

    private static Region operation(String op, Region a, Region b) {
        return new Region(
                merge(a.edges, b.edges),
                switch (op) {
                    case "cup" -> x -> a.holds.test(x) || b.holds.test(x);
                    case "cap" -> x -> a.holds.test(x) && b.holds.test(x);
                    default -> x -> a.holds.test(x) && !b.holds.test(x);
                });
    }

    /** The solutions of a condition on one unknown; its edges are searched for. */
    private static Region solutions(Relation r, Budget budget) {
        Map<String, Expr> unknowns = Trees.unknowns(r);
        if (unknowns.size() != 1) {
            throw Budget.Undecided.INSTANCE;
        }
        String unknown = unknowns.keySet().iterator().next();
        List<Double> edges = new ArrayList<>();
        for (int i = 0; i < r.ops().size(); i++) {
            Expr difference =
                    new Expr.Sum(
                            List.of(r.sides().get(i), Expr.Product.negate(r.sides().get(i + 1))));
            search(difference, unknown, edges, budget);
        }
        return new Region(
                edges.stream().mapToDouble(x -> x).sorted().toArray(),
                x -> holdsAt(r, unknown, x, budget));
    }

    private static boolean holdsAt(Relation r, String unknown, double x, Budget budget) {
        Numeric at = new Numeric(budget);
        at.set(unknown, x);
        Complex left = at.value(r.first());
        for (int i = 0; i < r.ops().size(); i++) {
            Complex right = at.value(r.sides().get(i + 1));
            if (!left.isDefined() || !right.isDefined() || !left.isReal() || !right.isReal()) {
                return false;
            }
            boolean equal = near(left.re(), right.re()) || left.agrees(right);
            boolean holds =
                    switch (r.ops().get(i)) {
                        case "=" -> equal;
                        case "!=" -> !equal;
                        case "<" -> !equal && left.re() < right.re();
                        case "<=" -> equal || left.re() < right.re();
                        case ">" -> !equal && left.re() > right.re();
                        case ">=" -> equal || left.re() > right.re();
                        default -> throw Budget.Undecided.INSTANCE;
                    };
            if (!holds) {
                return false;
            }
            left = right;
        }
        return true;
    }

    /** Where the expression changes its sign between -1000 and 1000, closer steps near 0. */
    private static void search(Expr e, String unknown, List<Double> edges, Budget budget) {
        double before = 0;
        double valueBefore = Double.NaN;
        for (int i = -60; i <= 60; i++) {
            double x =
                    i == 0 ? 0.0123 : Math.signum(i) * (Math.expm1(Math.abs(i) * 0.115) + 0.0179);
            double value = valueAt(e, unknown, x, budget);
            if (valueBefore * value < 0) {
                double low = before;
                double high = x;
                for (int step = 0; step < 70; step++) {
                    double middle = (low + high) / 2;
                    double there = valueAt(e, unknown, middle, budget);
                    if (there == 0) {
                        low = middle;
                        high = middle;
                        break;
                    }
                    if (there * valueBefore > 0) {
                        low = middle;
                    } else {
                        high = middle;
                    }
                }
                double edge = (low + high) / 2;
                double rounded = Math.rint(edge * 1e4) / 1e4;
                edges.add(Math.abs(rounded - edge) < 1e-11 ? rounded : edge);
            }
            before = x;
            valueBefore = value;
        }
    }

    private static double valueAt(Expr e, String unknown, double x, Budget budget) {
        Numeric at = new Numeric(budget);
        at.set(unknown, x);
        Complex value = at.value(e);
        return value.isReal() ? value.re() : Double.NaN;
    }

    private static double[] finite(double... values) {
        return Arrays.stream(values).filter(Double::isFinite).sorted().toArray();
    }

    private static double[] merge(double[] a, double[] b) {
        double[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        Arrays.sort(both);
        int kept = 0;
        for (double x : both) {
            if (kept == 0 || !near(x, both[kept - 1])) {
                both[kept++] = x;
            }
        }
        return Arrays.copyOf(both, kept);
    }

    private static boolean near(double a, double b) {
        return Double.isFinite(b) && Math.abs(a - b) <= NEAR * Math.max(1, Math.abs(b));
    }
}
