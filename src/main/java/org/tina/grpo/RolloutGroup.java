package org.tina.grpo;

import java.util.List;
import org.tina.data.Problem;
import org.tina.generate.Completion;

/**
 * The completions of one problem in one step, and what they were worth.
 *
 * @param prompt token ids, as the policy read them
 * @param completions {@code [G]}, as the policy sampled them
 * @param scores {@code [functions][G]}, each reward's value, unweighted; NaN for no value
 * @param rewards {@code [G]}, their weighted sums
 * @param advantages {@code [G]}, how much better than the group
 */
public record RolloutGroup(
        Problem problem,
        int[] prompt,
        List<Completion> completions,
        double[][] scores,
        double[] rewards,
        double[] advantages) {}
