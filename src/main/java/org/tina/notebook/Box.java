package org.tina.notebook;

import java.awt.Color;

/**
 * A few words set apart on the page by a coloured edge, with a hint that opens on a click. Readable
 * on a light and on a dark ground.
 *
 * @param edge its colour
 * @param headline in bold, a word or two
 * @param words what it says, plain
 * @param hint folded away, empty for none
 */
record Box(Color edge, String headline, String words, String hint) {

    /** Dollar signs in it are what they are, not mathematics. */
    String html() {
        String folded =
                hint.isEmpty()
                        ? ""
                        : "<details><summary>A hint</summary>" + Grid.escape(hint) + "</details>";
        return "<div class=\"tex2jax_ignore\" style=\"border-left: 4px solid "
                + Charts.css(edge)
                + "; padding: 0.3em 0.9em; margin: 0.3em 0\"><b>"
                + Grid.escape(headline)
                + "</b> "
                + Grid.escape(words)
                + folded
                + "</div>";
    }

    String text() {
        return headline + " " + words + (hint.isEmpty() ? "" : "\nA hint: " + hint);
    }
}
