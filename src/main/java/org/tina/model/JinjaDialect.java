package org.tina.model;

import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Translates a template from the Jinja that transformers renders (jinja2 with trim_blocks and
 * lstrip_blocks) to the one that Jinjava does. Jinjava differs in these places:
 *
 * <ul>
 *   <li>white space beside blocks: it also strips it in the middle of a line, so it is taken away
 *       here;
 *   <li>{@code not x is defined}, {@code not x in y} and {@code not x == y}, which it reads as
 *       {@code (not x) is defined} and so on;
 *   <li>{@code f(x=a|length - 1)}, which it reads as {@code f((x=a|length) - 1)};
 *   <li>{@code x[::-1]}, {@code | items} and {@code {% generation %}}, which it doesn't know;
 *   <li>a filter that it doesn't know gives no error, just nothing.
 * </ul>
 *
 * <p>{@link PythonFor}, {@link PythonJson} and {@link TemplateSandbox} do the rest. What is left:
 * {@code true} and {@code none} are written out as {@code true} and nothing, and {@code a and b}
 * gives true or false, not b.
 */
final class JinjaDialect {

    static final String STRING =
            "'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"";
    private static final String BRACKETS = "\\((?:" + STRING + "|[^()'\"])*+\\)";
    private static final String OPERAND =
            STRING
                    + "|[\\w.]++(?:\\[(?:"
                    + STRING
                    + "|[\\w:-]+)\\]|"
                    + BRACKETS
                    + "|\\.\\w++)*+(?:\\s*\\|\\s*\\w++(?:"
                    + BRACKETS
                    + ")?)*+";

    /** Comparisons and their opposites. */
    private static final Map<String, String> OPPOSITE =
            Map.of(
                    "is", "is not", "is not", "is", "in", "not in", "not in", "in", "==", "!=",
                    "!=", "==", "<", ">=", ">=", "<", ">", "<=", "<=", ">");

    private static final Pattern LEFT_OF_BLOCK = Pattern.compile("(?md)^[ \\t]+(?=\\{[%#](?!\\+))");
    private static final Pattern END_OF_BLOCK_LINE = Pattern.compile("((?<!\\+)[%#]\\})\\n");
    private static final Pattern TAG =
            Pattern.compile("(?s)\\{[{%](?:" + STRING + "|[^'\"%}]++|[%}](?!\\}))*+[%}]\\}");
    private static final Pattern GENERATION =
            Pattern.compile("(?<=^\\{%[-+]?\\s{0,9})(end)?generation(?=\\s*[-+]?%\\}$)");

    // strings are matched so that they are passed over
    private static final Pattern EXPRESSION =
            Pattern.compile(
                    "(?s)"
                            + STRING
                            + "|\\bnot\\s+("
                            + OPERAND
                            + ")\\s*(\\b(?:is not|is|in|not in)\\b|[=!<>]=|[<>])"
                            + "|\\[::-1\\]"
                            + "|(\\w+\\s*=\\s*)([^=,()'\"\\[\\]{}]*[-+*/~|][^=,()'\"\\[\\]{}]*)(?=[,)])"
                            + "|\\|\\s*(\\w+)");

    private JinjaDialect() {}

    /**
     * @param knownFilter whether Jinjava has a filter of this name
     * @throws IllegalArgumentException naming a filter that it hasn't
     */
    static String toJinjava(String source, Predicate<String> knownFilter) {
        // as jinja2 reads a file: one kind of line end, and none after the last line
        String template = source.replaceAll("\r\n?", "\n").replaceFirst("\n\\z", "");
        template = LEFT_OF_BLOCK.matcher(template).replaceAll("");
        template = END_OF_BLOCK_LINE.matcher(template).replaceAll("$1");
        return TAG.matcher(template)
                .replaceAll(tag -> Matcher.quoteReplacement(tag(tag.group(), knownFilter)));
    }

    private static String tag(String tag, Predicate<String> knownFilter) {
        String plain =
                GENERATION.matcher(tag).replaceAll(m -> m.group(1) == null ? "if true" : "endif");
        return translated(plain, knownFilter);
    }

    private static String translated(String text, Predicate<String> knownFilter) {
        return EXPRESSION
                .matcher(text)
                .replaceAll(part -> Matcher.quoteReplacement(expression(part, knownFilter)));
    }

    private static String expression(MatchResult part, Predicate<String> knownFilter) {
        String operand = part.group(1);
        String argument = part.group(3);
        String filter = part.group(5);
        if (argument != null) {
            return argument + "(" + part.group(4) + ")";
        }
        if (operand != null) {
            return translated(operand, knownFilter) + " " + OPPOSITE.get(part.group(2));
        }
        if (filter != null) {
            if (filter.equals("items")) {
                return ".items()";
            }
            if (!knownFilter.test(filter)) {
                throw new IllegalArgumentException("filter " + filter + " is not known");
            }
        }
        return part.group().equals("[::-1]") ? "|reverse" : part.group();
    }
}
