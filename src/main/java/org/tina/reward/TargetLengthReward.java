package org.tina.reward;

import java.util.List;
import java.util.function.ToIntFunction;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.tina.data.Problem;

/**
 * Pays answers of the length that the problem asks for (L1, Aggarwal and Welleck 2025, arXiv
 * 2503.04697):
 *
 * <pre>
 *   exact  right: 1 − alpha · |length − target|;                  wrong: −alpha · |length − target|
 *   max    right: clip(alpha · (target − length) + 0.5, 0, 1);    wrong: 0
 * </pre>
 *
 * <p>As in Tina all of a group get 0 if they have one length, and if the gold answer can't be read
 * every answer counts as right. The length is in characters, though the target speaks of tokens:
 * that is Tina's too.
 *
 * @param kind which of the two
 * @param alpha price of a character, at least 0
 * @param target the length that a problem asks for
 */
public record TargetLengthReward(Kind kind, double alpha, ToIntFunction<Problem> target)
        implements GroupReward {

    /** Whether the target is to be met or not to be exceeded. */
    public enum Kind {
        EXACT {
            @Override
            double value(boolean right, double distance) {
                return (right ? 1 : 0) - Math.abs(distance);
            }
        },
        MAX {
            @Override
            double value(boolean right, double distance) {
                return right ? Math.max(0, Math.min(1, distance + 0.5)) : 0;
            }
        };

        /**
         * @param distance alpha · (target − length)
         */
        abstract double value(boolean right, double distance);
    }

    /** Tina's price of a character. */
    public static final double TINAS_ALPHA = 0.0003;

    private static final Pattern ASKED = Pattern.compile("Think for (\\d{1,9}) tokens");

    public TargetLengthReward {
        if (!(alpha >= 0 && Double.isFinite(alpha))) {
            throw new IllegalArgumentException("alpha is " + alpha + ", must be at least 0");
        }
    }

    /** Tina's: alpha 0.0003, the target where {@link #asked} finds it. */
    public static TargetLengthReward tina(Kind kind) {
        return new TargetLengthReward(kind, TINAS_ALPHA, TargetLengthReward::asked);
    }

    /**
     * The target length that a problem's text asks for: {@code Think for 1200 tokens}, the last one
     * if there are several.
     *
     * @throws IllegalArgumentException if it asks for none
     */
    public static int asked(Problem problem) {
        return ASKED.matcher(problem.problem())
                .results()
                .reduce((first, last) -> last)
                .map((MatchResult found) -> Integer.parseInt(found.group(1)))
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "the problem asks for no length; set max_target_length in"
                                                + " the recipe, or add \"Think for N tokens.\""
                                                + " to its text"));
    }

    @Override
    public double[] scores(List<Problem> problems, List<String> completions) {
        int[] lengths = completions.stream().mapToInt(Rewards::length).toArray();
        double[] scores = new double[lengths.length];
        for (int i = 0; i < scores.length; i++) {
            double distance = alpha * (target.applyAsInt(problems.get(i)) - lengths[i]);
            boolean right = Rewards.notWrong(problems.get(i), completions.get(i));
            scores[i] = kind.value(right, distance);
        }
        return Rewards.allEqual(lengths) ? new double[lengths.length] : scores;
    }
}
