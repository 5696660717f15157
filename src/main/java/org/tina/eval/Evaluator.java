package org.tina.eval;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.tina.data.Problem;
import org.tina.eval.CompletionLine.Key;
import org.tina.generate.Completion;
import org.tina.generate.Sampler;
import org.tina.generate.SamplingParams;
import org.tina.model.Policy;

/**
 * Asks a policy a benchmark's problems and judges what it answers. Settings are those of a new
 * evaluator; each {@code with} method gives a changed copy.
 */
public final class Evaluator {

    /** Told how far an evaluation is. */
    @FunctionalInterface
    public interface Progress {
        /**
         * Called after each completion, from the threads that sample, one call at a time.
         *
         * @param done completions finished, 1 to total
         * @param total completions asked for
         */
        void update(int done, int total);

        /** Something worth knowing about a log; goes to standard error if nobody takes it. */
        default void note(String line) {
            System.err.println(line);
        }
    }

    private static final int BENCHMARKS_OWN = 0;

    private final Policy policy;
    private final String name;
    private final int samples;
    private final Function<Problem, String> prompts;
    private final Progress progress;

    /** One sample a problem if the benchmark says no other, no system prompt, silent. */
    public Evaluator(Policy policy) {
        this(policy, "", BENCHMARKS_OWN, chat(policy, ""), (done, total) -> {});
    }

    private Evaluator(
            Policy policy,
            String name,
            int samples,
            Function<Problem, String> prompts,
            Progress progress) {
        this.policy = policy;
        this.name = name;
        this.samples = samples;
        this.prompts = prompts;
        this.progress = progress;
    }

    /** With n completions a problem, at least 1, whatever the benchmark says. */
    public Evaluator withSamples(int n) {
        if (n < 1) {
            throw new IllegalArgumentException("samples is " + n + ", must be at least 1");
        }
        return new Evaluator(policy, name, n, prompts, progress);
    }

    /** With a system message before each problem; an empty one is left out. */
    public Evaluator withSystemPrompt(String systemPrompt) {
        return withPrompts(chat(policy, systemPrompt));
    }

    /** With another way from a problem to its prompt's text, such as a recipe's. */
    public Evaluator withPrompts(Function<Problem, String> prompts) {
        return new Evaluator(policy, name, samples, prompts, progress);
    }

    /** The model's own chat layout. */
    private static Function<Problem, String> chat(Policy policy, String systemPrompt) {
        return problem -> policy.model().chatTemplate().prompt(systemPrompt, problem.problem());
    }

    /** With someone to tell how far it is. */
    public Evaluator withProgress(Progress progress) {
        return new Evaluator(policy, name, samples, prompts, progress);
    }

    /** With a name for the policy in logs, such as its adapter's directory. */
    public Evaluator withName(String name) {
        return new Evaluator(policy, name, samples, prompts, progress);
    }

    /**
     * Samples completions of every problem and judges them. Repeatable: the same policy, benchmark
     * and parameters give the same answers.
     *
     * @param params of the draw; the length cap is the smaller of theirs and the benchmark's
     * @throws IllegalArgumentException for a problem whose prompt is too long for the model, naming
     *     its index
     */
    public Evaluation evaluate(Benchmark benchmark, SamplingParams params) {
        Map<Key, Completion> completions = new ConcurrentHashMap<>();
        List<Key> wanted = keys(benchmark, params.seed());
        double seconds = sample(benchmark, params, wanted, completions::put);
        List<Answer> answers = new ArrayList<>();
        int n = samples(benchmark);
        for (int i = 0; i < wanted.size(); i += n) {
            Problem problem = benchmark.problems().get(wanted.get(i).problem());
            List<Completion> own = wanted.subList(i, i + n).stream().map(completions::get).toList();
            answers.add(Answer.judge(problem, own, benchmark.answers()));
        }
        return new Evaluation(benchmark.name(), answers, seconds);
    }

    /**
     * As {@link #evaluate(Benchmark, SamplingParams)}, each completion written to a directory as it
     * ends. What the directory has of the same evaluation is not sampled again, be it an earlier
     * one with fewer samples or one that was killed; those of other seeds stay beside it.
     *
     * @param directory made if it isn't there; {@link EvaluationLog} says what it holds
     * @throws IllegalArgumentException if it is another evaluation's, naming the setting that
     *     differs
     * @throws java.io.UncheckedIOException if it can't be written
     */
    public Evaluation evaluate(Benchmark benchmark, SamplingParams params, Path directory) {
        JsonObject settings = settings(benchmark, params);
        try (EvaluationLog log =
                EvaluationLog.open(directory, benchmark, settings, progress::note)) {
            List<Key> wanted = keys(benchmark, params.seed());
            List<Key> missing = wanted.stream().filter(key -> log.find(key) == null).toList();
            if (missing.size() < wanted.size()) {
                progress.note(
                        "%s: %d of %d completions are there already"
                                .formatted(
                                        directory, wanted.size() - missing.size(), wanted.size()));
            }
            double seconds = sample(benchmark, params, missing, log::add);
            long tokens = missing.stream().mapToLong(key -> log.find(key).length()).sum();
            log.finish(tokens, seconds);
            return log.evaluation(params.seed(), samples(benchmark));
        }
    }

    /**
     * Tells evaluations apart: one takes up another's log if and only if theirs are the same.
     * Neither the seed nor the number of samples is in it.
     */
    public String fingerprint(Benchmark benchmark, SamplingParams params) {
        JsonObject settings = settings(benchmark, params);
        EvaluationLog.NOT_COMPARED.forEach(settings::remove);
        return Fingerprint.of(List.of(settings.toString()));
    }

    private int samples(Benchmark benchmark) {
        return samples == BENCHMARKS_OWN ? benchmark.samples() : samples;
    }

    /** All completions that are asked for, problem by problem. */
    private List<Key> keys(Benchmark benchmark, long seed) {
        List<Key> keys = new ArrayList<>();
        for (int problem = 0; problem < benchmark.problems().size(); problem++) {
            for (int sample = 0; sample < samples(benchmark); sample++) {
                keys.add(new Key(seed, problem, sample));
            }
        }
        return keys;
    }

    /** Samples completions, in any order, and returns the seconds that it took. */
    private double sample(
            Benchmark benchmark,
            SamplingParams params,
            List<Key> keys,
            BiConsumer<Key, Completion> ended) {
        Map<Integer, List<Integer>> numbers = new LinkedHashMap<>();
        keys.forEach(
                key ->
                        numbers.computeIfAbsent(key.problem(), p -> new ArrayList<>())
                                .add(key.sample()));
        List<Sampler.Request> requests = new ArrayList<>();
        numbers.forEach(
                (problem, samples) ->
                        requests.add(
                                new Sampler.Request(
                                        policy.model()
                                                .tokenizer()
                                                .encode(prompt(benchmark, problem)),
                                        problem,
                                        samples)));
        long begin = System.nanoTime();
        new Sampler(policy)
                .generate(
                        requests,
                        params.withMaxNewTokens(cap(benchmark, params)),
                        new Counted(params.seed(), keys.size(), ended));
        return (System.nanoTime() - begin) / 1e9;
    }

    private String prompt(Benchmark benchmark, int problem) {
        return prompts.apply(benchmark.asked(benchmark.problems().get(problem)));
    }

    private static int cap(Benchmark benchmark, SamplingParams params) {
        return Math.min(params.maxNewTokens(), benchmark.maxNewTokens());
    }

    /** Hands completions on as they end, and counts them. */
    private final class Counted implements Sampler.Listener {
        private final long seed;
        private final int total;
        private final BiConsumer<Key, Completion> ended;
        private int done;

        Counted(long seed, int total, BiConsumer<Key, Completion> ended) {
            this.seed = seed;
            this.total = total;
            this.ended = ended;
        }

        @Override
        public void onTokens(int prompt, int completion, int[] tokens) {}

        @Override
        public void onCompletion(int prompt, int completion, Completion text) {
            ended.accept(new Key(seed, prompt, completion), text);
            synchronized (this) {
                progress.update(++done, total);
            }
        }
    }

    /** All that decides on the answers, but the seed and how many are drawn. */
    private JsonObject settings(Benchmark benchmark, SamplingParams params) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < benchmark.problems().size(); i++) {
            texts.add(prompt(benchmark, i));
        }
        boolean trained = policy.size() > 0;
        JsonObject settings = new JsonObject();
        settings.addProperty("benchmark", benchmark.name());
        settings.addProperty("answers", benchmark.answers().name());
        settings.addProperty("problems", benchmark.problems().size());
        settings.addProperty("model", policy.model().name());
        settings.addProperty("policy", name);
        settings.addProperty("temperature", params.temperature());
        settings.addProperty("top_p", params.topP());
        settings.addProperty("top_k", params.topK());
        settings.addProperty("min_p", params.minP());
        settings.addProperty("max_new_tokens", cap(benchmark, params));
        settings.addProperty("banned", params.banned().toString());
        settings.addProperty("prompts", Fingerprint.of(texts));
        settings.addProperty("model_weights", Fingerprint.ofModel(policy.model().directory()));
        settings.addProperty(
                "policy_weights", trained ? Fingerprint.of(policy.parameters()) : "none");
        return settings;
    }
}
