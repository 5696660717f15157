package org.tina.reward;

import org.tina.data.Problem;

/**
 * Pays by length along half a cosine wave, right and wrong answers on curves of their own (Yeo et
 * al. 2025, arXiv 2502.03373):
 *
 * <pre>
 *   value = low + ½ (high − low) (1 + cos(π · length / maxLen))
 *   right: low = minCorrect, high = maxCorrect;  wrong: low = maxWrong, high = minWrong
 * </pre>
 *
 * <p>So an empty completion gets {@code high} and one of {@code maxLen} characters {@code low}. As
 * in Tina the length is in characters and goes on beyond {@code maxLen}, where the wave rises
 * again. If the gold answer can't be read, 1.
 *
 * @param minWrong a wrong answer of length 0
 * @param maxWrong a wrong answer of length {@code maxLen}
 * @param minCorrect a right answer of length {@code maxLen}
 * @param maxCorrect a right answer of length 0
 * @param maxLen characters of half a wave, at least 1
 */
public record CosineReward(
        double minWrong, double maxWrong, double minCorrect, double maxCorrect, int maxLen)
        implements Reward {

    public CosineReward {
        requireFinite("cosine_min_value_wrong", minWrong);
        requireFinite("cosine_max_value_wrong", maxWrong);
        requireFinite("cosine_min_value_correct", minCorrect);
        requireFinite("cosine_max_value_correct", maxCorrect);
        if (maxLen < 1) {
            throw new IllegalArgumentException(
                    "cosine_max_len is " + maxLen + ", must be at least 1");
        }
    }

    /** Tina's defaults: wrong 0 to -0.5, right 1 to 0.5 over 1000 characters. */
    public static CosineReward tina() {
        return new CosineReward(0, -0.5, 0.5, 1, 1000);
    }

    /** The same values over another length; Tina's recipes have 3584. */
    public CosineReward withMaxLen(int characters) {
        return new CosineReward(minWrong, maxWrong, minCorrect, maxCorrect, characters);
    }

    @Override
    public double score(Problem problem, String completion) {
        double accuracy = Rewards.accuracy(problem, completion);
        return Double.isNaN(accuracy) ? 1 : value(accuracy == 1, Rewards.length(completion));
    }

    /**
     * The formula.
     *
     * @param length characters
     */
    public double value(boolean right, int length) {
        double low = right ? minCorrect : maxWrong;
        double high = right ? maxCorrect : minWrong;
        return low + 0.5 * (high - low) * (1 + Math.cos(Math.PI * length / maxLen));
    }

    private static void requireFinite(String key, double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(key + " is " + value + ", must be a finite number");
        }
    }
}
