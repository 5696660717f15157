package org.tina.reward;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.tina.data.Problem;

/**
 * Takes off for saying things twice (Yeo et al. 2025, arXiv 2502.03373, appendix C.2): {@code
 * maxPenalty · (1 − different n-grams / all n-grams)} over lower-case words. 0 for a text of fewer
 * than n words.
 *
 * @param nGrams words a phrase, at least 1
 * @param maxPenalty what nothing but repetition would get, at most 0
 */
public record RepetitionPenalty(int nGrams, double maxPenalty) implements Reward {
    private static final Pattern SPACE = Pattern.compile("(?U)\\s+");

    public RepetitionPenalty {
        if (nGrams < 1) {
            throw new IllegalArgumentException(
                    "repetition_n_grams is " + nGrams + ", must be at least 1");
        }
        if (!(maxPenalty <= 0 && Double.isFinite(maxPenalty))) {
            throw new IllegalArgumentException(
                    "repetition_max_penalty is " + maxPenalty + ", must be at most 0");
        }
    }

    /** Tina's settings: phrases of 3 words, down to -1. */
    public static RepetitionPenalty tina() {
        return new RepetitionPenalty(3, -1);
    }

    @Override
    public double score(Problem problem, String completion) {
        List<String> words =
                Arrays.stream(SPACE.split(completion.toLowerCase(Locale.ROOT)))
                        .filter(word -> !word.isEmpty())
                        .toList();
        int all = words.size() - nGrams + 1;
        if (all < 1) {
            return 0;
        }
        Set<List<String>> different = new HashSet<>();
        for (int i = 0; i < all; i++) {
            different.add(words.subList(i, i + nGrams));
        }
        return all == different.size() ? 0 : maxPenalty * (1 - (double) different.size() / all);
    }
}
