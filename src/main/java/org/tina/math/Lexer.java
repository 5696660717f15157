package org.tina.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tina.math.Token.Kind;

/**
 * Cuts an answer into words in one pass, linear in its length. What carries no meaning is left out
 * (spacing, sizes, fonts, dollar signs), and different spellings of a sign become the same one.
 */
final class Lexer {
    /** Longer texts are no answers. */
    private static final int MOST_TOKENS = 2_000;

    private static final int MOST_CHARACTERS = 5_000;

    private final String text;
    private final Budget budget;
    private final List<Token> tokens = new ArrayList<>();

    /** Whether {@code \\} ends a row; elsewhere it is a backslash written twice. */
    private final boolean hasRows;

    private int at;
    private int brackets; // open ones, in which a comma separates
    private boolean spaced;

    private Lexer(String text, Budget budget) {
        this.text = text;
        this.budget = budget;
        this.hasRows = text.contains("\\begin");
    }

    /**
     * The words of {@code text}, an {@code END} last.
     *
     * @throws Budget.Undecided when there are too many, or a character that mathematics lacks
     */
    static List<Token> tokens(String text, Budget budget) {
        if (text.length() > MOST_CHARACTERS) {
            throw Budget.Undecided.INSTANCE;
        }
        var lexer = new Lexer(text, budget);
        lexer.run();
        lexer.add(Kind.END, "");
        return lexer.tokens;
    }

    private void run() {
        budget.spend(text.length() / 8);
        while (at < text.length()) {
            char c = text.charAt(at);
            if (Character.isWhitespace(c) || c == '~' || c == '\u00a0') {
                at++;
                spaced = true;
            } else if (c == '\\') {
                command();
            } else if (isDigit(c) || c == '.' && isDigit(peek(1))) {
                number();
            } else if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
                letters();
            } else {
                sign(c);
            }
        }
    }

    private void add(Kind kind, String word) {
        if (tokens.size() >= MOST_TOKENS) {
            throw Budget.Undecided.INSTANCE;
        }
        tokens.add(new Token(kind, word, spaced));
        spaced = false;
    }

    private void sign(char c) {
        at++;
        switch (c) {
            case '(', '[' -> {
                brackets++;
                add(Kind.SIGN, String.valueOf(c));
            }
            case ')', ']' -> {
                brackets--;
                add(Kind.SIGN, String.valueOf(c));
            }
            case '{' -> brace();
            case '<', '>', '!', '=' -> {
                boolean equal = peek(0) == '=';
                at += equal ? 1 : 0;
                add(Kind.SIGN, c == '=' ? "=" : equal ? c + "=" : String.valueOf(c));
            }
            case '*' -> {
                boolean power = peek(0) == '*';
                at += power ? 1 : 0;
                add(Kind.SIGN, power ? "^" : "*");
            }
            default -> {
                String canonical = Vocabulary.sign(c);
                if (canonical == null) {
                    throw Budget.Undecided.INSTANCE; // no mathematics
                } else if (Vocabulary.isSymbol(canonical)) {
                    add(Kind.SYMBOL, canonical);
                } else if (canonical.equals("sqrt")) {
                    add(Kind.NAME, canonical);
                } else if (!canonical.isEmpty()) {
                    add(Kind.SIGN, canonical);
                }
            }
        }
    }

    /** An opening brace, or the <code>{,}</code> of 14{,}916. */
    private void brace() {
        int i = skipSpace(at);
        if (charAt(i) == ',') {
            int close = skipSpace(i + 1);
            if (charAt(close) == '}') {
                at = close + 1;
                int next = skipSpace(at);
                if (!isDigit(charAt(next)) || !lastIs(Kind.NUMBER)) {
                    add(Kind.SIGN, ",");
                } else {
                    at = next;
                    digitsGoOn();
                }
                return;
            }
        }
        add(Kind.SIGN, "{");
    }

    /** More digits of the number before, which a separator cut in two. */
    private void digitsGoOn() {
        Token before = tokens.remove(tokens.size() - 1);
        int start = at;
        while (isDigit(peek(0))) {
            at++;
        }
        if (peek(0) == '.' && isDigit(peek(1))) {
            at++;
            while (isDigit(peek(0))) {
                at++;
            }
        }
        spaced = before.spaced();
        add(Kind.NUMBER, before.text() + text.substring(start, at));
    }

    private void number() {
        int start = at;
        boolean afterComma = !tokens.isEmpty() && tokens.get(tokens.size() - 1).is(",");
        while (isDigit(peek(0))) {
            at++;
        }
        var digits = new StringBuilder(text.substring(start, at));
        boolean grouped = false;
        if (at - start <= 3 && at > start && brackets <= 0 && !afterComma) {
            grouped = digits.charAt(0) != '0' && groups(digits);
        }
        if (peek(0) == '.' && isDigit(peek(1))) {
            int point = at++;
            while (isDigit(peek(0))) {
                at++;
            }
            digits.append(text, point, at);
        } else if (!grouped && peek(0) == '.' && !isDigit(peek(1)) && peek(1) != '.') {
            at++; // "5." is 5
        }
        String exponent = "";
        if (peek(0) == 'e' || peek(0) == 'E') {
            int i = at + 1;
            if (charAt(i) == '-' || charAt(i) == '+') {
                i++;
            }
            int from = i;
            while (isDigit(charAt(i))) {
                i++;
            }
            if (i > from && i - from < 5 && !isLetter(charAt(i))) {
                exponent = "e" + text.substring(at + 1, i);
                at = i;
            }
        }
        add(Kind.NUMBER, digits + exponent);
    }

    /** Takes {@code ,000} or {@code " 000"} after the digits, as often as it comes. */
    private boolean groups(StringBuilder digits) {
        int first = digits.length();
        int end = at;
        char separator = 0;
        while (true) {
            int i = end;
            char c = charAt(i);
            if (c == '\\' && (charAt(i + 1) == ',' || charAt(i + 1) == ' ')) {
                c = ' ';
                i++;
            }
            if (c != ',' && c != ' ' || separator != 0 && c != separator) {
                break;
            }
            i++;
            if (text.startsWith("\\!", i)) {
                i = skipSpace(i + 2);
            }
            if (!(isDigit(charAt(i)) && isDigit(charAt(i + 1)) && isDigit(charAt(i + 2)))
                    || isDigit(charAt(i + 3))) {
                break;
            }
            separator = c;
            end = i + 3;
            digits.append(text, i, end);
        }
        if (separator == ',' && charAt(end) == ',' && isDigit(charAt(end + 1))) {
            digits.setLength(first); // 1,234,5 is a list
            return false;
        }
        at = end;
        return separator != 0;
    }

    /** A run of letters: a known word, a unit after a number, or letters that are multiplied. */
    private void letters() {
        int start = at;
        if (stuckJoin()) {
            return;
        }
        while (isLetter(peek(0))) {
            at++;
        }
        String run = text.substring(start, at);
        String meaning = run.length() == 1 ? null : Vocabulary.word(run);
        if (meaning != null) {
            word(meaning);
        } else if (isUnit(run)) {
            add(Kind.TEXT, "");
        } else {
            for (int i = 0; i < run.length(); i++) {
                add(Kind.SYMBOL, run.substring(i, i + 1));
            }
        }
    }

    /** Takes the "or" of {@code x=1orx=2}. */
    private boolean stuckJoin() {
        if (!lastIs(Kind.NUMBER) && !lastIs(")")) {
            return false;
        }
        for (String join : new String[] {"or", "and"}) {
            if (text.startsWith(join, at)) {
                at += join.length();
                add(Kind.SIGN, ",");
                return true;
            }
        }
        return false;
    }

    private void word(String meaning) {
        if (meaning.equals(",") || meaning.equals("%") || meaning.equals("=")) {
            if (!(meaning.equals(",") && lastIs(","))) {
                add(Kind.SIGN, meaning);
            }
        } else if (Vocabulary.isSymbol(meaning)) {
            add(Kind.SYMBOL, meaning);
        } else {
            add(Kind.NAME, meaning);
        }
    }

    /** Whether the run is a unit of the value before it: nothing may follow but a separator. */
    private boolean isUnit(String run) {
        if (tokens.isEmpty() || !Vocabulary.isUnit(run)) {
            return false;
        }
        Token before = tokens.get(tokens.size() - 1);
        boolean value = before.kind() == Kind.NUMBER || before.is("}") || before.is(")");
        boolean letter = run.length() == 1;
        if (before.kind() != Kind.TEXT && !(value && (spaced || !letter))) {
            return false;
        }
        int after = skipSpace(at);
        if (!letter && charAt(after) == '^') {
            int power = charAt(after + 1) == '{' ? after + 2 : after + 1;
            boolean area = charAt(power) == '2' || charAt(power) == '3';
            after = area ? skipSpace(power == after + 2 ? power + 2 : power + 1) : after;
        }
        char next = charAt(after);
        return next == 0
                || ",;)}].$".indexOf(next) >= 0
                || !letter && (isLetter(next) || next == '/');
    }

    private void command() {
        if (peek(1) == '\\' && !hasRows) {
            int i = at + 2;
            if (isLetter(charAt(i)) || "{}()[]%$,;!".indexOf(charAt(i)) >= 0) {
                at++; // a backslash written twice
            }
        }
        char c = peek(1);
        if (isLetter(c)) {
            int start = ++at;
            while (isLetter(peek(0))) {
                at++;
            }
            named(text.substring(start, at));
            return;
        }
        at += Math.min(2, text.length() - at);
        switch (c) {
            case '\\' -> add(Kind.SIGN, "\\\\");
            case '{' -> {
                brackets++;
                add(Kind.SIGN, "\\{");
            }
            case '}' -> {
                brackets--;
                add(Kind.SIGN, "\\}");
            }
            case '|' -> add(Kind.SIGN, "|");
            case '%' -> add(Kind.SIGN, "%");
            case '&', '#', '_' -> add(Kind.SIGN, String.valueOf(c));
            case '!' -> {
                int next = skipSpace(at);
                if (isDigit(charAt(next)) && lastIs(Kind.NUMBER)) {
                    at = next;
                    digitsGoOn();
                }
            }
            case '(', ')', '[', ']', '$' -> {} // the edge of a formula
            default -> spaced = true; // \, \; \: and other spaces
        }
    }

    private void named(String name) {
        switch (name) {
            case "left", "right", "mleft", "mright" -> {
                if (peek(0) == '.') {
                    at++; // an invisible bracket
                }
            }
            case "text",
                    "mbox",
                    "textbf",
                    "textit",
                    "textnormal",
                    "textrm",
                    "mathrm",
                    "mathbf",
                    "mathit",
                    "operatorname",
                    "mathsf",
                    "hbox",
                    "texttt",
                    "emph",
                    "bm",
                    "boldsymbol" ->
                    inText();
            case "begin", "end" -> environment(name);
            case "boxed", "fbox" -> {} // its braces group
            case "lbrace" -> {
                brackets++;
                add(Kind.SIGN, "\\{");
            }
            case "rbrace" -> {
                brackets--;
                add(Kind.SIGN, "\\}");
            }
            case "mathbb", "Bbb" -> blackboard();
            default -> {
                String meaning = Vocabulary.command(name);
                if (meaning == null) {
                    unknown(name);
                } else if (meaning.isEmpty()) {
                    spaced = true;
                } else if (Vocabulary.isName(meaning)) {
                    add(Kind.NAME, meaning);
                } else if (Vocabulary.isSymbol(meaning)) {
                    add(Kind.SYMBOL, meaning);
                } else {
                    add(Kind.SIGN, meaning);
                }
            }
        }
    }

    /** A command that we don't know; {@code \quadx} is a space and an x. */
    private void unknown(String name) {
        for (String space : new String[] {"qquad", "quad"}) {
            if (name.startsWith(space)) {
                at -= name.length() - space.length();
                spaced = true;
                return;
            }
        }
        add(Kind.SYMBOL, "\\" + name);
    }

    private void blackboard() {
        int i = skipSpace(at);
        boolean braced = charAt(i) == '{';
        char set = charAt(braced ? i + 1 : i);
        if (braced && charAt(i + 2) != '}' || "NZQRCP".indexOf(set) < 0) {
            throw Budget.Undecided.INSTANCE;
        }
        at = i + (braced ? 3 : 1);
        add(Kind.NAME, "set" + set);
    }

    /** {@code \begin{pmatrix}} and the like; alignment environments only wrap. */
    private void environment(String name) {
        int open = skipSpace(at);
        int close = text.indexOf('}', open);
        if (charAt(open) != '{' || close < 0) {
            throw Budget.Undecided.INSTANCE;
        }
        String kind = text.substring(open + 1, close).trim();
        at = close + 1;
        if (kind.endsWith("matrix") || kind.equals("array")) {
            if (kind.equals("array") && name.equals("begin") && charAt(skipSpace(at)) == '{') {
                int columns = text.indexOf('}', at);
                at = columns < 0 ? text.length() : columns + 1;
            }
            brackets += name.equals("begin") ? 1 : -1;
            add(Kind.NAME, kind.equals("vmatrix") && name.equals("begin") ? "beginDet" : name);
        } else if (kind.equals("cases")) {
            throw Budget.Undecided.INSTANCE;
        }
    }

    /** What stands in {@code \text{}}: a joining word, a number, a letter, or a text. */
    private void inText() {
        int open = skipSpace(at);
        if (charAt(open) != '{') {
            return; // a font for what follows
        }
        int close = open + 1;
        int depth = 1;
        while (close < text.length()) {
            char c = text.charAt(close);
            if (c == '{') {
                depth++;
            } else if (c == '}' && --depth == 0) {
                break;
            }
            close++;
        }
        budget.spend(close - open);
        String content = text.substring(open + 1, Math.min(close, text.length())).trim();
        String letters = lettersOf(content);
        String meaning = Vocabulary.word(letters);
        if (meaning == null && looksMathematical(content, letters)) {
            return; // its braces group, its content is read like any other
        }
        at = Math.min(close + 1, text.length());
        if (meaning != null) {
            word(meaning);
        } else if (letters.isEmpty()) {
            spaced = true;
        } else if (letters.length() == 1) {
            boolean unit = Vocabulary.isUnit(letters) && (lastIs(Kind.NUMBER) || lastIs("}"));
            add(unit ? Kind.TEXT : Kind.SYMBOL, unit ? "" : letters);
        } else {
            String joined = Vocabulary.joining(content);
            add(joined == null ? Kind.TEXT : Kind.SIGN, joined == null ? key(content) : joined);
        }
    }

    private static boolean looksMathematical(String content, String letters) {
        for (int i = 0; i < content.length(); i++) {
            char c = content.charAt(i);
            if (c == '\\' || c == '^' || c == '=' || c == '{') {
                return true;
            }
        }
        return letters.isEmpty() && !content.isEmpty();
    }

    private static String lettersOf(String content) {
        var letters = new StringBuilder(content.length());
        for (int i = 0; i < content.length(); i++) {
            char c = content.charAt(i);
            if (Character.isLetter(c)) {
                letters.append(c);
            }
        }
        return letters.toString();
    }

    /** A text as it is compared: its letters and digits, in small letters. */
    static String key(String content) {
        var key = new StringBuilder(content.length());
        for (int i = 0; i < content.length(); i++) {
            char c = content.charAt(i);
            if (Character.isLetterOrDigit(c)) {
                key.append(Character.toLowerCase(c));
            }
        }
        return key.toString().toLowerCase(Locale.ROOT);
    }

    private boolean lastIs(Kind kind) {
        return !tokens.isEmpty() && tokens.get(tokens.size() - 1).kind() == kind;
    }

    private boolean lastIs(String sign) {
        return !tokens.isEmpty() && tokens.get(tokens.size() - 1).is(sign);
    }

    private int skipSpace(int from) {
        while (from < text.length() && Character.isWhitespace(text.charAt(from))) {
            from++;
        }
        return from;
    }

    private char peek(int ahead) {
        return charAt(at + ahead);
    }

    /** The character, or 0 past the end. */
    private char charAt(int index) {
        return index < text.length() ? text.charAt(index) : 0;
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }
}
