package org.tina.grpo;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.tina.data.Problem;
import org.tina.data.ProblemSet;
import org.tina.generate.Completion;
import org.tina.generate.Sampler;
import org.tina.model.Group;
import org.tina.model.Policy;
import org.tina.model.Policy.Gradient;
import org.tina.model.Workers;
import org.tina.reward.WeightedReward;

/**
 * Group relative policy optimization (Shao et al. 2024, algorithm 1) as Tina runs it. {@link #step}
 * is the paper's loop body: sample a group for each problem, score it, turn scores into advantages,
 * descend the loss.
 *
 * <p>How it differs from the paper:
 *
 * <ol>
 *   <li>On-policy, one update a batch unless {@code num_iterations} says more, so that the clipped
 *       ratio is 1 and only its gradient matters.
 *   <li>The reference is the policy without its training: for LoRA the adapter switched off. It
 *       never moves.
 *   <li>Averages are over the whole step, not over each micro-batch: accumulation changes nothing.
 * </ol>
 *
 * <p>Holds native memory: close it, before the policy.
 */
public final class GrpoTrainer implements AutoCloseable {

    private static final float[] NONE = {};

    /**
     * Completions of one problem that are computed together, and what the loss needs for each of
     * their tokens.
     */
    private record MicroBatch(Group group, float[] advantages, float[] weights) {}

    private final Policy policy;
    private final Policy reference;
    private final ProblemSet problems;
    private List<WeightedReward> rewards;
    private GrpoConfig config;
    private final Function<Problem, String> prompts;
    private final AdamW optimizer;
    private Policy.Objective objective;
    private final Sampler sampler;
    private List<Problem> epoch; // this epoch's problems in its order
    private int step;
    private int updates;
    private long tokensSeen;
    private volatile List<RolloutGroup> lastGroups = List.of();

    /**
     * Prompts in the model's own chat layout, without a system prompt.
     *
     * @param problems at least as many as a step takes; shuffled anew each epoch
     * @param rewards at least one
     */
    public GrpoTrainer(
            Policy policy, ProblemSet problems, List<WeightedReward> rewards, GrpoConfig config) {
        this(
                policy,
                problems,
                rewards,
                config,
                problem -> policy.model().chatTemplate().prompt("", problem.problem()));
    }

    /**
     * @param problems at least as many as a step takes; shuffled anew each epoch
     * @param rewards at least one
     * @param prompts the text of a problem's prompt, special tokens written out
     */
    public GrpoTrainer(
            Policy policy,
            ProblemSet problems,
            List<WeightedReward> rewards,
            GrpoConfig config,
            Function<Problem, String> prompts) {
        if (policy.size() == 0) {
            throw new IllegalArgumentException(
                    "the policy has nothing to train; inject an adapter, or use Policy.full");
        }
        if (problems.size() < config.promptsPerStep()) {
            throw new IllegalArgumentException(
                    problems.name()
                            + " has "
                            + problems.size()
                            + " problems, a step takes "
                            + config.promptsPerStep());
        }
        this.policy = policy;
        this.reference = policy.reference();
        this.problems = problems;
        this.prompts = prompts;
        this.optimizer = new AdamW(policy, config.optimizer());
        this.sampler = new Sampler(policy);
        use(config, rewards);
    }

    /**
     * Goes on with other settings from the next step on: learning rate and its schedule, sampling,
     * KL penalty, loss and rewards may change; what makes the order of the problems and the
     * optimizer stays.
     *
     * @param rewards at least one
     */
    public void change(GrpoConfig config, List<WeightedReward> rewards) {
        if (config.promptsPerStep() != this.config.promptsPerStep()
                || config.seed() != this.config.seed()
                || !config.optimizer().equals(this.config.optimizer())) {
            throw new IllegalArgumentException(
                    "problems a step, seed and optimizer stay as they are for a whole training");
        }
        use(config, rewards);
    }

    private void use(GrpoConfig config, List<WeightedReward> rewards) {
        if (rewards.isEmpty()) {
            throw new IllegalArgumentException("rewards is empty, must name at least one");
        }
        this.rewards = List.copyOf(rewards);
        this.config = config;
        this.objective =
                new Policy.Objective(
                        config.lossTemperature(),
                        config.epsilon(),
                        config.epsilonHigh(),
                        config.delta(),
                        config.beta());
    }

    /**
     * One step of GRPO.
     *
     * @return what it measured
     * @throws IllegalStateException if a reward fails or the gradient is not finite; the policy
     *     keeps its last values
     */
    public StepMetrics step() {
        long begin = System.nanoTime();
        List<Problem> batch = nextProblems();
        List<int[]> prompts = batch.stream().map(this::prompt).toList();

        // G completions of each problem, sampled from the policy as it is
        List<List<Completion>> groups =
                sampler.generate(
                        prompts,
                        config.numGenerations(),
                        config.sampling(config.seed() * 1_000_003 + step));

        // rewards [functions][completions], and their weighted sum by group
        double[][] scores = score(batch, groups);
        double[][] totals = byGroup(WeightedReward.total(rewards, scores));

        // how much better each is than its group
        double[][] advantages = config.scaleRewards().of(totals);

        // the loss over micro-batches of similar length, and its gradient; then the update
        List<MicroBatch> micro = microBatches(prompts, groups, advantages);
        List<float[]> refs = config.beta() > 0 ? logProbs(reference, micro) : nothing(micro);
        List<float[]> olds = config.numIterations() > 1 ? logProbs(policy, micro) : nothing(micro);
        Update update = null;
        for (int i = 0; i < config.numIterations(); i++) {
            update = update(micro, refs, olds);
        }
        step++;
        lastGroups = rollouts(batch, prompts, groups, scores, totals, advantages);
        return metrics(
                prompts, groups, scores, totals, micro, update, (System.nanoTime() - begin) / 1e9);
    }

    private record Update(Gradient gradient, double norm, double learningRate) {}

    private Update update(List<MicroBatch> micro, List<float[]> refs, List<float[]> olds) {
        double learningRate = config.learningRate(updates++);
        if (micro.isEmpty()) {
            return new Update(
                    null, 0, learningRate); // every group's rewards are equal: nothing to learn
        }
        try (NDManager scratch = policy.newManager()) {
            Gradient gradient = gradient(scratch, micro, refs, olds);
            double norm = optimizer.step(gradient.theta(), learningRate);
            if (!Double.isFinite(norm)) {
                throw new IllegalStateException(
                        "step "
                                + (step + 1)
                                + ": the gradient is not finite; lower learning_rate, which is "
                                + config.learningRate());
            }
            return new Update(gradient, norm, learningRate);
        }
    }

    // ---------------------------------------------------------------- sampling and scoring

    private List<Problem> nextProblems() {
        int n = config.promptsPerStep();
        int stepsAnEpoch = problems.size() / n;
        int at = step % stepsAnEpoch * n;
        if (at == 0 || epoch == null) {
            epoch = problems.shuffle(config.seed() + step / stepsAnEpoch).problems();
        }
        return epoch.subList(at, at + n);
    }

    /** The problem as a prompt, cut at its beginning if it is too long. */
    private int[] prompt(Problem problem) {
        int[] tokens = policy.model().tokenizer().encode(prompts.apply(problem));
        return Arrays.copyOfRange(
                tokens, Math.max(0, tokens.length - config.maxPromptLength()), tokens.length);
    }

    /** {@code [functions][completions]}, group after group; a reward sees one group at a time. */
    private double[][] score(List<Problem> batch, List<List<Completion>> groups) {
        int n = config.numGenerations();
        double[][] scores = new double[rewards.size()][groups.size() * n];
        for (int g = 0; g < groups.size(); g++) {
            List<Problem> problem = Collections.nCopies(n, batch.get(g));
            List<String> texts = groups.get(g).stream().map(Completion::text).toList();
            for (int r = 0; r < scores.length; r++) {
                System.arraycopy(rewards.get(r).scores(problem, texts), 0, scores[r], g * n, n);
            }
        }
        return scores;
    }

    private double[][] byGroup(double[] flat) {
        int n = config.numGenerations();
        double[][] out = new double[flat.length / n][];
        for (int g = 0; g < out.length; g++) {
            out[g] = Arrays.copyOfRange(flat, g * n, (g + 1) * n);
        }
        return out;
    }

    // ---------------------------------------------------------------- loss and gradient

    /**
     * Splits each group by length ({@link LengthSplit}), within the tokens allowed. Completions
     * that must not count (cut off, where the recipe masks them) are left out; so are groups that
     * cannot teach anything: without a KL penalty a group of equal rewards has no gradient.
     */
    private List<MicroBatch> microBatches(
            List<int[]> prompts, List<List<Completion>> groups, double[][] advantages) {
        int completions = groups.size() * config.numGenerations();
        long tokens =
                groups.stream()
                        .flatMap(List::stream)
                        .filter(this::counts)
                        .mapToLong(Completion::length)
                        .sum();
        List<MicroBatch> out = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            List<Completion> group = groups.get(g);
            double[] a = advantages[g];
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < group.size(); i++) {
                if (counts(group.get(i)) && (config.beta() > 0 || a[i] != 0)) {
                    order.add(i);
                }
            }
            order.sort(Comparator.comparingInt(i -> group.get(i).length()));
            int[] lengths = order.stream().mapToInt(i -> group.get(i).length()).toArray();
            int[] prompt = prompts.get(g);
            int from = 0;
            for (int to : LengthSplit.ends(prompt.length, lengths, config.tokensPerMicroBatch())) {
                out.add(microBatch(prompt, group, a, order.subList(from, to), completions, tokens));
                from = to;
            }
        }
        out.sort(Comparator.comparingInt((MicroBatch m) -> m.group.size()).reversed());
        return out;
    }

    private MicroBatch microBatch(
            int[] prompt,
            List<Completion> all,
            double[] advantages,
            List<Integer> chosen,
            int completions,
            long tokens) {
        double[] a = chosen.stream().mapToDouble(i -> advantages[i]).toArray();
        double[] w =
                chosen.stream()
                        .mapToDouble(
                                i ->
                                        config.lossType()
                                                .weight(
                                                        all.get(i).length(),
                                                        completions,
                                                        tokens,
                                                        config.maxCompletionLength()))
                        .toArray();
        Group group = Group.of(prompt, chosen.stream().map(i -> all.get(i).tokens()).toList());
        return new MicroBatch(group, group.perToken(a), group.perToken(w));
    }

    private boolean counts(Completion completion) {
        return completion.finished() || !config.maskTruncatedCompletions();
    }

    private List<float[]> logProbs(Policy of, List<MicroBatch> micro) {
        return Workers.map(
                of.model().groupsAtOnce(),
                micro,
                m -> of.logProbs(m.group, objective.temperature()));
    }

    private static List<float[]> nothing(List<MicroBatch> micro) {
        return micro.stream().map(m -> NONE).toList();
    }

    private Gradient gradient(
            NDManager out, List<MicroBatch> micro, List<float[]> refs, List<float[]> olds) {
        List<Integer> indices = new ArrayList<>();
        for (int i = 0; i < micro.size(); i++) {
            indices.add(i);
        }
        return GradientSum.over(
                policy,
                out,
                indices,
                (manager, i) ->
                        policy.gradient(
                                manager,
                                micro.get(i).group,
                                micro.get(i).advantages,
                                micro.get(i).weights,
                                refs.get(i),
                                olds.get(i),
                                objective,
                                (int) (config.seed() + 31L * updates + i),
                                config.gradientCheckpointing()));
    }

    // ---------------------------------------------------------------- what it measured

    private StepMetrics metrics(
            List<int[]> prompts,
            List<List<Completion>> groups,
            double[][] scores,
            double[][] totals,
            List<MicroBatch> micro,
            Update update,
            double seconds) {
        List<Completion> completions = groups.stream().flatMap(List::stream).toList();
        tokensSeen +=
                (long) config.numGenerations() * prompts.stream().mapToInt(p -> p.length).sum();
        tokensSeen += completions.stream().mapToInt(Completion::length).sum();
        long learned = micro.stream().mapToLong(m -> m.weights.length).sum();
        double epoch = (double) step * config.promptsPerStep() / problems.size();
        return new Measured(
                        rewards,
                        completions,
                        scores,
                        totals,
                        update.gradient,
                        learned,
                        update.norm,
                        update.learningRate)
                .metrics(step, epoch, tokensSeen, seconds);
    }

    private static List<RolloutGroup> rollouts(
            List<Problem> problems,
            List<int[]> prompts,
            List<List<Completion>> groups,
            double[][] scores,
            double[][] totals,
            double[][] advantages) {
        List<RolloutGroup> out = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            int from = g * totals[g].length;
            int to = from + totals[g].length;
            double[][] own =
                    Arrays.stream(scores)
                            .map(row -> Arrays.copyOfRange(row, from, to))
                            .toArray(double[][]::new);
            out.add(
                    new RolloutGroup(
                            problems.get(g),
                            prompts.get(g),
                            groups.get(g),
                            own,
                            totals[g],
                            advantages[g]));
        }
        return List.copyOf(out);
    }

    /** Completed steps. */
    public int steps() {
        return step;
    }

    /** The groups of the last step, with their rewards and advantages; none before the first. */
    public List<RolloutGroup> lastGroups() {
        return lastGroups;
    }

    /** What {@link #restore} takes to go on from here. */
    public TrainingState state() {
        return new TrainingState(
                step,
                updates,
                optimizer.steps(),
                tokensSeen,
                policy.parameters(),
                optimizer.mean(),
                optimizer.square());
    }

    /**
     * Goes on from another trainer's state; the next step is, to the bit on the same machine, the
     * one that the other would have made.
     *
     * @throws IllegalArgumentException if the state is of a policy of another size
     */
    public void restore(TrainingState state) {
        policy.setParameters(state.parameters());
        optimizer.restore(state.optimizerSteps(), state.mean(), state.square());
        step = state.step();
        updates = state.updates();
        tokensSeen = state.tokensSeen();
        epoch = null;
    }

    @Override
    public void close() {
        optimizer.close();
        reference.close();
    }
}
