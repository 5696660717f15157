package org.tina.generate;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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

        /** Called once a completion has ended, after its last tokens. */
        default void onCompletion(int prompt, int completion, Completion ended) {}
    }

    /**
     * Which completions of a prompt to sample. One that is sampled alone, or later, is the one that
     * it would have been among all.
     *
     * @param prompt token ids, at least one and fewer than the model's longest sequence
     * @param place the prompt's index among all prompts, which decides on the random numbers
     * @param numbers of the completions, from 0, which do too
     */
    public record Request(int[] prompt, int place, List<Integer> numbers) {}

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
        if (n < 1) {
            throw new IllegalArgumentException("n is " + n + ", must be at least 1");
        }
        List<Integer> numbers = IntStream.range(0, n).boxed().toList();
        List<Request> requests = new ArrayList<>();
        for (int p = 0; p < prompts.size(); p++) {
            requests.add(new Request(prompts.get(p), p, numbers));
        }
        return generate(requests, params, listener);
    }

    /**
     * Samples some completions of some prompts, such as those that an earlier call was stopped
     * before.
     *
     * @return for each request its completions, in the order of their numbers
     * @throws IllegalArgumentException as {@link #generate(List, int, SamplingParams, Listener)}
     */
    public List<List<Completion>> generate(
            List<Request> requests, SamplingParams params, Listener listener) {
        check(requests, params);
        CausalLM model = policy.model();
        int total = requests.stream().mapToInt(request -> request.numbers.size()).sum();
        // half batches on a core each beat one batch on all cores, where the model is small
        int batches = Math.max(1, Math.min(model.groupsAtOnce(), total));
        List<Batch> work = batches(batches, (total + batches - 1) / batches, params, listener);
        // a prompt's completions stay together unless there are fewer prompts than batches
        int most = (batches + requests.size() - 1) / Math.max(1, requests.size());
        List<List<Row>> rows = new ArrayList<>();
        int next = 0;
        for (Request request : requests) {
            int n = request.numbers.size();
            List<Row> group = new ArrayList<>();
            for (int number : request.numbers) {
                group.add(new Row(request.prompt, request.place, number, params.seed()));
            }
            int pieces = Math.min(n, most);
            for (int piece = 0; piece < pieces; piece++) {
                work.get(next++ % batches)
                        .add(group.subList(piece * n / pieces, (piece + 1) * n / pieces));
            }
            rows.add(group);
        }
        // for the same reason its single row gets one thread: two wait for each other in
        // every product: 64 tokens with 40M parameters took 1.93 s on two and 1.49 s on one
        Workers.map(
                batches,
                Workers.cores() / model.groupsAtOnce(),
                work,
                batch -> {
                    batch.run();
                    return null;
                });
        return rows.stream().map(group -> group.stream().map(Row::completion).toList()).toList();
    }

    private List<Batch> batches(int n, int rows, SamplingParams params, Listener listener) {
        CausalLM model = policy.model();
        Supplier<Batch> batch;
        if (JavaDecoder.suits(policy, rows)) {
            ArrayWeights weights = ArrayWeights.of(policy);
            Team team = new Team(Workers.cores() / n);
            int tokens = Math.min(tokensInFlight, JavaDecoder.tokensInHeap(model)) / n;
            Handover<JavaBatch.Begun> handover = new Handover<>();
            batch = () -> new JavaBatch(model, weights, params, tokens, team, handover, listener);
        } else {
            Object[] arguments = policy.decodingArguments();
            batch = () -> new TensorBatch(model, arguments, params, tokensInFlight / n, listener);
        }
        return Stream.generate(batch).limit(n).toList();
    }

    /**
     * The probabilities with which the token after a prompt is drawn: the model's own at the
     * temperature, without what filters and bans take away, adding up to 1.
     *
     * @param prompt as in {@link #generate(List, int, SamplingParams, Listener)}
     * @return {@code [vocabulary]}
     */
    public float[] distribution(int[] prompt, SamplingParams params) {
        check(List.of(new Request(prompt, 0, List.of(0))), params);
        float[] logits = policy.logits(prompt)[prompt.length - 1];
        long[] banned = params.bannedTokens();
        try (NDManager scratch = policy.newManager()) {
            return policy.model()
                    .program()
                    .call(scratch, "distribution", logits, banned, params.filter())
                    .get(0)
                    .toFloatArray();
        }
    }

    private void check(List<Request> requests, SamplingParams params) {
        int longest = policy.model().config().maxPositions();
        for (Request request : requests) {
            int length = request.prompt.length;
            if (length == 0 || length >= longest) {
                throw new IllegalArgumentException(
                        "prompt "
                                + request.place
                                + " has "
                                + length
                                + " tokens, must have 1 to "
                                + (longest - 1)
                                + " (the model's max_position_embeddings is "
                                + longest
                                + ")");
            }
            for (int token : request.prompt) {
                requireToken("prompt " + request.place, token);
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
