package org.tina.model;

import java.util.List;

/**
 * A prompt and its completions, the unit of scoring and learning: the prompt's P tokens stand once,
 * then G completions, each right-padded to the longest, C. Shapes: {@code tokens [P + G·C]}; M is
 * the number of real completion tokens; {@code rows [M]} are the positions whose hidden state
 * predicts {@code targets [M]}.
 *
 * @param promptLength P, at least 1
 * @param completionLength C
 * @param lengths tokens of each completion, [G]
 */
public record Group(
        int promptLength,
        int completionLength,
        int[] lengths,
        long[] tokens,
        long[] rows,
        long[] targets) {

    /**
     * Lays out a group.
     *
     * @param prompt at least one token
     * @param completions at least one, each at least one token
     */
    public static Group of(int[] prompt, List<int[]> completions) {
        int p = prompt.length;
        int c = 0;
        int m = 0;
        int[] lengths = new int[completions.size()];
        for (int g = 0; g < lengths.length; g++) {
            lengths[g] = completions.get(g).length;
            c = Math.max(c, lengths[g]);
            m += lengths[g];
        }
        if (p == 0 || c == 0) {
            throw new IllegalArgumentException(
                    "a group needs a prompt token and a completion token");
        }
        long[] tokens = new long[p + lengths.length * c];
        long[] rows = new long[m];
        long[] targets = new long[m];
        for (int i = 0; i < p; i++) {
            tokens[i] = prompt[i];
        }
        int at = 0;
        for (int g = 0; g < lengths.length; g++) {
            int begin = p + g * c;
            for (int i = 0; i < lengths[g]; i++) {
                int token = completions.get(g)[i];
                tokens[begin + i] = token;
                targets[at] = token;
                rows[at++] =
                        i == 0
                                ? p - 1
                                : begin + i - 1; // the prompt's last token predicts the first
            }
        }
        return new Group(p, c, lengths, tokens, rows, targets);
    }

    /** The number of tokens computed, padding included. */
    public int size() {
        return tokens.length;
    }

    /** One value a completion, repeated for each of its tokens: {@code [M]}. */
    public float[] perToken(double[] values) {
        float[] out = new float[targets.length];
        int at = 0;
        for (int g = 0; g < lengths.length; g++) {
            for (int i = 0; i < lengths[g]; i++) {
                out[at++] = (float) values[g];
            }
        }
        return out;
    }
}
