package org.tina.generate;

import java.util.List;

/**
 * How completions are drawn. Filters apply in transformers' order: temperature, top-k, top-p,
 * min-p.
 *
 * @param temperature at least 0; 0 takes the most likely token
 * @param topP in (0, 1]: the smallest set of tokens whose probability reaches it; 1 keeps all
 * @param topK the k most likely tokens; 0 keeps all
 * @param minP in [0, 1]: tokens at least this fraction as likely as the most likely one; 0 keeps
 *     all
 * @param maxNewTokens at least 1
 * @param seed each completion has its own stream of random numbers, made from the seed, its
 *     prompt's place and its number, so that it does not depend on what it is batched with
 * @param banned token ids that are never drawn
 */
public record SamplingParams(
        double temperature,
        double topP,
        int topK,
        double minP,
        int maxNewTokens,
        long seed,
        List<Integer> banned) {

    public SamplingParams {
        require(
                temperature >= 0 && Double.isFinite(temperature),
                "temperature",
                temperature,
                "at least 0");
        require(topP > 0 && topP <= 1, "top_p", topP, "in (0, 1]");
        require(topK >= 0, "top_k", topK, "at least 0");
        require(minP >= 0 && minP <= 1, "min_p", minP, "in [0, 1]");
        require(maxNewTokens >= 1, "max_new_tokens", maxNewTokens, "at least 1");
        banned = List.copyOf(banned);
    }

    /** Plain sampling at a temperature, as GRPO needs it. */
    public static SamplingParams of(double temperature, int maxNewTokens) {
        return new SamplingParams(temperature, 1, 0, 0, maxNewTokens, 42, List.of());
    }

    /**
     * Tina's evaluation: temperature 0.6, top-p 0.95 (the paper's section 4); as long as a real
     * model's thoughts.
     */
    public static SamplingParams evaluation() {
        return new SamplingParams(0.6, 0.95, 0, 0, 32768, 42, List.of());
    }

    /**
     * The evaluation of <em>A Sober Look at Progress in Language Model Reasoning</em> (Hochlehnert
     * et al. 2025), which measured Tina's base again over several seeds: temperature 0.8, top-p
     * 0.9.
     */
    public static SamplingParams sober() {
        return evaluation().withTemperature(0.8).withTopP(0.9);
    }

    /** The most likely token at each step. */
    public static SamplingParams greedy(int maxNewTokens) {
        return of(0, maxNewTokens);
    }

    public SamplingParams withTemperature(double temperature) {
        return new SamplingParams(temperature, topP, topK, minP, maxNewTokens, seed, banned);
    }

    public SamplingParams withTopP(double topP) {
        return new SamplingParams(temperature, topP, topK, minP, maxNewTokens, seed, banned);
    }

    public SamplingParams withTopK(int topK) {
        return new SamplingParams(temperature, topP, topK, minP, maxNewTokens, seed, banned);
    }

    public SamplingParams withMinP(double minP) {
        return new SamplingParams(temperature, topP, topK, minP, maxNewTokens, seed, banned);
    }

    public SamplingParams withMaxNewTokens(int maxNewTokens) {
        return new SamplingParams(temperature, topP, topK, minP, maxNewTokens, seed, banned);
    }

    public SamplingParams withSeed(long seed) {
        return new SamplingParams(temperature, topP, topK, minP, maxNewTokens, seed, banned);
    }

    public SamplingParams withBanned(List<Integer> banned) {
        return new SamplingParams(temperature, topP, topK, minP, maxNewTokens, seed, banned);
    }

    /** As the tensor program takes them: temperature, top-p, min-p, top-k. */
    double[] filter() {
        return new double[] {temperature, topP, minP, topK};
    }

    long[] bannedTokens() {
        return banned.stream().mapToLong(Integer::longValue).toArray();
    }

    private static void require(boolean holds, String key, Object value, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException(key + " is " + value + ", must be " + allowed);
        }
    }
}
