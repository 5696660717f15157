package org.tina.reward;

import java.util.List;
import org.tina.data.Problem;

/**
 * A reward that compares completions with each other. Training calls it once for each group, the G
 * completions of one problem: that is the batch which Tina's rewards saw, whose batch on a device
 * was one group. One's own is a lambda too: {@code GroupReward mine = (problems, completions) ->
 * …}.
 */
@FunctionalInterface
public interface GroupReward extends Reward {
    /**
     * Scores a group.
     *
     * @param problems {@code [group]}, the problem of each completion
     * @param completions {@code [group]}
     * @return {@code [group]}
     */
    @Override
    double[] scores(List<Problem> problems, List<String> completions);

    /** Scores a group of one. */
    @Override
    default double score(Problem problem, String completion) {
        return scores(List.of(problem), List.of(completion))[0];
    }
}
