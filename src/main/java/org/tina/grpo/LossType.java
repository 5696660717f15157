package org.tina.grpo;

import java.util.Arrays;
import java.util.Locale;
import org.tina.data.Names;

/**
 * How the tokens' losses are averaged: the loss is Σ weight · token loss, and a loss type is the
 * weight of one token. All counts are over the whole step, so that accumulation over micro-batches
 * changes nothing.
 */
public enum LossType {
    /**
     * Mean over completions of each one's mean over tokens (GRPO, eq. 3): {@code 1 / (N · |o_i|)}.
     */
    GRPO {
        @Override
        public double weight(int length, int completions, long tokens, int maxLength) {
            return 1.0 / ((double) completions * length);
        }
    },
    /** Sum over the number of tokens, what Tina's code does for Dr. GRPO: {@code 1 / Σ|o_i|}. */
    BNPO {
        @Override
        public double weight(int length, int completions, long tokens, int maxLength) {
            return 1.0 / tokens;
        }
    },
    /**
     * Dr. GRPO as its paper has it, a constant that no completion's length enters: {@code 1 / (N ·
     * L_max)}.
     */
    DR_GRPO {
        @Override
        public double weight(int length, int completions, long tokens, int maxLength) {
            return 1.0 / ((double) completions * maxLength);
        }
    },
    /** Token mean over the whole step (DAPO, eq. 12); one and the same as {@link #BNPO} here. */
    DAPO {
        @Override
        public double weight(int length, int completions, long tokens, int maxLength) {
            return BNPO.weight(length, completions, tokens, maxLength);
        }
    };

    /**
     * The weight of each token of a completion.
     *
     * @param length tokens of the completion, |o_i|
     * @param completions N, of the step
     * @param tokens of all completions of the step
     * @param maxLength the recipe's max_completion_length
     */
    public abstract double weight(int length, int completions, long tokens, int maxLength);

    /** The type by TRL's name, such as {@code dr_grpo}. */
    public static LossType named(String name) {
        return Arrays.stream(values())
                .filter(type -> type.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                Names.unknown(
                                        "loss_type",
                                        name,
                                        Arrays.stream(values())
                                                .map(t -> t.name().toLowerCase(Locale.ROOT))
                                                .toList()));
    }
}
