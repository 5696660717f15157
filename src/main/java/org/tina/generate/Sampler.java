package org.tina.generate;

import java.util.ArrayList;
import java.util.List;
import org.tina.model.CausalLM;
import org.tina.model.Policy;
import org.tina.model.Workers;

/**
 * Samples completions from a policy, many at a time: each prompt is prefilled once for all its
 * completions, rows that finish leave the batch and waiting ones take their place. The work is
 * bounded by {@link #DEFAULT_TOKENS_IN_FLIGHT} tokens of key/value cache.
 */
public final class Sampler {

    /**
     * Tokens that all key/value caches together may hold; a 1.5B model's take 28 KB each in
     * bfloat16.
     */
    public static final int DEFAULT_TOKENS_IN_FLIGHT = 1 << 17;

    /**
     * Called as completions grow, from the threads that decode: one call at a time for a given
     * completion.
     */
    @FunctionalInterface
    public interface Listener {
        /**
         * @param prompt index of the prompt
         * @param completion number of its completion, from 0
         * @param tokens the new tokens; those of one completion come in order
         */
        void onTokens(int prompt, int completion, int[] tokens);
    }

    private final Policy policy;
    private final int tokensInFlight;

    public Sampler(Policy policy) {
        this(policy, DEFAULT_TOKENS_IN_FLIGHT);
    }

    /**
     * @param tokensInFlight cap on cached tokens, so that memory stays bounded; at least one row is
     *     always decoded
     */
    public Sampler(Policy policy, int tokensInFlight) {
        this.policy = policy;
        this.tokensInFlight = tokensInFlight;
    }

    /** Samples without a listener. */
    public List<List<Completion>> generate(List<int[]> prompts, int n, SamplingParams params) {
        return generate(prompts, n, params, (prompt, completion, tokens) -> {});
    }

    /**
     * Samples {@code n} completions of each prompt.
     *
     * @param prompts token ids, each at least one token and shorter than the model's longest
     *     sequence
     * @param n at least 1
     * @return for each prompt its n completions
     * @throws IllegalArgumentException for a prompt that is empty or too long, or a token id that
     *     the model does not have, naming its place
     * @throws IllegalStateException if the model's logits are not finite
     */
    public List<List<Completion>> generate(
            List<int[]> prompts, int n, SamplingParams params, Listener listener) {
        check(prompts, n, params);
        CausalLM model = policy.model();
        // half batches on a core each beat one batch on all cores, where the model is small
        int batches = Math.max(1, Math.min(model.groupsAtOnce(), prompts.size() * n));
        List<Batch> work = new ArrayList<>();
        Object[] arguments = policy.decodingArguments();
        for (int b = 0; b < batches; b++) {
            work.add(new Batch(model, arguments, params, tokensInFlight / batches, listener));
        }
        // a prompt's completions stay together unless there are fewer prompts than batches
        int pieces = Math.min(n, (batches + prompts.size() - 1) / Math.max(1, prompts.size()));
        List<Batch.Row[]> rows = new ArrayList<>();
        int next = 0;
        for (int p = 0; p < prompts.size(); p++) {
            Batch.Row[] group = new Batch.Row[n];
            for (int piece = 0; piece < pieces; piece++) {
                int from = piece * n / pieces;
                int to = (piece + 1) * n / pieces;
                List<Batch.Row> part = new ArrayList<>();
                for (int i = from; i < to; i++) {
                    group[i] = new Batch.Row(prompts.get(p), p, i, params.seed());
                    part.add(group[i]);
                }
                work.get(next++ % batches).add(part);
            }
            rows.add(group);
        }
        Workers.map(
                batches,
                work,
                batch -> {
                    batch.run();
                    return null;
                });
        List<List<Completion>> out = new ArrayList<>();
        for (Batch.Row[] group : rows) {
            List<Completion> completions = new ArrayList<>();
            for (Batch.Row row : group) {
                completions.add(row.completion(model));
            }
            out.add(completions);
        }
        return out;
    }

    private void check(List<int[]> prompts, int n, SamplingParams params) {
        if (n < 1) {
            throw new IllegalArgumentException("n is " + n + ", must be at least 1");
        }
        int longest = policy.model().config().maxPositions();
        for (int p = 0; p < prompts.size(); p++) {
            int length = prompts.get(p).length;
            if (length == 0 || length >= longest) {
                throw new IllegalArgumentException(
                        "prompt "
                                + p
                                + " has "
                                + length
                                + " tokens, must have 1 to "
                                + (longest - 1)
                                + " (the model's max_position_embeddings is "
                                + longest
                                + ")");
            }
            for (int token : prompts.get(p)) {
                requireToken("prompt " + p, token);
            }
        }
        params.banned().forEach(token -> requireToken("banned", token));
    }

    private void requireToken(String where, int token) {
        int vocabulary = policy.model().config().vocabSize();
        if (token < 0 || token >= vocabulary) {
            throw new IllegalArgumentException(
                    where + " has token id " + token + ", must be 0 to " + (vocabulary - 1));
        }
    }
}
