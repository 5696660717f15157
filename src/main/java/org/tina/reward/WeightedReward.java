package org.tina.reward;

import java.util.List;
import java.util.Objects;
import org.tina.data.Problem;

/**
 * A reward as one part of a sum.
 *
 * @param name what it is called in metrics: {@code rewards/<name>/mean}
 * @param weight its factor in the sum; finite, may be negative
 * @param reward the function
 */
public record WeightedReward(String name, double weight, Reward reward) {
    /** Checks that the name has letters and the weight is finite. */
    public WeightedReward {
        Objects.requireNonNull(reward, "reward");
        if (name.isBlank()) {
            throw new IllegalArgumentException("a reward needs a name");
        }
        if (!Double.isFinite(weight)) {
            throw new IllegalArgumentException(
                    "weight " + weight + " of reward " + name + ": a finite number is needed");
        }
    }

    /** One of Tina's rewards. */
    public static WeightedReward named(String name, double weight) {
        return new WeightedReward(name, weight, Reward.named(name));
    }

    /**
     * Scores a batch, unweighted, and holds the reward to its contract.
     *
     * @return {@code [batch]}, finite or NaN for "no value"
     * @throws IllegalStateException if the reward throws or returns what no sum can use; the
     *     message names the reward
     */
    public double[] scores(List<Problem> problems, List<String> completions) {
        double[] scores;
        try {
            scores = reward.scores(problems, completions);
        } catch (RuntimeException e) {
            throw new IllegalStateException("reward " + name + " failed: " + e, e);
        }
        if (scores.length != completions.size()) {
            throw new IllegalStateException(
                    "reward %s gave %d scores for %d completions"
                            .formatted(name, scores.length, completions.size()));
        }
        for (int i = 0; i < scores.length; i++) {
            if (Double.isInfinite(scores[i])) {
                throw new IllegalStateException(
                        "reward %s gave %s for the completion: %s"
                                .formatted(name, scores[i], completions.get(i)));
            }
        }
        return scores;
    }

    /**
     * The sum of weight times value over several rewards; those without a value are left out.
     *
     * @param scores {@code [rewards][batch]}, in the rewards' order
     * @return {@code [batch]}; 0 where no reward has a value
     */
    public static double[] total(List<WeightedReward> rewards, double[][] scores) {
        double[] total = new double[scores.length == 0 ? 0 : scores[0].length];
        for (int r = 0; r < scores.length; r++) {
            for (int i = 0; i < total.length; i++) {
                if (!Double.isNaN(scores[r][i])) {
                    total[i] += rewards.get(r).weight() * scores[r][i];
                }
            }
        }
        return total;
    }
}
