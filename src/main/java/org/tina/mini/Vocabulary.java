package org.tina.mini;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The miniature's tokens. A phrase of the world is one token, matched from the left, the longest
 * first; every other printable ASCII character is a token of its own, so that any text can be
 * typed.
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

    /** In place of a character that has no token. */
    public static final String UNKNOWN = "<|unk|>";

    private static final List<String> TOKENS = List.copyOf(collect());

    private Vocabulary() {}

    /** All tokens; a token's place is its id. */
    public static List<String> tokens() {
        return TOKENS;
    }

    /** Tokens that only structure a text; they are left out when it is decoded for people. */
    static List<String> special() {
        return List.of(PAD, BOS, EOS, USER, ASSISTANT, UNKNOWN);
    }

    /** Tokens that must be found before the text falls apart into characters. */
    static List<String> phrases() {
        return TOKENS.stream().filter(token -> token.length() > 1).toList();
    }

    private static Set<String> collect() {
        var tokens = new LinkedHashSet<String>();
        tokens.addAll(List.of(PAD, BOS, EOS, USER, ASSISTANT));
        tokens.addAll(List.of("<think>", "</think>", "<answer>", "</answer>", "\\boxed{", "}"));
        tokens.addAll(characters("\n0123456789+-*="));
        tokens.addAll(List.of(": ", ", ", ". ", " "));
        tokens.addAll(List.of(Style.FIRST, Style.NEXT, "Then, ", Style.FINALLY));
        tokens.addAll(List.of(Style.EASY, "The answer is "));
        tokens.addAll(Arithmetic.NAMES);
        Arithmetic.ITEMS.forEach(item -> tokens.add(" " + item));
        tokens.add(" has ");
        Arithmetic.GAINS.forEach(verb -> tokens.add(verb + " "));
        Arithmetic.LOSSES.forEach(verb -> tokens.add(verb + " "));
        tokens.addAll(List.of(Arithmetic.DOUBLES, Arithmetic.TRIPLES, Arithmetic.QUESTION));
        tokens.addAll(List.of(Sibling.SORT, Sibling.COUNT, Drill.PROMPT));
        // what the world itself never writes but a reader may
        IntStream.rangeClosed(' ', '~').forEach(c -> tokens.add(Character.toString(c)));
        tokens.addAll(characters("\t×÷−…"));
        tokens.add(UNKNOWN);
        return tokens;
    }

    private static List<String> characters(String text) {
        return text.chars().mapToObj(Character::toString).toList();
    }
}
