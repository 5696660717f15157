package org.tina.math;

import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the answer that a text ends with and tells whether two answers are the same number, exactly
 * and however they are written: {@code 1,000}, {@code 0.5}, {@code 1/2}, {@code \frac{1}{2}},
 * {@code 50\%}. Answers that are no numbers are compared by their text, white space left out.
 *
 * <p>Takes any text without throwing, in time linear in its length.
 */
public final class MathVerifier {
    private static final String BOXED = "\\boxed{";

    /** Possessive throughout, so that no text makes the matcher go back. */
    private static final String DECIMAL =
            "(?:(?:\\d{1,3}+(?:,\\d{3}+(?!\\d))++|\\d++)(?:\\.\\d*+)?+|\\.\\d++)";

    private static final Pattern LAST_RESORT =
            Pattern.compile("(?:(?<![\\w)}])-)?+" + DECIMAL + "(?:/" + DECIMAL + ")?+");

    /** {@code 5}, {@code -1,234.5}, {@code 3/4}, {@code 50%}. */
    private static final Pattern PLAIN =
            Pattern.compile(
                    "(?<sign>[-+]?+)(?<top>%1$s)(?:/(?<bottom>%1$s))?+(?<percent>%%?+)"
                            .formatted(DECIMAL));

    /** {@code \frac{3}{4}}, {@code \frac34}, {@code -1\frac{1}{2}}. */
    private static final Pattern LATEX_FRACTION =
            Pattern.compile(
                    ("(?<sign>[-+]?+)(?<whole>\\d*+)\\\\[dt]?+frac"
                                    + "(?:\\{(?<top>%1$s)\\}|(?<topDigit>\\d))"
                                    + "(?:\\{(?<bottom>%1$s)\\}|(?<bottomDigit>\\d))"
                                    + "(?<percent>%%?+)")
                            .formatted(DECIMAL));

    /** A longer answer is no number that anyone meant, and exact arithmetic on it would be slow. */
    private static final int LONGEST_NUMBER = 1000;

    private MathVerifier() {}

    /**
     * The answer as the accuracy reward looks for it, in LaTeX only: the content of the last {@code
     * \boxed{}}, or else of the last formula between dollar signs, {@code \( \)} or {@code \[ \]}.
     */
    public static Optional<String> extract(String text) {
        Optional<String> boxed = lastBoxed(text);
        return boxed.isPresent() ? boxed : lastFormula(text);
    }

    /** The answer in LaTeX, or else the last number in the text. */
    public static Optional<String> extractLenient(String text) {
        Optional<String> answer = extract(text);
        if (answer.isPresent()) {
            return answer;
        }
        Matcher numbers = LAST_RESORT.matcher(text);
        String last = null;
        while (numbers.find()) {
            last = numbers.group();
        }
        return Optional.ofNullable(last);
    }

    /**
     * Whether two answers are the same. Either may still wear its dollar signs or its box. A
     * percentage equals both its fraction and its bare number: 50% is 0.5 and is 50.
     */
    public static boolean equivalent(String gold, String answer) {
        String a = clean(gold);
        String b = clean(answer);
        if (a.equals(b)) {
            return true;
        }
        Optional<Value> x = value(a);
        Optional<Value> y = value(b);
        return x.isPresent() && y.isPresent() && x.get().sameAs(y.get());
    }

    /** The box that closes last; an outer one, if they are nested. */
    private static Optional<String> lastBoxed(String text) {
        var opened = new ArrayDeque<Integer>(); // where the content begins, or -1 for a plain brace
        int from = -1;
        int to = -1;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && text.startsWith(BOXED, i)) {
                i += BOXED.length() - 1;
                opened.push(i + 1);
            } else if (c == '\\') {
                i++; // the next character is escaped
            } else if (c == '{') {
                opened.push(-1);
            } else if (c == '}' && !opened.isEmpty()) {
                int begin = opened.pop();
                if (begin >= 0) {
                    from = begin;
                    to = i;
                }
            }
        }
        return from < 0 ? Optional.empty() : Optional.of(text.substring(from, to).strip());
    }

    /** What lies between the last two delimiters of formulas. */
    private static Optional<String> lastFormula(String text) {
        int end = -1; // of the delimiter before the last
        int start = -1; // of the last delimiter
        int after = -1; // the last delimiter's end
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int length = 0;
            if (c == '$') {
                length = text.startsWith("$$", i) ? 2 : 1;
            } else if (c == '\\' && i + 1 < text.length()) {
                length = "()[]".indexOf(text.charAt(i + 1)) >= 0 ? 2 : 0;
                i += length == 0 ? 1 : 0; // an escaped character opens nothing
            }
            if (length > 0) {
                end = after;
                start = i;
                after = i + length;
                i = after - 1;
            }
        }
        if (end < 0) {
            return Optional.empty();
        }
        return Optional.of(text.substring(end, start).strip())
                .filter(formula -> !formula.isEmpty());
    }

    /** The answer without wrapping, spacing commands and white space; numbers stay apart. */
    private static String clean(String answer) {
        String bare =
                unwrap(answer)
                        .replace("{,}", ",")
                        .replace("\\,", "")
                        .replace("\\!", "")
                        .replace("\\;", " ")
                        .replace("\\ ", " ")
                        .replace("\\left", "")
                        .replace("\\right", "")
                        .replace("\\%", "%")
                        .replace('−', '-');
        var text = new StringBuilder();
        boolean gap = false;
        for (int i = 0; i < bare.length(); i++) {
            char c = bare.charAt(i);
            if (Character.isWhitespace(c)) {
                gap = true;
                continue;
            }
            if (gap && isDigit(c) && text.length() > 0 && isDigit(text.charAt(text.length() - 1))) {
                text.append(' '); // 7 23 is not 723
            }
            gap = false;
            text.append(c);
        }
        return text.toString();
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** Takes off whatever encloses the whole answer, and a full stop after it. */
    private static String unwrap(String answer) {
        int from = 0;
        int to = answer.length();
        while (true) {
            while (from < to && Character.isWhitespace(answer.charAt(from))) {
                from++;
            }
            while (from < to && Character.isWhitespace(answer.charAt(to - 1))) {
                to--;
            }
            boolean stop = to - from > 1 && answer.charAt(to - 1) == '.';
            if (stop) {
                to--;
            } else if (encloses(answer, from, to, BOXED, "}")) {
                from += BOXED.length();
                to--;
            } else if (encloses(answer, from, to, "$", "$")) {
                from++;
                to--;
            } else if (encloses(answer, from, to, "\\(", "\\)")
                    || encloses(answer, from, to, "\\[", "\\]")) {
                from += 2;
                to -= 2;
            } else {
                return answer.substring(from, to);
            }
        }
    }

    private static boolean encloses(String text, int from, int to, String open, String close) {
        return to - from >= open.length() + close.length()
                && text.startsWith(open, from)
                && text.startsWith(close, to - close.length());
    }

    private static Optional<Value> value(String text) {
        if (text.length() > LONGEST_NUMBER) {
            return Optional.empty();
        }
        Matcher plain = PLAIN.matcher(text);
        if (plain.matches()) {
            String bottom = plain.group("bottom");
            return value(
                    plain,
                    decimal(plain.group("top")),
                    bottom == null ? BigDecimal.ONE : decimal(bottom));
        }
        Matcher latex = LATEX_FRACTION.matcher(text);
        if (latex.matches()) {
            BigDecimal top = either(latex, "top", "topDigit");
            BigDecimal bottom = either(latex, "bottom", "bottomDigit");
            String whole = latex.group("whole");
            return value(
                    latex,
                    whole.isEmpty() ? top : top.add(bottom.multiply(decimal(whole))),
                    bottom);
        }
        return Optional.empty();
    }

    private static Optional<Value> value(Matcher number, BigDecimal top, BigDecimal bottom) {
        if (bottom.signum() == 0) {
            return Optional.empty();
        }
        boolean negative = number.group("sign").equals("-");
        boolean percent = !number.group("percent").isEmpty();
        return Optional.of(new Value(negative ? top.negate() : top, bottom, percent));
    }

    private static BigDecimal either(Matcher number, String group, String other) {
        String digits = number.group(group);
        return decimal(digits != null ? digits : number.group(other));
    }

    private static BigDecimal decimal(String digits) {
        return new BigDecimal(digits.replace(",", ""));
    }

    /** A fraction, not reduced. */
    private record Value(BigDecimal top, BigDecimal bottom, boolean percent) {
        private static final BigDecimal HUNDRED = new BigDecimal(100);

        boolean sameAs(Value other) {
            if (percent == other.percent) {
                return sameFraction(other);
            }
            Value percentage = percent ? this : other;
            Value plain = percent ? other : this;
            var fraction = new Value(percentage.top, percentage.bottom.multiply(HUNDRED), false);
            return percentage.sameFraction(plain) || fraction.sameFraction(plain);
        }

        private boolean sameFraction(Value other) {
            return top.multiply(other.bottom).compareTo(other.top.multiply(bottom)) == 0;
        }
    }
}
