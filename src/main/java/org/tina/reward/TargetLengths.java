package org.tina.reward;

import java.util.SplittableRandom;
import org.tina.data.Problem;

/**
 * The lengths that L1's prompts ask for (arXiv 2503.04697): one for each problem, uniform in a
 * range, which the prompt names and {@link TargetLengthReward} pays for.
 *
 * @param seed another seed gives each problem another length
 * @param min the shortest, in tokens, at least 1; Tina's is 100
 * @param max the longest, at least {@code min}; Tina's is 4000
 */
public record TargetLengths(long seed, int min, int max) {

    public TargetLengths {
        if (min < 1) {
            throw new IllegalArgumentException(
                    "min_target_length is " + min + ", must be at least 1");
        }
        if (max < min) {
            throw new IllegalArgumentException(
                    "max_target_length is %d, must be at least min_target_length %d"
                            .formatted(max, min));
        }
    }

    /** The length that a problem is asked for; always the same for the same text. */
    public int of(Problem problem) {
        // the seed is mixed by a generator of its own, so that near seeds and hashes don't meet
        long mixed = new SplittableRandom(seed).nextLong() ^ problem.problem().hashCode();
        return new SplittableRandom(mixed).nextInt(min, max + 1);
    }

    /** What the system prompt says about it, on a line of its own. */
    public String sentence(Problem problem) {
        return "Think for " + of(problem) + " tokens.";
    }
}
