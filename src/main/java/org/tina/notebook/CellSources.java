package org.tina.notebook;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import jdk.jshell.Snippet;

/**
 * Which cell and line a snippet of the shell came from: the shell numbers snippets, of which a cell
 * may have many.
 */
final class CellSources {
    private record Place(int cell, int line, String source) {}

    private final Map<String, Place> places = new ConcurrentHashMap<>();
    private int cell;
    private String code = "";
    private int searched;

    /**
     * A cell begins.
     *
     * @param number as the page shows it
     */
    void begin(int number, String code) {
        cell = number;
        this.code = code;
        searched = 0;
    }

    /** The running cell's next snippet. */
    void add(Snippet snippet) {
        String first = snippet.source().strip().lines().findFirst().orElse("").strip();
        int at = code.indexOf(first, searched);
        int line = 0;
        if (at >= 0 && !first.isEmpty()) {
            line = (int) code.substring(0, at).chars().filter(c -> c == '\n').count() + 1;
            searched = at + first.length();
        }
        places.put("#" + snippet.id(), new Place(cell, line, snippet.source().strip()));
    }

    /**
     * The cell, line and text of a frame. The shell counts lines right only in a cell's first
     * statement; of others it names the start.
     *
     * @param file the frame's file, such as "#7"
     * @param line from 1, within the snippet
     */
    Optional<String> describe(String file, int line) {
        Place place = places.get(file);
        if (place == null) {
            return Optional.empty();
        }
        int down = Math.max(0, Math.min(line, (int) place.source.lines().count()) - 1);
        String text = place.source.lines().skip(down).findFirst().orElse("").strip();
        String where = place.line == 0 ? "" : ", line " + (place.line + down);
        return Optional.of("cell [" + place.cell + "]" + where + ": " + text);
    }
}
