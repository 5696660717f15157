package org.tina.data;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Patterns of file names as {@code hf download --include} reads them: {@code *} stands for any
 * text, slashes too, {@code ?} for one character, {@code [ab]} for one of several, and a folder's
 * name with a slash at its end for all in it.
 */
final class Glob {

    private final List<Pattern> patterns;

    Glob(String... patterns) {
        this.patterns = Arrays.stream(patterns).map(Glob::regex).toList();
    }

    /** Whether any of the patterns matches. */
    boolean matches(String path) {
        return patterns.stream().anyMatch(pattern -> pattern.matcher(path).matches());
    }

    /** Whether a pattern stands for one file only. */
    static boolean isPlain(String pattern) {
        return !pattern.endsWith("/") && pattern.chars().noneMatch(c -> "*?[".indexOf(c) >= 0);
    }

    private static Pattern regex(String glob) {
        String whole = glob.endsWith("/") ? glob + "*" : glob;
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < whole.length(); i++) {
            char c = whole.charAt(i);
            int end = whole.indexOf(']', i + 2);
            if (c == '*') {
                regex.append(".*");
            } else if (c == '?') {
                regex.append('.');
            } else if (c == '[' && end > 0) {
                String members = whole.substring(i + 1, end);
                boolean others = members.startsWith("!");
                regex.append(others ? "[^" : "[")
                        .append(
                                members.substring(others ? 1 : 0)
                                        .replaceAll("[\\[\\]\\\\^&]", "\\\\$0"))
                        .append(']');
                i = end;
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        try {
            return Pattern.compile(regex.toString(), Pattern.DOTALL);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "\"%s\" is no pattern of file names like data/*.parquet: %s"
                            .formatted(glob, e.getDescription()),
                    e);
        }
    }
}
