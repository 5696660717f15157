package org.tina.math;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tina.math.Expr.Call;
import org.tina.math.Expr.Items;
import org.tina.math.Expr.Num;
import org.tina.math.Expr.Product;
import org.tina.math.Expr.Relation;
import org.tina.math.Expr.Symbol;

/** Whether two answers that have been read say the same, one rule for each kind of answer. */
final class Equivalence {
    /** Points at which expressions are compared, and how many have to be defined at both. */
    private static final int POINTS = 6;

    private static final int ENOUGH_POINTS = 3;
    private static final int MOST_ELEMENTS = 200;

    private final VerifierSettings settings;
    private final Budget budget;
    private final Exact exact;

    Equivalence(VerifierSettings settings, Budget budget) {
        this.settings = settings;
        this.budget = budget;
        this.exact = new Exact(budget);
    }

    /**
     * Whether {@code answer} is as good as {@code gold}.
     *
     * @throws Budget.Undecided when that takes too much work
     */
    boolean same(Expr gold, Expr answer) {
        Expr renamed = settings.strict() ? answer : renamedLike(gold, answer);
        return answers(spread(gold), spread(renamed));
    }

    /** Both signs of a ±, as two answers. */
    private static Expr spread(Expr e) {
        if (e instanceof Items items) {
            List<Expr> list = new ArrayList<>();
            for (Expr element : items.list()) {
                Expr spread = spread(element);
                if (items.unordered() && spread instanceof Items inner && inner.isBare()) {
                    list.addAll(inner.list());
                } else {
                    list.add(spread);
                }
            }
            return new Items(items.open(), items.close(), list);
        }
        return Trees.contains(e, part -> part instanceof Expr.PlusMinus)
                ? new Items(' ', ' ', List.of(Trees.choose(e, 1), Trees.choose(e, -1)))
                : e;
    }

    private static Expr renamedLike(Expr gold, Expr answer) {
        Map<String, Expr> from = Trees.symbols(answer);
        Map<String, Expr> to = Trees.symbols(gold);
        if (from.size() != to.size()) {
            return answer;
        }
        Map<String, String> names = new HashMap<>();
        Iterator<String> name = to.keySet().iterator();
        from.keySet().forEach(old -> names.put(old, name.next()));
        return Trees.rename(answer, names);
    }

    private boolean answers(Expr gold, Expr answer) {
        budget.spend(5);
        Expr g = shortened(gold);
        Expr a = shortened(answer);
        boolean goldEquation = g instanceof Relation r && r.isEquation();
        boolean answerEquation = a instanceof Relation r && r.isEquation();
        // x = 5 answers 5, and 5 answers x = 5, but not 2x + z = 5
        if (answerEquation && !goldEquation) {
            a = ((Relation) a).last();
        } else if (goldEquation && !answerEquation && isAssignment((Relation) g)) {
            g = ((Relation) g).last();
        }
        if (g.equals(a)) {
            return isMeaningful(g);
        }
        if (g instanceof Relation x && a instanceof Relation y) {
            return relations(x, y);
        }
        if (Matrices.isIn(g) || Matrices.isIn(a)) {
            return matrices(new Matrices(budget).reduce(g), new Matrices(budget).reduce(a));
        }
        if (isCollection(g) || isCollection(a)) {
            return collections(g, a);
        }
        if (g instanceof Relation || a instanceof Relation) {
            return false;
        }
        return values(g, a);
    }

    private static boolean isCollection(Expr e) {
        return e instanceof Items
                || e instanceof Expr.SetOperation
                || e instanceof Expr.NamedSet
                || e instanceof Expr.SetBuilder;
    }

    /** What is undefined, such as 1/0, isn't even the same as itself, but for its spelling. */
    private static boolean isMeaningful(Expr e) {
        return !Trees.contains(
                e, p -> p instanceof Expr.Quotient q && q.bottom().equals(Num.of(0)));
    }

    // ---- equations and inequalities

    /** x = 1 + 1 = 2 is x = 2; the last side of a chain is what it comes to. */
    private static Expr shortened(Expr e) {
        if (e instanceof Relation r && r.isEquation() && r.sides().size() > 2) {
            Expr first = isName(r.first()) ? r.first() : new Symbol("chain");
            return new Relation(List.of(first, r.last()), List.of("="));
        }
        return e;
    }

    private static boolean isAssignment(Relation r) {
        return isName(r.first());
    }

    /** x, AB, f(x), |AB|, (p, q), V_1:V_2: what can stand for a value. */
    private static boolean isName(Expr e) {
        if (e instanceof Product p) {
            return p.factors().stream().allMatch(Equivalence::isName);
        } else if (e instanceof Expr.Quotient q) {
            return isName(q.top()) && isName(q.bottom());
        } else if (e instanceof Items items) {
            return items.list().stream().allMatch(Equivalence::isName);
        } else if (e instanceof Call c) {
            return c.name().equals("abs")
                    ? isName(c.arguments().get(0))
                    : !Vocabulary.FUNCTIONS.contains(c.name())
                            && !c.name().equals("factorial")
                            && !c.name().equals("binom");
        } else if (e instanceof Expr.Degrees d) {
            return isName(d.value());
        }
        return e instanceof Symbol || e == Expr.Constant.I || e == Expr.Constant.E;
    }

    private boolean relations(Relation gold, Relation answer) {
        Relation a = withVariableOf(gold, answer);
        if (links(gold, a) || gold.ops().size() > 1 && links(gold, turned(a))) {
            return true;
        }
        boolean inequalities = !gold.isEquation() && !a.isEquation();
        return inequalities && regions(gold, a);
    }

    /** f(t) = t^2 defines the same function as f(x) = x^2. */
    private static Relation withVariableOf(Relation gold, Relation answer) {
        if (gold.first() instanceof Call f
                && answer.first() instanceof Call g
                && f.name().equals(g.name())
                && f.arguments().size() == 1
                && g.arguments().size() == 1
                && f.arguments().get(0) instanceof Symbol x
                && g.arguments().get(0) instanceof Symbol t
                && !x.equals(t)) {
            return (Relation) Trees.rename(answer, Map.of(t.name(), x.name(), x.name(), t.name()));
        }
        return answer;
    }

    private boolean links(Relation gold, Relation answer) {
        if (gold.ops().size() != answer.ops().size()) {
            return false;
        }
        for (int i = 0; i < gold.ops().size(); i++) {
            if (!link(
                    gold.sides().get(i),
                    gold.ops().get(i),
                    gold.sides().get(i + 1),
                    answer.sides().get(i),
                    answer.ops().get(i),
                    answer.sides().get(i + 1))) {
                return false;
            }
        }
        return true;
    }

    private static Relation turned(Relation r) {
        List<Expr> sides = new ArrayList<>(r.sides());
        List<String> ops = new ArrayList<>();
        Collections.reverse(sides);
        for (int i = r.ops().size() - 1; i >= 0; i--) {
            ops.add(turned(r.ops().get(i)));
        }
        return new Relation(sides, ops);
    }

    private static String turned(String op) {
        return switch (op) {
            case "<" -> ">";
            case ">" -> "<";
            case "<=" -> ">=";
            case ">=" -> "<=";
            default -> op;
        };
    }

    /** a op b against c op d: the same sides, or differences that are multiples of each other. */
    private boolean link(Expr a, String op, Expr b, Expr c, String other, Expr d) {
        if (op.equals(other) && answers(a, c) && answers(b, d)) {
            return true;
        }
        boolean flip = !op.equals(other);
        if (flip && !op.equals(turned(other))) {
            return false;
        }
        if (isCollection(a) || isCollection(b) || isCollection(c) || isCollection(d)) {
            return false;
        }
        if (flip && answers(a, d) && answers(b, c)) {
            return true;
        }
        boolean directed = !op.equals("=") && !op.equals("!=");
        Expr left = new Expr.Sum(List.of(a, Product.negate(b)));
        Expr right = new Expr.Sum(List.of(c, Product.negate(d)));
        int sign = multiple(left, right);
        return sign != 0 && (!directed || sign == (flip ? -1 : 1))
                || op.equals("=") && (solvedFor(c, d, left) || solvedFor(a, b, right));
    }

    /** The sign of the constant k in x = k y; 0 if there is none. */
    private int multiple(Expr x, Expr y) {
        if (Trees.unknowns(x).isEmpty() || Trees.unknowns(y).isEmpty()) {
            return 0; // of any two numbers one is a multiple of the other
        }
        long first = new Modular(budget, 0, false).value(x);
        long second = new Modular(budget, 0, false).value(y);
        if (first > 0 && second > 0) {
            long third = new Modular(budget, 1, false).value(x);
            long fourth = new Modular(budget, 1, false).value(y);
            if (third > 0
                    && fourth > 0
                    && Modular.times(first, fourth) != Modular.times(second, third)) {
                return 0;
            }
        }
        Complex factor = null;
        int points = 0;
        for (int point = 0; point < POINTS && points < ENOUGH_POINTS; point++) {
            Complex p = new Numeric(budget, point, false, 1).value(x);
            Complex q = new Numeric(budget, point, false, 1).value(y);
            Complex k = p.over(q);
            if (!k.isDefined() || k.isInfinite()) {
                continue;
            }
            points++;
            if (factor != null && !factor.agrees(k) || k.size() <= k.error() || !k.isReal()) {
                return 0;
            }
            factor = k;
        }
        return points < 2 ? 0 : factor.re() > 0 ? 1 : -1;
    }

    /** Whether y = value is the equation {@code difference = 0}, which is linear in y, solved. */
    private boolean solvedFor(Expr y, Expr value, Expr difference) {
        if (!(y instanceof Symbol symbol)
                || Trees.symbols(value).containsKey(symbol.name())
                || !Trees.symbols(difference).containsKey(symbol.name())) {
            return false;
        }
        for (int point = 0; point < ENOUGH_POINTS; point++) {
            Complex solution = new Numeric(budget, point, false, 1).value(value);
            if (!solution.isDefined() || !solution.isReal()) {
                return false;
            }
            Complex[] at = new Complex[4];
            for (int i = 0; i < 4; i++) {
                Numeric numeric = new Numeric(budget, point, false, 1);
                numeric.set(symbol.name(), solution.re() + i);
                at[i] = numeric.value(difference);
            }
            Complex slope = at[1].minus(at[0]);
            boolean zero = at[0].plus(Complex.of(1)).agrees(Complex.of(1));
            boolean linear = at[2].minus(at[1]).agrees(slope) && at[3].minus(at[2]).agrees(slope);
            if (!zero || !linear || slope.size() < 1e-9) {
                return false;
            }
        }
        return true;
    }

    // ---- sets, lists, tuples, intervals, matrices

    private boolean collections(Expr gold, Expr answer) {
        if (elements(gold, answer)) {
            return true;
        }
        if (gold instanceof Expr.SetOperation g
                && answer instanceof Expr.SetOperation a
                && g.op().equals(a.op())
                && answers(g.left(), a.left())
                && answers(g.right(), a.right())) {
            return true;
        }
        boolean relation = isCondition(answer);
        if (relation && !isCondition(gold) && !settings.setsAnswerRelations()) {
            return false;
        }
        boolean set = Region.is(gold) && (Region.is(answer) || answer instanceof Items);
        boolean otherSet = Region.is(answer) && gold instanceof Items items && items.unordered();
        boolean plain = isPoints(gold) && isPoints(answer);
        return (set || otherSet) && !plain && regions(gold, answer);
    }

    /** A point or interval, or several of them: compared part by part. */
    private static boolean isPoints(Expr e) {
        return Region.isInterval(e)
                || e instanceof Items items
                        && items.list().stream().noneMatch(part -> part instanceof Relation);
    }

    private static boolean isCondition(Expr e) {
        return e instanceof Relation
                || e instanceof Expr.SetBuilder
                || e instanceof Items items
                        && items.isBare()
                        && items.list().stream().allMatch(part -> part instanceof Relation);
    }

    private static boolean hasEquation(Expr e) {
        return Trees.contains(e, part -> part instanceof Relation r && r.ops().contains("="));
    }

    /** Conditions in a row may be meant to hold together or one at a time. */
    private boolean regions(Expr gold, Expr answer) {
        Set<String> unknowns = new HashSet<>(Trees.unknowns(gold).keySet());
        unknowns.addAll(Trees.unknowns(answer).keySet());
        if (unknowns.size() > 1 || hasEquation(gold) || hasEquation(answer)) {
            return false; // x = 1, y = 2 is no set of numbers
        }
        for (boolean goldAll : choices(gold)) {
            Region region = Region.of(gold, goldAll, budget);
            for (boolean answerAll : choices(answer)) {
                if (region.sameAs(Region.of(answer, answerAll, budget))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean[] choices(Expr e) {
        if (Trees.contains(e, part -> part instanceof Relation r && r.ops().contains("!="))) {
            return new boolean[] {true};
        }
        return isCondition(e) && e instanceof Items
                ? new boolean[] {true, false}
                : new boolean[] {false};
    }

    private boolean elements(Expr gold, Expr answer) {
        Items g = gold instanceof Items items ? items : asSet(gold);
        Items a = answer instanceof Items items ? items : asSet(answer);
        if (g == null || a == null) {
            return false;
        }
        boolean pair = g.list().size() == 2;
        if (g.unordered()) {
            boolean closed = !a.unordered() && pair && !isOpen(a);
            return !closed && inAnyOrder(g.list(), a.list());
        }
        if (g.list().size() != a.list().size()) {
            return false;
        }
        boolean fits =
                a.unordered()
                        ? !pair || isOpen(g)
                        : !pair || g.open() == a.open() && g.close() == a.close();
        return fits && inOrder(g.list(), a.list());
    }

    private static boolean isOpen(Items items) {
        return items.open() == '(' && items.close() == ')';
    }

    private static Items asSet(Expr e) {
        return isCollection(e) || e instanceof Relation ? null : new Items('{', '}', List.of(e));
    }

    private boolean inOrder(List<Expr> gold, List<Expr> answer) {
        for (int i = 0; i < gold.size(); i++) {
            if (!answers(gold.get(i), answer.get(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean inAnyOrder(List<Expr> gold, List<Expr> answer) {
        List<Expr> left = gold;
        List<Expr> right = answer;
        if (left.size() > MOST_ELEMENTS || right.size() > MOST_ELEMENTS) {
            return false;
        }
        if (left.size() != right.size()) { // only a repeated element can make up for it
            left = distinct(left);
            right = distinct(right);
        }
        if (left.size() != right.size()) {
            return false;
        }
        List<Expr> open = new ArrayList<>(right);
        for (Expr element : left) {
            int match = 0;
            while (match < open.size() && !answers(element, open.get(match))) {
                match++;
            }
            if (match == open.size()) {
                return false;
            }
            open.remove(match);
        }
        return true;
    }

    private List<Expr> distinct(List<Expr> list) {
        List<Expr> kept = new ArrayList<>();
        for (Expr element : list) {
            if (kept.stream().noneMatch(other -> answers(other, element))) {
                kept.add(element);
            }
        }
        return kept;
    }

    private boolean matrices(Expr gold, Expr answer) {
        if (gold instanceof Expr.Matrix g && answer instanceof Expr.Matrix a) {
            if (g.height() != a.height() || g.width() != a.width()) {
                return false;
            }
            for (int i = 0; i < g.height(); i++) {
                if (!inOrder(g.rows().get(i), a.rows().get(i))) {
                    return false;
                }
            }
            return true;
        }
        List<Expr> vector = vector(gold);
        List<Expr> other = vector(answer);
        if (vector != null && other != null) {
            return vector.size() == other.size() && inOrder(vector, other);
        }
        return !(gold instanceof Expr.Matrix)
                && !(answer instanceof Expr.Matrix)
                && !Matrices.isIn(gold)
                && !Matrices.isIn(answer)
                && answers(gold, answer);
    }

    /** The entries of a vector, written as a matrix or as a point; null for anything else. */
    private static List<Expr> vector(Expr e) {
        if (e instanceof Expr.Matrix m) {
            return m.height() == 1
                    ? m.rows().get(0)
                    : m.width() == 1 ? m.rows().stream().map(row -> row.get(0)).toList() : null;
        }
        return e instanceof Items items && isOpen(items) ? items.list() : null;
    }

    // ---- numbers and expressions

    private boolean values(Expr gold, Expr answer) {
        if (gold instanceof Expr.Based || answer instanceof Expr.Based) {
            return based(gold, answer);
        }
        if (gold instanceof Expr.Percent != answer instanceof Expr.Percent
                && settings.percentMayBeBare()
                && numbersOrExpressions(bare(gold), bare(answer))) {
            return true;
        }
        return numbersOrExpressions(gold, answer);
    }

    private static Expr bare(Expr e) {
        return e instanceof Expr.Percent p ? p.value() : e;
    }

    /** The base may be left out; where both name one, the numbers count. */
    private boolean based(Expr gold, Expr answer) {
        if (gold instanceof Expr.Based g && answer instanceof Expr.Based a) {
            return g.value().equals(a.value());
        }
        Expr.Based based = gold instanceof Expr.Based g ? g : (Expr.Based) answer;
        Expr other = gold instanceof Expr.Based ? answer : gold;
        return other instanceof Num n && n.value().equals(Rational.parse(decimal(based.digits())));
    }

    /** The digits without leading zeros; a digit above 9 makes no decimal number. */
    private static String decimal(String digits) {
        return digits.isEmpty() ? "0" : digits;
    }

    private boolean numbersOrExpressions(Expr gold, Expr answer) {
        Rational g = exact.value(gold);
        Rational a = exact.value(answer);
        if (g != null && a != null) {
            return g.equals(a) || (isDecimal(gold) || isDecimal(answer)) && rounded(g, a);
        }
        if (isDecimal(gold) || isDecimal(answer)) {
            return roundedReal(gold, answer);
        }
        String word = letters(gold);
        if (word != null && word.equals(letters(answer))) {
            return true;
        }
        if (expressions(gold, answer, false)) {
            return true;
        }
        if (letterCaseIsFree(gold, answer) && expressions(gold, answer, true)) {
            return true;
        }
        return gold instanceof Expr.Degrees != answer instanceof Expr.Degrees
                && g == null | a == null
                && expressions(radians(gold), radians(answer), false);
    }

    private static Expr radians(Expr e) {
        return e instanceof Expr.Degrees d
                ? new Product(List.of(d.value(), new Expr.Quotient(Expr.Constant.PI, Num.of(180))))
                : e;
    }

    private static boolean isDecimal(Expr e) {
        return e instanceof Num n && n.decimal()
                || e instanceof Expr.Percent p && isDecimal(p.value())
                || e instanceof Expr.Degrees d && isDecimal(d.value());
    }

    private boolean rounded(Rational g, Rational a) {
        if (g.sign() == 0 || a.sign() == 0 || g.sign() != a.sign()) {
            return false;
        }
        budget.spend(20 + (g.top().bitLength() + a.top().bitLength()) / 8);
        return round(g).compareTo(round(a)) == 0 && close(g.toDouble(), a.toDouble());
    }

    private BigDecimal round(Rational r) {
        int digits = r.top().bitLength() / 3 + settings.roundingDigits() + 5;
        return new BigDecimal(r.top())
                .divide(new BigDecimal(r.bottom()), new MathContext(digits))
                .setScale(settings.roundingDigits(), RoundingMode.HALF_EVEN);
    }

    private boolean roundedReal(Expr gold, Expr answer) {
        Complex g = new Numeric(budget).value(gold);
        Complex a = new Numeric(budget).value(answer);
        if (!g.isReal() || !a.isReal() || g.isInfinite() || a.isInfinite()) {
            return false;
        }
        if (!Trees.symbols(gold).isEmpty() || !Trees.symbols(answer).isEmpty()) {
            return expressions(gold, answer, false);
        }
        double scale = Math.pow(10, settings.roundingDigits());
        return (Math.rint(g.re() * scale) == Math.rint(a.re() * scale) || g.agrees(a))
                && close(g.re(), a.re());
    }

    /** Decimal places say little about a tiny number: it has to agree in its digits as well. */
    private static boolean close(double g, double a) {
        return Math.abs(g - a) <= 0.01 * Math.max(Math.abs(g), Math.abs(a));
    }

    /** The letters of a word, written as a text or as letters that look multiplied; or null. */
    private static String letters(Expr e) {
        if (e instanceof Symbol s) {
            return s.name().indexOf('_') < 0 ? s.name().toLowerCase() : null;
        } else if (e == Expr.Constant.E || e == Expr.Constant.I) {
            return e.toString().toLowerCase();
        } else if (e instanceof Product p) {
            var word = new StringBuilder();
            for (Expr factor : p.factors()) {
                String letter = letters(factor);
                if (letter == null) {
                    return null;
                }
                word.append(letter);
            }
            return word.toString();
        }
        return null;
    }

    /** Whether no letter occurs both large and small. */
    private static boolean letterCaseIsFree(Expr gold, Expr answer) {
        Map<String, String> seen = new HashMap<>();
        for (Expr e : List.of(gold, answer)) {
            seen.clear();
            for (String name : Trees.symbols(e).keySet()) {
                if (seen.putIfAbsent(name.toLowerCase(), name) != null) {
                    return false;
                }
            }
        }
        return !seen.isEmpty();
    }

    private boolean expressions(Expr gold, Expr answer, boolean ignoreCase) {
        for (int point = 0; ; point++) {
            long g = new Modular(budget, point, ignoreCase).value(gold);
            long a = g == Modular.NONE ? g : new Modular(budget, point, ignoreCase).value(answer);
            if (a == Modular.NONE) {
                break;
            }
            if (g != a || point == 1) {
                return g == a;
            }
        }
        boolean real = !isComplex(gold) && !isComplex(answer);
        int agreed = 0;
        for (int point = 0; point < POINTS && agreed < ENOUGH_POINTS + point / 4; point++) {
            Complex g = new Numeric(budget, point, ignoreCase, 1).value(gold);
            Complex a = new Numeric(budget, point, ignoreCase, 1).value(answer);
            if (!g.isDefined() || !a.isDefined()) {
                continue;
            }
            if (real && point >= 2 && !g.isReal() && !a.isReal()) {
                continue; // outside the domain of both
            }
            if (!g.agrees(a)) {
                return false;
            }
            agreed++;
        }
        return agreed >= 2;
    }

    private static boolean isComplex(Expr e) {
        return Trees.contains(e, part -> part == Expr.Constant.I);
    }
}
