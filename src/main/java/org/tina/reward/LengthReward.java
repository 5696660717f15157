package org.tina.reward;

import java.util.Arrays;
import java.util.IntSummaryStatistics;
import java.util.List;
import org.tina.data.Problem;

/**
 * Pays right answers that are shorter than others of their group (Kimi 1.5, arXiv 2501.12599,
 * section 2.3.3):
 *
 * <pre>
 *   v = 0.5 − (length − shortest) / (longest − shortest)
 *   right: v;  wrong: min(0, v);  all of one length: 0
 * </pre>
 *
 * <p>Lengths are in characters. If the gold answer can't be read, every answer counts as right.
 */
public record LengthReward() implements GroupReward {
    @Override
    public double[] scores(List<Problem> problems, List<String> completions) {
        int[] lengths = completions.stream().mapToInt(Rewards::length).toArray();
        IntSummaryStatistics all = Arrays.stream(lengths).summaryStatistics();
        double[] scores = new double[lengths.length];
        if (Rewards.allEqual(lengths)) {
            return scores;
        }
        for (int i = 0; i < scores.length; i++) {
            double v = 0.5 - (lengths[i] - all.getMin()) / (double) (all.getMax() - all.getMin());
            boolean right = Rewards.notWrong(problems.get(i), completions.get(i));
            scores[i] = right ? v : Math.min(0, v);
        }
        return scores;
    }
}
