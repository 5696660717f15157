package org.tina.reward;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.tina.data.Problem;

/**
 * A reward as one part of a sum.
 *
 * @param name what it is called in metrics: {@code rewards/<name>/mean}
 * @param weight its factor in the sum; finite, may be negative
 * @param reward the function
 * @param mayHaveNoValue whether the sum goes on without this reward where it throws or returns NaN
 *     or infinity; else that is an error
 */
public record WeightedReward(String name, double weight, Reward reward, boolean mayHaveNoValue) {
    /** Characters of a problem or a completion that an error shows. */
    private static final int SHOWN = 300;

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

    /** A reward that must have a value; only {@code accuracy} may go without. */
    public WeightedReward(String name, double weight, Reward reward) {
        this(name, weight, reward, reward == Rewards.ACCURACY);
    }

    /** One of Tina's rewards. */
    public static WeightedReward named(String name, double weight) {
        return new WeightedReward(name, weight, Reward.named(name));
    }

    /** The same, but where it throws or returns no finite number it is left out of the sum. */
    public WeightedReward orNoValue() {
        return new WeightedReward(name, weight, reward, true);
    }

    /** The same with another factor in the sum. */
    public WeightedReward withWeight(double weight) {
        return new WeightedReward(name, weight, reward, mayHaveNoValue);
    }

    /**
     * Scores a group, unweighted, and holds the reward to its contract.
     *
     * @param problems {@code [group]}, the problem of each completion
     * @param completions {@code [group]}
     * @return {@code [group]}, finite or, if it may have no value, NaN
     * @throws IllegalStateException if the reward throws or returns no finite number; the message
     *     names the reward, the problem and the completion
     */
    public double[] scores(List<Problem> problems, List<String> completions) {
        if (reward instanceof GroupReward) {
            return checked(problems, completions);
        }
        double[] scores = new double[completions.size()];
        for (int i = 0; i < scores.length; i++) { // so that one that fails is known, and alone
            scores[i] = checked(problems.subList(i, i + 1), completions.subList(i, i + 1))[0];
        }
        return scores;
    }

    private double[] checked(List<Problem> problems, List<String> completions) {
        double[] scores;
        try {
            scores = reward.scores(problems, completions).clone();
        } catch (RuntimeException | StackOverflowError e) { // the latter a regular expression's
            if (!mayHaveNoValue) {
                throw new IllegalStateException(
                        "reward " + name + " failed: " + e + where(problems, completions, 0), e);
            }
            scores = new double[completions.size()];
            Arrays.fill(scores, Double.NaN);
        }
        if (scores.length != completions.size()) {
            throw new IllegalStateException(
                    "reward %s gave %d scores for %d completions"
                                    .formatted(name, scores.length, completions.size())
                            + where(problems, completions, 0));
        }
        for (int i = 0; i < scores.length; i++) {
            if (!Double.isFinite(scores[i])) {
                scores[i] = noValue(scores[i], problems, completions, i);
            }
        }
        return scores;
    }

    private double noValue(double score, List<Problem> problems, List<String> completions, int i) {
        if (mayHaveNoValue) {
            return Double.NaN;
        }
        throw new IllegalStateException(
                "reward %s gave %s, must be a finite number (orNoValue() or, in a recipe,"
                                .formatted(name, score)
                        + " reward_errors: no_value leaves such values out)"
                        + where(problems, completions, i));
    }

    /** What was scored; of a group that failed as a whole, its first completion. */
    private static String where(List<Problem> problems, List<String> completions, int i) {
        return "; problem: %s; completion%s: %s"
                .formatted(
                        shortened(problems.get(i).problem()),
                        completions.size() == 1
                                ? ""
                                : " %d of %d".formatted(i + 1, completions.size()),
                        shortened(completions.get(i)));
    }

    private static String shortened(String text) {
        String line = text.replace("\n", "\\n");
        return line.length() <= SHOWN
                ? line
                : line.substring(0, SHOWN) + "… (%,d characters)".formatted(text.length());
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
