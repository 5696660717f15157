package org.tina.data;

import java.util.Collection;
import java.util.Comparator;

/** What to say when a name is not known. */
public final class Names {
    private Names() {}

    /**
     * The error for an unknown name: it lists the known ones and points to the nearest.
     *
     * @param kind what was asked for, such as {@code reward}
     */
    public static IllegalArgumentException unknown(
            String kind, String name, Collection<String> known) {
        return new IllegalArgumentException(
                "unknown %s '%s': did you mean '%s'? Known: %s"
                        .formatted(kind, name, nearest(name, known), String.join(", ", known)));
    }

    /** The known name that takes the fewest edits of single characters. */
    public static String nearest(String name, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(other -> distance(name, other)))
                .orElseThrow(() -> new IllegalArgumentException("no names are known"));
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
            }
            above = row;
        }
        return above[b.length()];
    }
}
