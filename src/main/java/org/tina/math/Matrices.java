package org.tina.math;

import java.util.ArrayList;
import java.util.List;
import org.tina.math.Expr.Matrix;

/** Carries out sums, products, powers and determinants of matrices, entry by entry. */
final class Matrices {
    private static final int LARGEST_POWER = 20;
    private static final int LARGEST_DETERMINANT = 5;

    private final Budget budget;

    Matrices(Budget budget) {
        this.budget = budget;
    }

    static boolean isIn(Expr e) {
        return Trees.contains(e, part -> part instanceof Matrix);
    }

    /**
     * The expression as one matrix, or as a number where it is a determinant.
     *
     * @throws Budget.Undecided where shapes don't fit
     */
    Expr reduce(Expr e) {
        budget.spend(10);
        Expr reduced = Trees.map(e, this::reduce);
        if (reduced instanceof Expr.Sum sum) {
            return sum.terms().stream().reduce(this::plus).orElseThrow();
        } else if (reduced instanceof Expr.Product product) {
            return product.factors().stream().reduce(this::times).orElseThrow();
        } else if (reduced instanceof Expr.Quotient q && q.top() instanceof Matrix m) {
            return scaled(m, new Expr.Quotient(Expr.Num.of(1), q.bottom()));
        } else if (reduced instanceof Expr.Power p && p.base() instanceof Matrix m) {
            return power(m, p.exponent());
        } else if (reduced instanceof Expr.Call c
                && (c.name().equals("det") || c.name().equals("abs"))
                && c.arguments().get(0) instanceof Matrix m) {
            return determinant(m);
        }
        return reduced;
    }

    private Expr plus(Expr a, Expr b) {
        if (!(a instanceof Matrix m) || !(b instanceof Matrix n)) {
            return new Expr.Sum(List.of(a, b));
        }
        check(m.height() == n.height() && m.width() == n.width());
        return build(
                m.height(),
                m.width(),
                (i, j) -> new Expr.Sum(List.of(m.rows().get(i).get(j), n.rows().get(i).get(j))));
    }

    private Expr times(Expr a, Expr b) {
        if (a instanceof Matrix m && b instanceof Matrix n) {
            check(m.width() == n.height());
            return build(
                    m.height(),
                    n.width(),
                    (i, j) -> {
                        List<Expr> terms = new ArrayList<>();
                        for (int k = 0; k < m.width(); k++) {
                            terms.add(
                                    new Expr.Product(
                                            List.of(
                                                    m.rows().get(i).get(k),
                                                    n.rows().get(k).get(j))));
                        }
                        budget.spend(terms.size());
                        return new Expr.Sum(terms);
                    });
        } else if (a instanceof Matrix m) {
            return scaled(m, b);
        } else if (b instanceof Matrix n) {
            return scaled(n, a);
        }
        return new Expr.Product(List.of(a, b));
    }

    private Matrix scaled(Matrix m, Expr factor) {
        return build(
                m.height(),
                m.width(),
                (i, j) -> new Expr.Product(List.of(factor, m.rows().get(i).get(j))));
    }

    private Expr power(Matrix m, Expr exponent) {
        if (exponent instanceof Expr.Symbol s && s.name().equals("T")) {
            return build(m.width(), m.height(), (i, j) -> m.rows().get(j).get(i));
        }
        Integer times = new Exact(budget).smallInteger(exponent);
        check(times != null && times >= 1 && times <= LARGEST_POWER);
        Expr result = m;
        for (int i = 1; i < times; i++) {
            result = times(result, m);
        }
        return result;
    }

    private Expr determinant(Matrix m) {
        check(m.width() == m.height() && m.width() <= LARGEST_DETERMINANT);
        if (m.width() == 1) {
            return m.rows().get(0).get(0);
        }
        List<Expr> terms = new ArrayList<>();
        for (int column = 0; column < m.width(); column++) {
            int without = column;
            Matrix minor =
                    build(
                            m.height() - 1,
                            m.width() - 1,
                            (i, j) -> m.rows().get(i + 1).get(j < without ? j : j + 1));
            budget.spend(10);
            terms.add(
                    new Expr.Product(
                            List.of(
                                    Expr.Num.of(column % 2 == 0 ? 1 : -1),
                                    m.rows().get(0).get(column),
                                    determinant(minor))));
        }
        return new Expr.Sum(terms);
    }

    private interface Entry {
        Expr at(int row, int column);
    }

    private Matrix build(int height, int width, Entry entry) {
        budget.spend(height * width);
        List<List<Expr>> rows = new ArrayList<>();
        for (int i = 0; i < height; i++) {
            List<Expr> row = new ArrayList<>();
            for (int j = 0; j < width; j++) {
                row.add(entry.at(i, j));
            }
            rows.add(row);
        }
        return new Matrix(rows);
    }

    private static void check(boolean fits) {
        if (!fits) {
            throw Budget.Undecided.INSTANCE;
        }
    }
}
