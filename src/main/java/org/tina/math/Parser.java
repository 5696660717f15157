package org.tina.math;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.tina.math.Expr.Call;
import org.tina.math.Expr.Items;
import org.tina.math.Expr.Num;
import org.tina.math.Expr.Power;
import org.tina.math.Expr.Product;
import org.tina.math.Expr.Quotient;
import org.tina.math.Expr.Relation;
import org.tina.math.Expr.Symbol;
import org.tina.math.Token.Kind;

/**
 * Reads an answer, in LaTeX or plain, by recursive descent. Forgiving where a reader would be: a
 * brace that is missing at the end, {@code \frac12}, {@code x^10}, brackets of any kind.
 *
 * <pre>
 * answers   = answer ((',' | ';') answer)*
 * answer    = sets (('=' | '&lt;' | 'in' | ...) sets)*
 * sets      = sum (('cup' | 'cap' | 'setminus') sum)*
 * sum       = term (('+' | '-' | '±') term)*
 * term      = factor (('*' | '/') factor)*
 * factor    = '-'* power power ...          juxtaposed: multiplied, a mixed number, a unit
 * power     = atom ('^' exponent | '!' | degrees | '%')*
 * </pre>
 */
final class Parser {
    /** Nested rules, about seven to a pair of brackets. */
    private static final int DEEPEST = 400;

    private static final Set<String> RELATIONS =
            Set.of("=", "!=", "<", "<=", ">", ">=", "in", "notin", "approx", "=>");

    /** Letters that are read as a function in front of a bracket. */
    private static final Set<String> FUNCTION_LETTERS =
            Set.of("f", "g", "h", "F", "G", "H", "P", "Q", "T", "W", "p", "q", "phi", "psi");

    private final List<Token> tokens;
    private final Budget budget;
    private int at;
    private int depth;
    private int bars; // open absolute values
    private int turned; // open intervals such as ]1, 2[

    private Parser(List<Token> tokens, Budget budget) {
        this.tokens = tokens;
        this.budget = budget;
    }

    /**
     * Reads the whole of {@code text}.
     *
     * @throws Budget.Undecided when it is no mathematics that we read
     */
    static Expr parse(String text, Budget budget) {
        var parser = new Parser(Lexer.tokens(text, budget), budget);
        Expr answer = parser.answers();
        while (parser.takes("}") || parser.takes(";") || parser.takes(",") || parser.takes(":")) {
            // left over at the end: closes or separates nothing
        }
        if (parser.peek().kind() != Kind.END) {
            throw Budget.Undecided.INSTANCE;
        }
        return answer;
    }

    private Expr answers() {
        List<Expr> groups = new ArrayList<>();
        do {
            List<Expr> answers = list();
            if (!answers.isEmpty()) {
                groups.add(answers.size() == 1 ? answers.get(0) : new Items(' ', ' ', answers));
            }
        } while (takes(";"));
        if (groups.isEmpty()) {
            throw Budget.Undecided.INSTANCE;
        }
        if (groups.size() == 1) {
            return groups.get(0);
        }
        // p=5, q=2; p=7, q=2 are two points
        List<Expr> parts = new ArrayList<>();
        for (Expr group : groups) {
            parts.add(
                    group instanceof Items items && items.isBare()
                            ? new Items('(', ')', items.list())
                            : group);
        }
        return new Items(' ', ' ', parts);
    }

    /** Answers between commas. A trailing comma and one next to another count for nothing. */
    private List<Expr> list() {
        List<Expr> answers = new ArrayList<>();
        while (takes(",")) {
            // nothing between
        }
        while (!endsList()) {
            answers.add(answer());
            if (!takes(",")) {
                break;
            }
            while (takes(",")) {
                // nothing between
            }
        }
        return answers;
    }

    private boolean endsList() {
        Token t = peek();
        return t.kind() == Kind.END
                || t.is("}")
                || t.is("\\}")
                || t.is(")")
                || t.is("]") && at > 0 // ]1, 2[ begins with it
                || t.is(";")
                || t.is("rangle");
    }

    private Expr answer() {
        enter();
        takes("&");
        takes("approx");
        Expr first = sets();
        List<Expr> sides = new ArrayList<>(List.of(first));
        List<String> ops = new ArrayList<>();
        while (true) {
            takes("&");
            Token t = peek();
            if (t.is(":") && peek(1).is("=")) {
                at++; // a := b
                continue;
            }
            if (t.kind() != Kind.SIGN || !RELATIONS.contains(t.text())) {
                break;
            }
            at++;
            takes("&");
            if (t.text().equals("=>")) { // only what follows from it is the answer
                sides.clear();
                ops.clear();
                sides.add(sets());
                continue;
            }
            Expr side = sets();
            if (t.text().equals("approx")) {
                if (!(sides.get(sides.size() - 1) instanceof Symbol)) {
                    continue; // the exact value stands before
                }
                ops.add("=");
            } else {
                ops.add(t.text());
            }
            sides.add(side);
        }
        leave();
        return ops.isEmpty() ? sides.get(0) : new Relation(List.copyOf(sides), List.copyOf(ops));
    }

    private Expr sets() {
        Expr left = sum();
        while (peek().is("cup") || peek().is("cap") || peek().is("setminus")) {
            String op = next().text();
            left = new Expr.SetOperation(op, left, sum());
        }
        return left;
    }

    private Expr sum() {
        enter();
        Expr left = peek().is("+-") || peek().is("-+") ? Num.of(0) : term();
        List<Expr> terms = null;
        while (true) {
            Token t = peek();
            if (t.is("+-") || t.is("-+")) {
                at++;
                left = new Expr.PlusMinus(sumOf(left, terms), term(), t.is("-+"));
                terms = null;
            } else if (t.is("+") || t.is("-")) {
                at++;
                if (terms == null) {
                    terms = new ArrayList<>(List.of(left));
                }
                Expr term = term();
                terms.add(t.is("-") ? Product.negate(term) : term);
            } else {
                break;
            }
        }
        leave();
        return sumOf(left, terms);
    }

    private static Expr sumOf(Expr first, List<Expr> terms) {
        return terms == null ? first : new Expr.Sum(List.copyOf(terms));
    }

    private Expr term() {
        Expr left = factor(false);
        while (true) {
            if (takes("*")) {
                left = times(left, factor(false));
            } else if (peek().is("/") || peek().is(":") && !endsList(peek(1))) {
                at++;
                left = new Quotient(left, factor(false));
            } else {
                return left;
            }
        }
    }

    private static boolean endsList(Token t) {
        return t.kind() == Kind.END || t.is("=");
    }

    private static Expr times(Expr left, Expr right) {
        List<Expr> factors = new ArrayList<>();
        if (left instanceof Product p) {
            factors.addAll(p.factors());
        } else {
            factors.add(left);
        }
        factors.add(right);
        return new Product(List.copyOf(factors));
    }

    /**
     * What is multiplied without a sign between.
     *
     * @param argument whether it is the argument of a function, which ends before the next function
     */
    private Expr factor(boolean argument) {
        enter();
        boolean negative = false;
        while (peek().is("-") || peek().is("+")) {
            negative ^= next().is("-");
        }
        Expr left = power();
        List<Expr> factors = new ArrayList<>(List.of(left));
        boolean mixed = true; // only the first two make a mixed number
        while (startsAtom(peek()) && !(argument && isFunction(peek()))) {
            if (peek().kind() == Kind.TEXT && !peek(1).is("=")) {
                unit();
                continue;
            }
            Token t = peek();
            if (mixed && left instanceof Num whole && isWhole(whole)) {
                Expr fraction = plainFraction(t);
                if (fraction != null) {
                    factors.set(0, mixedNumber(whole, fraction));
                    mixed = false;
                    continue;
                }
                if (t.kind() == Kind.NUMBER) {
                    throw Budget.Undecided.INSTANCE; // 7 23 is neither 723 nor 161
                }
            }
            Expr right = power();
            if (mixed
                    && t.isName("frac")
                    && left instanceof Num whole
                    && isWhole(whole)
                    && right instanceof Quotient q
                    && q.top() instanceof Num n
                    && q.bottom() instanceof Num d
                    && n.value().sign() > 0
                    && d.value().sign() > 0) {
                factors.set(0, mixedNumber(whole, right));
            } else {
                factors.add(right);
            }
            mixed = false;
        }
        leave();
        Expr result = factors.size() == 1 ? factors.get(0) : new Product(List.copyOf(factors));
        return negative ? Product.negate(result) : result;
    }

    private static boolean isWhole(Num n) {
        return !n.decimal() && n.value().isInteger() && n.value().sign() >= 0;
    }

    private static Expr mixedNumber(Num whole, Expr fraction) {
        return new Expr.Sum(List.of(whole, fraction));
    }

    /** The 1/2 of "2 1/2", taken, or null. */
    private Expr plainFraction(Token t) {
        if (t.kind() == Kind.NUMBER
                && t.spaced()
                && peek(1).is("/")
                && peek(2).kind() == Kind.NUMBER
                && !startsAtom(peek(3))) {
            Expr top = number(next());
            at++;
            return new Quotient(top, number(next()));
        }
        return null;
    }

    /** A unit or a remark behind a value, with its exponent: it is left out. */
    private void unit() {
        at++;
        if (takes("^")) {
            exponent();
        } else if (peek().is("/") && peek(1).kind() == Kind.TEXT) {
            at++; // km/h
        }
    }

    private boolean startsAtom(Token t) {
        return switch (t.kind()) {
            case NUMBER, SYMBOL, TEXT -> true;
            case NAME -> !Set.of("choose", "over", "end", "pmod").contains(t.text());
            case SIGN ->
                    t.is("(")
                            || t.is("[") && turned == 0
                            || t.is("{")
                            || t.is("\\{")
                            || t.is("lfloor")
                            || t.is("lceil")
                            || t.is("langle")
                            || t.is("|") && bars == 0;
            case END -> false;
        };
    }

    private static boolean isFunction(Token t) {
        return t.kind() == Kind.NAME && Vocabulary.FUNCTIONS.contains(t.text());
    }

    private Expr power() {
        enter();
        Expr e = atom();
        while (true) {
            Token t = peek();
            if (t.is("^")) {
                at++;
                if (peek().is("deg") || peek().is("{") && peek(1).is("deg") && peek(2).is("}")) {
                    at += peek().is("deg") ? 1 : 3;
                    e = new Expr.Degrees(e);
                } else if (peek().is("'")) {
                    at++;
                } else {
                    e = new Power(e, exponent());
                }
            } else if (t.is("!")) {
                at++;
                e = new Call("factorial", List.of(e));
            } else if (t.is("deg")) {
                at++;
                e = new Expr.Degrees(e);
            } else if (t.is("%")) {
                at++;
                e = new Expr.Percent(e);
            } else if (t.is("'")) {
                at++;
                e = e instanceof Symbol s ? new Symbol(s.name() + "'") : e;
            } else {
                break;
            }
        }
        leave();
        return e;
    }

    private Expr exponent() {
        boolean negative = false;
        while (peek().is("-") || peek().is("+")) {
            negative ^= next().is("-");
        }
        enter();
        Expr e = atom();
        if (takes("^")) {
            e = new Power(e, exponent());
        } else if (takes("!")) {
            e = new Call("factorial", List.of(e));
        }
        leave();
        return negative ? Product.negate(e) : e;
    }

    private Expr atom() {
        enter();
        Expr atom = atomOf(next());
        leave();
        return atom;
    }

    private Expr atomOf(Token t) {
        switch (t.kind()) {
            case NUMBER -> {
                return peek().is("_") ? based(t) : repeating(t);
            }
            case TEXT -> {
                return indexed(t.text());
            }
            case SYMBOL -> {
                return symbol(t.text());
            }
            case NAME -> {
                return named(t.text());
            }
            default -> {
                return bracketed(t);
            }
        }
    }

    private Expr bracketed(Token t) {
        switch (t.text()) {
            case "(", "[", "]" -> {
                return items(t.text().charAt(0));
            }
            case "{" -> {
                return group();
            }
            case "\\{" -> {
                return set();
            }
            case "langle" -> {
                List<Expr> list = barred(this::list);
                close("rangle");
                if (list.isEmpty()) {
                    throw Budget.Undecided.INSTANCE;
                }
                return new Items('(', ')', list);
            }
            case "|" -> {
                bars++;
                Expr inside = sum();
                bars--;
                close("|");
                return new Call("abs", List.of(inside));
            }
            case "lfloor" -> {
                return new Call("floor", List.of(inside("rfloor")));
            }
            case "lceil" -> {
                return new Call("ceil", List.of(inside("rceil")));
            }
            default -> throw Budget.Undecided.INSTANCE;
        }
    }

    private Expr inside(String closing) {
        Expr inside = barred(this::sum);
        close(closing);
        return inside;
    }

    /** Within other brackets a bar opens again. */
    private <T> T barred(Supplier<T> what) {
        int outside = bars;
        bars = 0;
        T inside = what.get();
        bars = outside;
        return inside;
    }

    /** What stands in round or square brackets: a group, a tuple, a point or an interval. */
    private Expr items(char open) {
        turned += open == ']' ? 1 : 0;
        List<Expr> list = barred(this::tuple);
        turned -= open == ']' ? 1 : 0;
        Token t = peek();
        boolean closed = t.is(")") || t.is("]") || open == ']' && t.is("[");
        if (!closed && t.kind() != Kind.END) {
            throw Budget.Undecided.INSTANCE;
        }
        char close = closed ? next().text().charAt(0) : open == '(' ? ')' : ']';
        if (list.isEmpty()) {
            throw Budget.Undecided.INSTANCE;
        }
        if (list.size() == 1 && open != ']') {
            return list.get(0);
        }
        // ]1, 2[ is another way to write (1, 2)
        return new Items(open == ']' ? '(' : open, close == '[' ? ')' : close, List.copyOf(list));
    }

    private List<Expr> tuple() {
        List<Expr> list = new ArrayList<>(list());
        while (takes(";")) {
            list.addAll(list());
        }
        return list;
    }

    /** A LaTeX group; with commas inside it is a set whose backslashes were forgotten. */
    private Expr group() {
        if (peek().is("}")) {
            at++;
            return startsAtom(peek()) ? atom() : Num.of(1);
        }
        List<Expr> list =
                barred(
                        () -> {
                            List<Expr> inside = new ArrayList<>(tuple());
                            if (inside.size() == 1 && peek().kind() == Kind.NAME) {
                                if (peek().isName("choose")) {
                                    at++;
                                    return List.of(
                                            new Call("binom", List.of(inside.get(0), answer())));
                                }
                                if (peek().isName("over")) {
                                    at++;
                                    return List.of(new Quotient(inside.get(0), answer()));
                                }
                            }
                            return inside;
                        });
        close("}");
        if (list.isEmpty()) {
            throw Budget.Undecided.INSTANCE;
        }
        return list.size() == 1 ? list.get(0) : new Items('{', '}', List.copyOf(list));
    }

    private Expr set() {
        if (takes("\\}")) {
            return new Expr.NamedSet('0');
        }
        int outside = bars;
        bars = 1; // a bar closes what stands before the condition
        List<Expr> list = new ArrayList<>(list());
        bars = 0;
        if (list.size() == 1 && (takes("|") || takes(":"))) {
            List<Expr> conditions = list();
            bars = outside;
            close("\\}");
            if (conditions.isEmpty()) {
                throw Budget.Undecided.INSTANCE;
            }
            return new Expr.SetBuilder(
                    list.get(0),
                    conditions.size() == 1
                            ? conditions.get(0)
                            : new Items(' ', ' ', List.copyOf(conditions)));
        }
        while (takes(";")) {
            list.addAll(list());
        }
        bars = outside;
        close("\\}");
        if (list.isEmpty()) {
            throw Budget.Undecided.INSTANCE;
        }
        return new Items('{', '}', List.copyOf(list));
    }

    /** Takes a closing sign; at the end of the text it may be missing. */
    private void close(String sign) {
        if (!takes(sign) && peek().kind() != Kind.END) {
            throw Budget.Undecided.INSTANCE;
        }
    }

    private Expr symbol(String name) {
        switch (name) {
            case "pi" -> {
                return peek().is("_") ? indexed(name) : Expr.Constant.PI;
            }
            case "e" -> {
                return peek().is("_") ? indexed(name) : Expr.Constant.E;
            }
            case "i" -> {
                return peek().is("_") ? indexed(name) : Expr.Constant.I;
            }
            case "infty" -> {
                return Expr.Constant.INFINITY;
            }
            default -> {}
        }
        Expr symbol = indexed(name);
        if (peek().is("'")) {
            var primes = new StringBuilder(((Symbol) symbol).name());
            while (takes("'")) {
                primes.append('\'');
            }
            symbol = new Symbol(primes.toString());
        }
        if (FUNCTION_LETTERS.contains(name) && peek().is("(")) {
            return application((Symbol) symbol);
        }
        return symbol;
    }

    /** {@code f(x)}; but {@code h(b+c)} is a product unless the letter is f or g. */
    private Expr application(Symbol function) {
        int start = at++;
        List<Expr> arguments = barred(this::list);
        close(")");
        if (arguments.isEmpty()) {
            throw Budget.Undecided.INSTANCE;
        }
        boolean atoms =
                arguments.stream().allMatch(a -> a instanceof Symbol || a instanceof Num)
                        || function.name().startsWith("f")
                        || function.name().startsWith("g");
        if (!atoms && arguments.size() == 1) {
            at = start;
            return function;
        }
        return new Call(function.name(), List.copyOf(arguments));
    }

    /** A name with the index that may follow it; {@code x_{12}} and {@code x_12} are the same. */
    private Expr indexed(String name) {
        if (!takes("_")) {
            return new Symbol(name);
        }
        return new Symbol(name + "_" + index());
    }

    /** The text of an index. */
    private String index() {
        var index = new StringBuilder();
        if (!takes("{")) {
            index.append(next().text());
            return index.toString();
        }
        int open = 1;
        while (peek().kind() != Kind.END) {
            Token t = next();
            open += t.is("{") ? 1 : t.is("}") ? -1 : 0;
            if (open == 0) {
                break;
            }
            index.append(t.text());
        }
        return index.toString();
    }

    private Expr number(Token t) {
        String text = t.text();
        int e = text.indexOf('e');
        Rational value = Rational.parse(e < 0 ? text : text.substring(0, e));
        if (value != null && e > 0) {
            Rational scale = Rational.of(10).power(Integer.parseInt(text.substring(e + 1)));
            value = scale == null ? null : value.times(scale);
        }
        if (value == null) {
            throw Budget.Undecided.INSTANCE;
        }
        budget.spend(1 + text.length());
        return new Num(value, text.indexOf('.') >= 0);
    }

    /** A number, or one with a repeating decimal part: {@code 0.\overline{3}}. */
    private Expr repeating(Token t) {
        int point = t.text().indexOf('.');
        boolean overlined = peek().isName("overline") && peek(1).is("{");
        if (!overlined || peek(2).kind() != Kind.NUMBER || !peek(3).is("}")) {
            return number(t);
        }
        String period = peek(2).text();
        if (period.indexOf('.') >= 0 || period.indexOf('e') >= 0 || period.length() > 50) {
            throw Budget.Undecided.INSTANCE;
        }
        at += 4;
        int places = point < 0 ? 0 : t.text().length() - point - 1;
        BigInteger scale = BigInteger.TEN.pow(places);
        BigInteger nines = BigInteger.TEN.pow(period.length()).subtract(BigInteger.ONE);
        Rational tail = Rational.of(new BigInteger(period), scale.multiply(nines));
        Rational head = ((Num) number(t)).value();
        if (tail == null) {
            throw Budget.Undecided.INSTANCE;
        }
        return new Num(head.plus(tail), false);
    }

    /** {@code 1010_2}. */
    private Expr based(Token digits) {
        at++; // the underscore
        String index = index();
        try {
            int base = Integer.parseInt(index);
            String plain = digits.text();
            if (base >= 2 && base <= 36 && plain.length() < 100 && plain.indexOf('.') < 0) {
                return new Expr.Based(
                        plain, base, Rational.of(new BigInteger(plain, base), BigInteger.ONE));
            }
        } catch (NumberFormatException notInThatBase) {
            // falls through
        }
        throw Budget.Undecided.INSTANCE;
    }

    private Expr named(String name) {
        switch (name) {
            case "frac" -> {
                Expr top = argument();
                return new Quotient(top, argument());
            }
            case "binom" -> {
                Expr top = argument();
                return new Call("binom", List.of(top, argument()));
            }
            case "sqrt" -> {
                return root();
            }
            case "sum", "prod" -> {
                return series(name.equals("prod"));
            }
            case "begin" -> {
                return matrix();
            }
            case "beginDet" -> {
                return new Call("det", List.of(matrix()));
            }
            case "overline" -> {
                return accent("bar");
            }
            case "accent" -> {
                return accent("accent");
            }
            case "setN", "setZ", "setQ", "setR", "setC" -> {
                return new Expr.NamedSet(name.charAt(3));
            }
            case "emptyset" -> {
                return new Expr.NamedSet('0');
            }
            default -> {
                if (Vocabulary.FUNCTIONS.contains(name)) {
                    return function(name);
                }
                throw Budget.Undecided.INSTANCE;
            }
        }
    }

    /** The argument of a command: a group, or one digit or letter; {@code \frac12} has two. */
    private Expr argument() {
        Token t = peek();
        if (t.kind() == Kind.NUMBER
                && t.text().length() > 1
                && t.text().chars().allMatch(c -> Lexer.isDigit((char) c))) {
            tokens.set(at, new Token(Kind.NUMBER, t.text().substring(1), false));
            return Num.of(t.text().charAt(0) - '0');
        }
        if (t.is("-")) {
            at++;
            return Product.negate(argument());
        }
        return atom();
    }

    private Expr root() {
        Expr degree = Num.of(2);
        if (takes("[")) {
            degree = barred(this::sum);
            close("]");
        }
        Expr base = peek().kind() == Kind.NUMBER ? number(next()) : argument();
        return new Power(base, new Quotient(Num.of(1), degree));
    }

    /** An accent makes another symbol: the conjugate of z is not z. */
    private Expr accent(String name) {
        String content = peek().is("{") ? "" : next().text();
        if (content.isEmpty()) {
            content = index();
        }
        return indexed(name + " " + content);
    }

    private Expr function(String name) {
        Expr base = null;
        Expr exponent = null;
        while (peek().is("_") || peek().is("^")) {
            if (next().is("_")) {
                base = argumentOrNumber();
            } else {
                exponent = exponent();
            }
        }
        List<Expr> arguments;
        if (takes("(")) {
            arguments = barred(this::list);
            close(")");
        } else if (peek().is("{") || peek().is("[")) {
            Expr inside = atom();
            arguments = inside instanceof Items items ? items.list() : List.of(inside);
        } else {
            arguments = List.of(functionArgument());
        }
        if (arguments.isEmpty()) {
            throw Budget.Undecided.INSTANCE;
        }
        if (name.equals("log") || name.equals("lg") || name.equals("ln")) {
            Expr standard = name.equals("ln") ? Expr.Constant.E : Num.of(10);
            arguments = List.of(arguments.get(0), base == null ? standard : base);
            name = "log";
        }
        if (exponent instanceof Num n
                && n.value().equals(Rational.of(-1))
                && List.of("sin", "cos", "tan", "cot", "sec", "csc").contains(name)) {
            return new Call("arc" + name, arguments);
        }
        Expr call =
                name.equals("exp")
                        ? new Power(Expr.Constant.E, arguments.get(0))
                        : new Call(name, List.copyOf(arguments));
        return exponent == null ? call : new Power(call, exponent);
    }

    private Expr argumentOrNumber() {
        return peek().kind() == Kind.NUMBER
                ? peek().text().length() > 1 && !startsAtom(peek(1)) ? argument() : number(next())
                : argument();
    }

    private Expr functionArgument() {
        Expr left = factor(true);
        while (peek().is("*") && !isFunction(peek(1)) || peek().is("/")) {
            left = next().is("/") ? new Quotient(left, factor(true)) : times(left, factor(true));
        }
        return left;
    }

    private Expr series(boolean product) {
        Expr from = null;
        String variable = null;
        Expr to = null;
        while (peek().is("_") || peek().is("^")) {
            if (next().is("^")) {
                to = exponent();
            } else {
                close("{");
                variable = next().text();
                close("=");
                from = sum();
                close("}");
            }
        }
        if (from == null || to == null) {
            throw Budget.Undecided.INSTANCE;
        }
        return new Expr.Series(product, variable, from, to, term());
    }

    private Expr matrix() {
        List<List<Expr>> rows = new ArrayList<>();
        List<Expr> row = new ArrayList<>();
        int outside = bars;
        bars = 0;
        while (!peek().isName("end")) {
            row.add(sum());
            if (takes("&")) {
                continue;
            }
            rows.add(List.copyOf(row));
            row.clear();
            if (!takes("\\\\")) {
                break;
            }
        }
        bars = outside;
        if (!next().isName("end") || rows.isEmpty() || !row.isEmpty()) {
            throw Budget.Undecided.INSTANCE;
        }
        for (List<Expr> each : rows) {
            if (each.size() != rows.get(0).size()) {
                throw Budget.Undecided.INSTANCE;
            }
        }
        return new Expr.Matrix(List.copyOf(rows));
    }

    private void enter() {
        budget.spend(1);
        if (++depth > DEEPEST) {
            throw Budget.Undecided.INSTANCE;
        }
    }

    private void leave() {
        depth--;
    }

    private Token peek() {
        return tokens.get(at);
    }

    private Token peek(int ahead) {
        return tokens.get(Math.min(at + ahead, tokens.size() - 1));
    }

    private Token next() {
        Token t = tokens.get(at);
        if (t.kind() != Kind.END) {
            at++;
        }
        return t;
    }

    private boolean takes(String sign) {
        if (peek().is(sign)) {
            at++;
            return true;
        }
        return false;
    }
}
