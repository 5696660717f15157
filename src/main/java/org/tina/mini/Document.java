package org.tina.mini;

import java.util.List;
import java.util.stream.Collectors;

/**
 * One pre-training text, in pieces. The text ends without the end-of-text token; the trainer
 * appends it.
 *
 * <p>No token of {@link Vocabulary} spans two pieces, so the pieces can be encoded one by one.
 *
 * @param segments the pieces in order
 */
public record Document(List<Segment> segments) {
    /**
     * A piece of text.
     *
     * @param learned whether its tokens carry loss
     */
    public record Segment(String text, boolean learned) {}

    /** The segments are kept as an unmodifiable copy. */
    public Document {
        segments = List.copyOf(segments);
    }

    /** A question in the chat layout, not learned, and its completion, learned. */
    static Document of(String problem, String completion) {
        return new Document(
                List.of(new Segment(prompt(problem), false), new Segment(completion, true)));
    }

    /** A question in the chat layout, up to where the model begins. */
    public static String prompt(String problem) {
        return Vocabulary.BOS + Vocabulary.USER + problem + Vocabulary.ASSISTANT;
    }

    /** The whole text. */
    public String text() {
        return segments.stream().map(Segment::text).collect(Collectors.joining());
    }
}
