package org.tina.analysis;

import java.util.ArrayList;
import java.util.List;
import org.tina.generate.Completion;
import org.tina.model.Group;
import org.tina.model.Policy;

/**
 * A completion token by token: how a policy and its base see it, and what GRPO's step made of it.
 *
 * @param completion {@code [M]} tokens
 * @param advantage the completion's in its group; NaN if it was in none
 * @param pieces {@code [M]}, each token's text, special ones written out
 * @param logProbs {@code [M]}, log π of each token under the policy, in nats
 * @param baseLogProbs {@code [M]}, the same under the base
 * @param entropies {@code [M]}, of the policy's distribution before each token, in nats
 */
public record TokenScores(
        Completion completion,
        double advantage,
        List<String> pieces,
        float[] logProbs,
        float[] baseLogProbs,
        float[] entropies) {

    /**
     * Scores a completion: one forward pass of each policy.
     *
     * @param prompt at least one token
     * @param advantage the completion's in its group; NaN if it was in none
     * @param temperature divides the logits of both, above 0; the loss's, for the figures that
     *     training sees
     */
    public static TokenScores of(
            Policy policy,
            Policy base,
            int[] prompt,
            Completion completion,
            double advantage,
            double temperature) {
        Group group = Group.of(prompt, List.of(completion.tokens()));
        Policy.Scores scores = policy.scores(group, temperature);
        List<String> pieces = new ArrayList<>();
        for (int token : completion.tokens()) {
            pieces.add(policy.model().tokenizer().decode(new int[] {token}, false));
        }
        return new TokenScores(
                completion,
                advantage,
                pieces,
                scores.logProbs(),
                base.logProbs(group, temperature),
                scores.entropies());
    }

    /** The number of tokens. */
    public int length() {
        return pieces.size();
    }

    /** log π − log π_base: above 0 where training has made the token likelier. */
    public double logRatio(int token) {
        return (double) logProbs[token] - baseLogProbs[token];
    }

    /** The token's KL to the base by GRPO's estimator, π_base / π − log(π_base / π) − 1. */
    public double kl(int token) {
        double gap = -logRatio(token);
        return Math.exp(gap) - gap - 1;
    }

    /**
     * How the step pulled at the token: {@code A · (1 − π)}, with π when it was sampled. It is the
     * gradient of A times the ratio π / π_old by the token's own logit, as the step saw it, but for
     * the temperature: nothing for a token that was certain, whatever its completion is worth.
     *
     * @return NaN without an advantage
     */
    public double credit(int token) {
        return advantage * (1 - Math.exp(completion.logProbs()[token]));
    }
}
