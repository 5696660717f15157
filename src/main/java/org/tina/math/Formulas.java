package org.tina.math;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tina.math.Extraction.Found;
import org.tina.math.ExtractionSettings.Kind;

/** Finds the formulas of a text. Those within a line must end in it. */
final class Formulas {
    private final String text;
    private final List<Found> found = new ArrayList<>();

    /** For each closing delimiter where it comes next, so that no search runs twice. */
    private final Map<String, Integer> nextOf = new HashMap<>();

    private Formulas(String text) {
        this.text = text;
    }

    static List<Found> in(String text) {
        var formulas = new Formulas(text);
        int i = 0;
        while (i < text.length()) {
            int end = formulas.at(i);
            i = end > i ? end : i + 1;
        }
        return formulas.found;
    }

    /** The end of the formula that begins at i, which is kept; or i where none does. */
    private int at(int i) {
        char c = text.charAt(i);
        boolean escaped = i > 0 && text.charAt(i - 1) == '\\';
        if (c == '$' && !escaped) {
            if (text.startsWith("$$", i)) {
                return between(i, 2, "$$", false);
            }
            return i > 0 && Lexer.isDigit(text.charAt(i - 1)) ? i : dollar(i);
        } else if (c == '\\') {
            if (text.startsWith("\\[", i)) {
                return between(i, 2, "\\]", false);
            } else if (text.startsWith("\\(", i)) {
                return between(i, 2, "\\)", true);
            } else if (text.startsWith("\\frac{", i)) {
                return fraction(i);
            }
            return i;
        } else if (c == '[' && i > 0 && Character.isWhitespace(text.charAt(i - 1))) {
            return bracket(i);
        }
        return i;
    }

    private int between(int start, int open, String close, boolean oneLine) {
        int from = start + open;
        int to = next(close, from);
        if (to < 0 || to == from || oneLine && next("\n", from) >= 0 && next("\n", from) < to) {
            return start;
        }
        return keep(start, from, to, to + close.length());
    }

    private int dollar(int start) {
        for (int i = start + 1; i < text.length() && text.charAt(i) != '\n'; i++) {
            if (text.charAt(i) == '$' && text.charAt(i - 1) != '\\') {
                return i == start + 1 ? start : keep(start, start + 1, i, i + 1);
            }
        }
        return start;
    }

    private int bracket(int start) {
        for (int i = start + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n' || c == '[') {
                return start;
            }
            if (c == ']') {
                boolean ends = i + 1 < text.length() && Character.isWhitespace(text.charAt(i + 1));
                return ends && i > start + 1 ? keep(start, start + 1, i, i + 1) : start;
            }
        }
        return start;
    }

    /** A fraction of two numbers needs no delimiters. */
    private int fraction(int start) {
        int i = start + "\\frac".length();
        for (int part = 0; part < 2; part++) {
            if (i >= text.length() || text.charAt(i) != '{') {
                return start;
            }
            int from = ++i;
            while (i < text.length()
                    && (Lexer.isDigit(text.charAt(i)) || "-.,".indexOf(text.charAt(i)) >= 0)) {
                i++;
            }
            if (i == from || i >= text.length() || text.charAt(i) != '}') {
                return start;
            }
            i++;
        }
        int sign = start > 0 && text.charAt(start - 1) == '-' ? 1 : 0;
        return keep(start - sign, start - sign, i, i);
    }

    private int keep(int start, int from, int to, int end) {
        found.add(new Found(Kind.LATEX, start, end, text.substring(from, to).strip()));
        return end;
    }

    private int next(String what, int from) {
        int known = nextOf.getOrDefault(what, 0);
        if (known >= from && known != 0 || known < 0) {
            return known;
        }
        int at = text.indexOf(what, from);
        nextOf.put(what, at);
        return at;
    }
}
