package org.tina.notebook;

import org.tina.analysis.TokenScores;

/** What a viewer colours tokens by; an enum's text is what the page shows. */
public enum TokenColor {
    /** How the step pulled at each token, see {@link TokenScores#credit}. */
    CREDIT(
            "credit",
            "advantage × (1 − probability when sampled): how the step pulled; the base's answer has none",
            true) {
        @Override
        double of(TokenScores scores, int token) {
            return scores.credit(token);
        }
    },
    /** What training has done to each token, see {@link TokenScores#logRatio}. */
    LOG_RATIO(
            "log-probability ratio",
            "log π − log π of the base: above 0 where training made the token likelier",
            true) {
        @Override
        double of(TokenScores scores, int token) {
            return scores.logRatio(token);
        }
    },
    /** How far each token is from the base, see {@link TokenScores#kl}. */
    KL("KL", "GRPO's estimate of the divergence from the base, in nats", false) {
        @Override
        double of(TokenScores scores, int token) {
            return scores.kl(token);
        }
    },
    /** How open the choice of each token is. */
    ENTROPY("entropy", "of the distribution that the token was drawn from, in nats", false) {
        @Override
        double of(TokenScores scores, int token) {
            return scores.entropies()[token];
        }
    };

    private final String label;
    final String meaning;

    /** Whether values may be below 0. */
    final boolean signed;

    TokenColor(String label, String meaning, boolean signed) {
        this.label = label;
        this.meaning = meaning;
        this.signed = signed;
    }

    /** NaN for none. */
    abstract double of(TokenScores scores, int token);

    @Override
    public String toString() {
        return label;
    }
}
