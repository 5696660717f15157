package org.tina.math;

import java.util.List;

/** What an answer says, as {@link Parser} reads it: nothing is computed or simplified yet. */
sealed interface Expr {
    /**
     * A number.
     *
     * @param decimal whether it was written with a decimal point, so that it may be rounded
     */
    record Num(Rational value, boolean decimal) implements Expr {
        static Num of(long value) {
            return new Num(Rational.of(value), false);
        }
    }

    /** {@code 1010_2}: digits and the base that they are written in, 2 to 36. */
    record Based(String digits, int base, Rational value) implements Expr {}

    /** A letter, a Greek letter, a letter with an index or an accent, or a whole word. */
    record Symbol(String name) implements Expr {}

    /** Numbers that have a name. */
    enum Constant implements Expr {
        PI,
        E,
        I,
        INFINITY
    }

    record Sum(List<Expr> terms) implements Expr {}

    record Product(List<Expr> factors) implements Expr {
        static Expr negate(Expr e) {
            return e instanceof Num n
                    ? new Num(n.value().negate(), n.decimal())
                    : new Product(List.of(Num.of(-1), e));
        }
    }

    record Quotient(Expr top, Expr bottom) implements Expr {}

    record Power(Expr base, Expr exponent) implements Expr {}

    /** A function, known ({@code sin}, {@code log} with its base second) or not ({@code f}). */
    record Call(String name, List<Expr> arguments) implements Expr {}

    /** {@code \sum} or {@code \prod} with a running variable and both bounds. */
    record Series(boolean product, String variable, Expr from, Expr to, Expr body)
            implements Expr {}

    record Percent(Expr value) implements Expr {}

    record Degrees(Expr value) implements Expr {}

    /** {@code left ± right}, or {@code ∓} when flipped; left is 0 where nothing stands there. */
    record PlusMinus(Expr left, Expr right, boolean flipped) implements Expr {}

    /** {@code sides[0] op[0] sides[1] op[1] ...}, with {@code = != < <= > >= in}. */
    record Relation(List<Expr> sides, List<String> ops) implements Expr {
        Expr first() {
            return sides.get(0);
        }

        Expr last() {
            return sides.get(sides.size() - 1);
        }

        boolean isEquation() {
            return ops.stream().allMatch(op -> op.equals("=") || op.equals("in"));
        }
    }

    /**
     * Several answers, or one of several parts.
     *
     * @param open {@code '('} or {@code '['} of a tuple, point or interval; {@code '{'} of a set; a
     *     space for answers that follow each other
     */
    record Items(char open, char close, List<Expr> list) implements Expr {
        boolean unordered() {
            return open == '{' || open == ' ';
        }

        boolean isBare() {
            return open == ' ';
        }
    }

    /** {@code cup}, {@code cap} or {@code setminus} of two sets. */
    record SetOperation(String op, Expr left, Expr right) implements Expr {}

    /** {@code R}, {@code Z}, {@code N}, {@code Q}, {@code C} or the empty set, {@code 0}. */
    record NamedSet(char name) implements Expr {}

    /** {@code {variable | condition}}. */
    record SetBuilder(Expr element, Expr condition) implements Expr {}

    record Matrix(List<List<Expr>> rows) implements Expr {
        int height() {
            return rows.size();
        }

        int width() {
            return rows.get(0).size();
        }
    }
}
