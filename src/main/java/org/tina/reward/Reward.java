package org.tina.reward;

import java.util.List;
import org.tina.data.Problem;

/**
 * Says how good a completion is. One's own is a lambda: {@code (problem, completion) ->
 * completion.length() < 100 ? 1 : 0}. A reward that compares completions with each other is a
 * {@link GroupReward}.
 */
@FunctionalInterface
public interface Reward {
    /**
     * Scores one completion.
     *
     * @param completion the model's text, think and answer tags kept, end-of-text left out
     * @return any finite number; NaN for "no value" is an error unless {@link
     *     WeightedReward#orNoValue} allows it
     */
    double score(Problem problem, String completion);

    /**
     * Scores several completions.
     *
     * @param problems {@code [batch]}, the problem of each completion
     * @param completions {@code [batch]}
     * @return {@code [batch]}
     */
    default double[] scores(List<Problem> problems, List<String> completions) {
        if (problems.size() != completions.size()) {
            throw new IllegalArgumentException(
                    problems.size() + " problems for " + completions.size() + " completions");
        }
        double[] scores = new double[completions.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = score(problems.get(i), completions.get(i));
        }
        return scores;
    }

    /**
     * One of Tina's rewards by the name that recipes use.
     *
     * @param name see {@link Rewards}
     * @throws IllegalArgumentException if there is no such reward
     */
    static Reward named(String name) {
        return Rewards.named(name);
    }
}
