package org.tina.cli;

import java.util.ArrayList;
import java.util.List;
import org.tina.model.Tokenizer;

/**
 * The text of tokens that come one by one. A character may take several tokens: until its last one
 * has come, decoding ends in U+FFFD, and the text is held back.
 *
 * <p>Only the last few tokens are decoded each time: those not yet shown, and for context those
 * shown last, as a decoder may treat the first token of a text differently.
 */
final class TextStream {

    private static final String INCOMPLETE = "\uFFFD";

    private final Tokenizer tokenizer;
    private final List<Integer> tokens = new ArrayList<>();
    private int context;
    private int shown;

    TextStream(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** The text that a further token completes; empty if it completes none. */
    String add(int token) {
        tokens.add(token);
        String text = pending();
        if (text.isEmpty() || text.endsWith(INCOMPLETE)) {
            return "";
        }
        context = shown;
        shown = tokens.size();
        return text;
    }

    /** What was held back and will not be completed any more. */
    String end() {
        return pending();
    }

    private String pending() {
        return decode(tokens.size()).substring(decode(shown).length());
    }

    private String decode(int to) {
        int[] ids = tokens.subList(context, to).stream().mapToInt(Integer::intValue).toArray();
        return tokenizer.decode(ids, true);
    }
}
