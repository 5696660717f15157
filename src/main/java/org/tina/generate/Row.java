package org.tina.generate;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.tina.model.Tokenizer;

/** A completion in the making. */
final class Row {

    /** The cache's column at which a {@link TensorBatch} has this row's first token. */
    int start;

    private final int[] prompt;
    private final int promptIndex;
    private final int number;
    private final SplittableRandom random;
    private int[] tokens = new int[64];
    private float[] logProbs = new float[64];
    private int length;
    private int told;
    private boolean finished;
    private boolean ended;
    private Completion completion;

    Row(int[] prompt, int promptIndex, int number, long seed) {
        this.prompt = prompt;
        this.promptIndex = promptIndex;
        this.number = number;
        this.random = new SplittableRandom((seed * 1_000_003 + promptIndex) * 1_000_003 + number);
    }

    int[] prompt() {
        return prompt;
    }

    int promptIndex() {
        return promptIndex;
    }

    int number() {
        return number;
    }

    /** Tokens so far. */
    int length() {
        return length;
    }

    /** The token that the model reads next. */
    int last() {
        return length == 0 ? prompt[prompt.length - 1] : tokens[length - 1];
    }

    /**
     * Uniform in (0, 1), a multiple of 2^-23: the largest times a float sum stays below that sum.
     */
    float uniform() {
        return ((random.nextInt() >>> 10) + 0.5f) * 0x1p-22f;
    }

    /**
     * @param stop whether the token ends the completion
     * @param allowed the length at which it ends anyway
     */
    void append(int token, float logProb, boolean stop, int allowed) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * length);
            logProbs = Arrays.copyOf(logProbs, 2 * length);
        }
        tokens[length] = token;
        logProbs[length++] = logProb;
        finished = stop;
        ended = stop || length == allowed;
    }

    boolean ended() {
        return ended;
    }

    /** The tokens that came since this was last asked. */
    int[] news() {
        int[] news = Arrays.copyOfRange(tokens, told, length);
        told = length;
        return news;
    }

    void complete(Tokenizer tokenizer) {
        int[] all = Arrays.copyOf(tokens, length);
        int[] visible = finished ? Arrays.copyOf(all, length - 1) : all;
        completion =
                new Completion(
                        all,
                        Arrays.copyOf(logProbs, length),
                        finished,
                        tokenizer.decode(visible, true));
    }

    /** The completion, once the row has ended. */
    Completion completion() {
        return completion;
    }
}
