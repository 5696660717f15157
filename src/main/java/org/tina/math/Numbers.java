package org.tina.math;

import java.util.ArrayList;
import java.util.List;
import org.tina.math.Extraction.Found;
import org.tina.math.ExtractionSettings.Kind;

/** Finds bare numbers in a text, and expressions of numbers such as {@code (9 + 1)/2}. */
final class Numbers {
    private static final String CURRENCIES = "$€£¥₹₽₩₿";
    private static final String OPERATORS = "+-*/^()×÷";
    private static final int LONGEST = 400;
    private static final String[] PERCENT = {"\\%", "%", "percentage", "percent", "pct", "Percent"};

    /** How many expressions may be tried in vain: each costs a reading. */
    private static final int MOST_FAILURES = 200;

    private final String text;
    private int failures;
    private int plainUntil; // before it no operator stands

    private Numbers(String text) {
        this.text = text;
    }

    static List<Found> in(String text) {
        var numbers = new Numbers(text);
        List<Found> found = new ArrayList<>();
        int i = 0;
        while (i < text.length()) {
            int start = numbers.startsAfter(i);
            if (start < 0) {
                i++;
                continue;
            }
            Found number = numbers.at(start);
            if (number == null) {
                i++;
            } else {
                found.add(number);
                i = number.end();
            }
        }
        return found;
    }

    /** Where a number may begin if i is at a gap or the beginning; -1 if it may not. */
    private int startsAfter(int i) {
        int start = i;
        if (i > 0 || !begins(0)) {
            char c = text.charAt(i);
            if (i == 0 && (c == '*' || CURRENCIES.indexOf(c) >= 0)) {
                start = i;
            } else if (Character.isWhitespace(c) || c == '=') {
                start = i + 1;
            } else {
                return -1;
            }
        }
        if (text.startsWith("**", start)) {
            start += 2;
        }
        if (start < text.length() && CURRENCIES.indexOf(text.charAt(start)) >= 0) {
            start++;
        }
        return start < text.length() && begins(start) ? start : -1;
    }

    private boolean begins(int i) {
        int j = i;
        while (j < text.length() && j < i + 3 && "-(−".indexOf(text.charAt(j)) >= 0) {
            j++;
        }
        return isDigit(j) || j < text.length() && text.charAt(j) == '.' && isDigit(j + 1);
    }

    private boolean isDigit(int i) {
        return i < text.length() && Lexer.isDigit(text.charAt(i));
    }

    private Found at(int start) {
        Found expression = expression(start);
        if (expression != null) {
            return expression;
        }
        int i = start;
        boolean negative = text.charAt(i) == '-' || text.charAt(i) == '−';
        i += negative ? 1 : 0;
        if (i >= text.length() || text.charAt(i) == '(' || text.charAt(i) == '-') {
            return null;
        }
        int from = i;
        while (isDigit(i)) {
            i++;
        }
        var digits = new StringBuilder(text.substring(from, i));
        boolean grouped = false;
        while ((i - from <= 3 || grouped)
                && digits.length() < LONGEST
                && digits.length() > 0
                && digits.charAt(0) != '0'
                && i < text.length()
                && (text.charAt(i) == ',' || text.charAt(i) == ' ')
                && isDigit(i + 1)
                && isDigit(i + 2)
                && isDigit(i + 3)
                && !isDigit(i + 4)) {
            digits.append(text, i + 1, i + 4);
            i += 4;
            grouped = true;
        }
        boolean comma = !grouped && i < text.length() && text.charAt(i) == ',';
        if (i < text.length() && (text.charAt(i) == '.' || comma) && isDigit(i + 1)) {
            int point = i++;
            while (isDigit(i)) {
                i++;
            }
            digits.append('.').append(text, point + 1, i);
        }
        if (i < text.length() && (text.charAt(i) == 'e' || text.charAt(i) == 'E')) {
            int exponent = i + 1;
            exponent +=
                    exponent < text.length() && "+-".indexOf(text.charAt(exponent)) >= 0 ? 1 : 0;
            int end = exponent;
            while (isDigit(end) && end - exponent < 4) {
                end++;
            }
            if (end > exponent) {
                digits.append(text, i, end);
                i = end;
            }
        }
        if (digits.length() > LONGEST) {
            return null;
        }
        return found(start, i, (negative ? "-" : "") + digits);
    }

    /** A run of digits, operators and brackets with at least one operator inside. */
    private Found expression(int start) {
        if (start < plainUntil || failures >= MOST_FAILURES) {
            return null;
        }
        int limit = Math.min(text.length(), start + LONGEST);
        int end = start;
        while (end < limit && isPart(text.charAt(end))) {
            end++;
        }
        while (end > start && !Lexer.isDigit(text.charAt(end - 1)) && text.charAt(end - 1) != ')') {
            end--;
        }
        if (end < text.length() && Lexer.isLetter(text.charAt(end))) {
            return null; // 3-x
        }
        boolean operator = false;
        int open = 0;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            open += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (open < 0) {
                end = i;
                break;
            }
            operator |= i > start && OPERATORS.indexOf(c) >= 0 && hasDigit(start, i);
        }
        if (!operator) {
            plainUntil = end;
        }
        if (!operator || open > 0) {
            return null;
        }
        String run = text.substring(start, end).strip();
        try {
            if (new Exact(new Budget()).value(Parser.parse(run, new Budget())) != null) {
                return found(start, end, run);
            }
        } catch (Budget.Undecided notAnExpression) {
            // a number at most
        }
        failures++;
        return null;
    }

    private boolean hasDigit(int from, int to) {
        for (int i = from; i < to; i++) {
            if (isDigit(i)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isPart(char c) {
        return Lexer.isDigit(c)
                || c == '.'
                || Character.isWhitespace(c)
                || OPERATORS.indexOf(c) >= 0;
    }

    private Found found(int start, int end, String answer) {
        int i = end;
        while (i < text.length() && text.charAt(i) == ' ') {
            i++;
        }
        int percent = percentEnd(text, i);
        return percent > 0
                ? new Found(Kind.EXPRESSION, start, percent, answer + "\\%")
                : new Found(Kind.EXPRESSION, start, end, answer);
    }

    /** The end of a percent sign or word at i, or 0. */
    static int percentEnd(String text, int i) {
        for (String sign : PERCENT) {
            if (text.startsWith(sign, i)) {
                return i + sign.length();
            }
        }
        return 0;
    }
}
