package org.tina.mini;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The miniature's tokens: the 256 bytes, so that any text can be typed, and after them the world's
 * own phrases, matched from the left, the longest first.
 */
public final class Vocabulary {
    /** Padding. */
    public static final String PAD = "<|fim_pad|>";

    /** Begins every text. */
    public static final String BOS = "<|bos|>";

    /** Ends every text. */
    public static final String EOS = "<|eos|>";

    /** Before what the user says. */
    public static final String USER = "<|User|>";

    /** Before what the model says. */
    public static final String ASSISTANT = "<|Assistant|>";

    /** Tokens that only structure a text; they are left out when it is decoded for people. */
    static final List<String> SPECIAL = List.of(PAD, BOS, EOS, USER, ASSISTANT);

    private static final List<String> TAGS =
            List.of("<think>", "</think>", "<answer>", "</answer>", "\\boxed{");

    private Vocabulary() {}

    /** How many tokens there are. */
    public static int size() {
        return bytes().size() + phrases().size();
    }

    /** The 256 single bytes, as byte-level tokenizers spell them: one visible character each. */
    static List<String> bytes() {
        var spelled = new ArrayList<String>();
        int next = 256; // bytes that can't be shown borrow the characters from here on
        for (int b = 0; b < 256; b++) {
            boolean visible = b > ' ' && b <= '~' || b >= '¡' && b != 0xAD;
            spelled.add(Character.toString(visible ? b : next++));
        }
        return spelled;
    }

    /**
     * The tokens of several characters; "Then, " is free for a wording that is never trained on.
     */
    static List<String> phrases() {
        Stream<List<String>> kinds =
                Stream.of(
                        SPECIAL,
                        TAGS,
                        List.of(": ", ", ", ". "),
                        List.of(Style.FIRST, Style.NEXT, "Then, ", Style.FINALLY, Style.EASY),
                        List.of("The answer is "),
                        Arithmetic.NAMES,
                        Arithmetic.ITEMS.stream().map(item -> " " + item).toList(),
                        List.of(" has "),
                        Arithmetic.GAINS.stream().map(verb -> verb + " ").toList(),
                        Arithmetic.LOSSES.stream().map(verb -> verb + " ").toList(),
                        List.of(Arithmetic.DOUBLES, Arithmetic.TRIPLES, Arithmetic.QUESTION),
                        List.of(Sibling.SORT, Sibling.COUNT, Drill.PROMPT));
        return kinds.flatMap(List::stream).toList();
    }

    /** A phrase's id; a byte's id is the byte itself. */
    static int id(String phrase) {
        return bytes().size() + phrases().indexOf(phrase);
    }
}
