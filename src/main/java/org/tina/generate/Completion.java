package org.tina.generate;

/**
 * A sampled completion.
 *
 * @param tokens {@code [length]}, the stop token included if one came
 * @param logProbs {@code [length]}, of each token under the policy at the sampling temperature (1
 *     for greedy), before any filter
 * @param finished whether a stop token ended it; false if the length cap did
 * @param text the tokens without special ones; the think and answer tags are ordinary tokens and
 *     stay
 */
public record Completion(int[] tokens, float[] logProbs, boolean finished, String text) {

    /** Tokens, the stop token included. */
    public int length() {
        return tokens.length;
    }
}
