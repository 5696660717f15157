package org.tina.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.tina.data.Problem;
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
    }

    private static final int BENCHMARKS_OWN = 0;

    private final Policy policy;
    private final int samples;
    private final Function<Problem, String> prompts;
    private final Progress progress;

    /** One sample a problem if the benchmark says no other, no system prompt, silent. */
    public Evaluator(Policy policy) {
        this(policy, BENCHMARKS_OWN, chat(policy, ""), (done, total) -> {});
    }

    private Evaluator(
            Policy policy, int samples, Function<Problem, String> prompts, Progress progress) {
        this.policy = policy;
        this.samples = samples;
        this.prompts = prompts;
        this.progress = progress;
    }

    /** With n completions a problem, at least 1, whatever the benchmark says. */
    public Evaluator withSamples(int n) {
        if (n < 1) {
            throw new IllegalArgumentException("samples is " + n + ", must be at least 1");
        }
        return new Evaluator(policy, n, prompts, progress);
    }

    /** With a system message before each problem; an empty one is left out. */
    public Evaluator withSystemPrompt(String systemPrompt) {
        return withPrompts(chat(policy, systemPrompt));
    }

    /** With another way from a problem to its prompt's text, such as a recipe's. */
    public Evaluator withPrompts(Function<Problem, String> prompts) {
        return new Evaluator(policy, samples, prompts, progress);
    }

    /** The model's own chat layout. */
    private static Function<Problem, String> chat(Policy policy, String systemPrompt) {
        return problem -> policy.model().chatTemplate().prompt(systemPrompt, problem.problem());
    }

    /** With someone to tell how far it is. */
    public Evaluator withProgress(Progress progress) {
        return new Evaluator(policy, samples, prompts, progress);
    }

    /**
     * Samples completions of every problem and judges them by the accuracy reward. Repeatable: the
     * same policy, benchmark and parameters give the same answers.
     *
     * @param params of the draw; the length cap is the smaller of theirs and the benchmark's
     * @throws IllegalArgumentException for a problem whose prompt is too long for the model, naming
     *     its index
     */
    public Evaluation evaluate(Benchmark benchmark, SamplingParams params) {
        List<Problem> problems = benchmark.problems().problems();
        List<int[]> prompts = problems.stream().map(this::prompt).toList();
        int n = samples == BENCHMARKS_OWN ? benchmark.samples() : samples;
        int cap = Math.min(params.maxNewTokens(), benchmark.maxNewTokens());
        long begin = System.nanoTime();
        List<List<Completion>> completions =
                new Sampler(policy)
                        .generate(
                                prompts,
                                n,
                                params.withMaxNewTokens(cap),
                                finished(prompts, n, cap));
        double seconds = (System.nanoTime() - begin) / 1e9;
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < problems.size(); i++) {
            answers.add(Answer.judge(problems.get(i), completions.get(i)));
        }
        return new Evaluation(benchmark.name(), answers, seconds);
    }

    private int[] prompt(Problem problem) {
        return policy.model().tokenizer().encode(prompts.apply(problem));
    }

    /** Counts completions as they end: at a stop token, at the cap or at the model's longest. */
    private Sampler.Listener finished(List<int[]> prompts, int n, int cap) {
        List<Integer> stopTokens = policy.model().stopTokens();
        int longest = policy.model().config().maxPositions();
        int[][] lengths = new int[prompts.size()][n];
        Object oneAtATime = new Object();
        int[] done = {0};
        return (prompt, completion, tokens) -> {
            int length = lengths[prompt][completion] += tokens.length;
            boolean stopped = stopTokens.contains(tokens[tokens.length - 1]);
            if (stopped || length == Math.min(cap, longest - prompts.get(prompt).length)) {
                synchronized (oneAtATime) {
                    progress.update(++done[0], prompts.size() * n);
                }
            }
        };
    }
}
