package org.tina.grpo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tina.data.Problem;
import org.tina.data.ProblemSet;
import org.tina.lora.LoraAdapter;
import org.tina.lora.LoraConfig;
import org.tina.mini.TinyModel;
import org.tina.model.CausalLM;
import org.tina.model.Group;
import org.tina.model.Policy;
import org.tina.recipe.Recipe;
import org.tina.recipe.Recipe.Changes;
import org.tina.reward.GroupReward;
import org.tina.reward.Reward;
import org.tina.reward.WeightedReward;

/** Whole steps of a tiny random model: 4 problems with 4 completions of at most 12 tokens. */
class GrpoTrainerTest {

    /** How many of 12 tokens' worth of text are small letters: different for nearly all texts. */
    private static final Reward LETTERS =
            (problem, text) -> text.chars().filter(c -> c >= 'a' && c <= 'z').count() / 12.0;

    private static final Recipe BASE =
            Recipe.named("mini")
                    .with(
                            r ->
                                    r.set("num_generations", 4)
                                            .set("per_device_train_batch_size", 4)
                                            .set("gradient_accumulation_steps", 4)
                                            .set("max_completion_length", 12)
                                            .set("temperature", 1.0)
                                            .set("lr_scheduler_type", "constant")
                                            .set("learning_rate", 1e-3));

    /** With epsilon 1 the first step of AdamW moves parameters by the gradient itself. */
    private static final UnaryOperator<Changes> BY_THE_GRADIENT =
            r -> r.set("adam_epsilon", 1.0).set("learning_rate", 1.0).set("max_grad_norm", 0.0);

    private static final Group TEXT =
            Group.of(new int[] {1, 2, 3}, List.of(new int[] {65, 66, 67}));

    @TempDir Path directory;
    private CausalLM model;

    @BeforeEach
    void load() throws IOException {
        model = CausalLM.load(TinyModel.writeTalkative(directory, 5));
    }

    @AfterEach
    void close() {
        model.close();
    }

    // ---------------------------------------------------------------- what it measures

    @Test
    void metricsHaveTrlsNames() {
        Set<String> names =
                Set.of(
                        "reward",
                        "reward_std",
                        "rewards/letters/mean",
                        "rewards/letters/std",
                        "frac_reward_zero_std",
                        "kl",
                        "entropy",
                        "completions/mean_length",
                        "completions/min_length",
                        "completions/max_length",
                        "completions/mean_terminated_length",
                        "completions/min_terminated_length",
                        "completions/max_terminated_length",
                        "completions/clipped_ratio",
                        "clip_ratio/region_mean",
                        "clip_ratio/low_mean",
                        "clip_ratio/high_mean",
                        "grad_norm",
                        "learning_rate",
                        "loss",
                        "num_tokens",
                        "epoch",
                        "step_time");
        StepMetrics metrics = train(1, r -> r).metrics.get(0);
        assertEquals(new TreeSet<>(names), new TreeSet<>(metrics.values().keySet()));
    }

    @Test
    void metricsAreOfTheRightSize() {
        List<StepMetrics> steps = train(3, r -> r).metrics;
        for (StepMetrics m : steps) {
            assertBetween(0, m.get("reward"), 12);
            assertEquals(m.get("reward"), m.get("rewards/letters/mean"), 1e-9);
            assertBetween(1e-3, m.get("reward_std"), 12);
            assertBetween(1, m.get("completions/min_length"), m.get("completions/mean_length"));
            assertBetween(m.get("completions/mean_length"), m.get("completions/max_length"), 12);
            assertBetween(0.01, m.get("completions/clipped_ratio"), 0.99);
            // a random model is nearly uniform over its tokens
            assertBetween(3, m.get("entropy"), Math.log(model.config().vocabSize()));
            assertEquals(0, m.get("clip_ratio/region_mean"), "on-policy nothing is clipped");
            assertBetween(1e-6, m.get("grad_norm"), 1e3);
            assertEquals(1e-3, m.get("learning_rate"), 1e-12);
        }
        assertEquals(0, steps.get(0).get("kl"), 1e-6, "the adapter starts as the model itself");
        assertTrue(steps.get(2).get("kl") > 1e-6, "and has moved away");
        assertTrue(steps.get(2).get("num_tokens") > steps.get(1).get("num_tokens"));
        assertEquals(3 * 4.0 / 2000, steps.get(2).get("epoch"), 1e-9);
    }

    // ---------------------------------------------------------------- what must change nothing

    @Test
    void accumulationChangesNothing() {
        assertSameMoves(
                r -> r.set("per_device_train_batch_size", 16).set("gradient_accumulation_steps", 1),
                r ->
                        r.set("per_device_train_batch_size", 1)
                                .set("gradient_accumulation_steps", 16));
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpo", "bnpo", "dr_grpo", "dapo"})
    void theSizeOfMicroBatchesChangesNothing(String lossType) {
        assertSameMoves(
                r -> r.lossType(lossType).set("tokens_per_micro_batch", 100_000),
                r -> r.lossType(lossType).set("tokens_per_micro_batch", 1));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.05})
    void checkpointingChangesNothing(double dropout) {
        assertSameMoves(
                r -> r.set("lora_dropout", dropout).set("gradient_checkpointing", false),
                r -> r.set("lora_dropout", dropout).set("gradient_checkpointing", true));
    }

    @Test
    void dropoutChangesTheGradient() {
        float[] without = train(1, r -> r.set("lora_dropout", 0.0)).moves();
        float[] with = train(1, r -> r.set("lora_dropout", 0.05)).moves();
        assertFalse(Arrays.equals(without, with));
    }

    @Test
    void theSameSeedGivesTheSameBits() {
        Outcome one = train(3, r -> r);
        Outcome two = train(3, r -> r);
        assertArrayEquals(one.after, two.after);
        Outcome other = train(3, r -> r.seed(43), LoraAdapter::inject);
        assertFalse(Arrays.equals(one.after, other.after), "another seed, other completions");
    }

    // ---------------------------------------------------------------- what learns and what does
    // not

    @Test
    void theAdapterMovesAndTheModelDoesNot() {
        float[] before = offLogProbs();
        Outcome outcome = train(3, r -> r);
        assertFalse(Arrays.equals(outcome.before, outcome.after));
        assertArrayEquals(before, offLogProbs());
    }

    @Test
    void withoutBetaThereIsNoReference() {
        assertEquals(0, train(3, r -> r.beta(0)).last().get("kl"));
    }

    @Test
    void withoutBetaEqualRewardsTeachNothing() {
        Outcome outcome = train(2, r -> r.beta(0).rewards(reward("same", (p, text) -> 0.1)));
        assertArrayEquals(outcome.before, outcome.after);
        assertEquals(1, outcome.last().get("frac_reward_zero_std"));
        assertEquals(0, outcome.last().get("grad_norm"));
        assertEquals(2, outcome.metrics.size());
    }

    @Test
    void laterUpdatesOnTheSameCompletionsAreClipped() {
        UnaryOperator<Changes> far = r -> r.learningRate(0.05).set("epsilon", 0.01).beta(0);
        assertEquals(0, train(1, far).last().get("clip_ratio/region_mean"));
        StepMetrics twice = train(1, r -> far.apply(r).set("num_iterations", 2)).last();
        assertTrue(twice.get("clip_ratio/region_mean") > 0, "the ratio is no longer 1");
    }

    @Test
    void truncatedCompletionsCanBeMasked() {
        UnaryOperator<Changes> masked = r -> r.set("mask_truncated_completions", true);
        float[] all = train(1, r -> r).moves();
        assertFalse(Arrays.equals(all, train(1, masked).moves()));
    }

    @Test
    void nothingIsLearnedWhenAllAreTruncatedAndMasked(@TempDir Path silent) throws IOException {
        model.close();
        model = CausalLM.load(TinyModel.write(silent, 5));
        UnaryOperator<Changes> one = r -> r.set("max_completion_length", 3).seed(2);
        Outcome counted = train(1, one);
        assertEquals(1, counted.last().get("completions/clipped_ratio"), "the case to be tested");
        assertTrue(counted.last().get("grad_norm") > 0);
        Outcome masked = train(1, r -> one.apply(r).set("mask_truncated_completions", true));
        assertArrayEquals(masked.before, masked.after);
    }

    @Test
    void anAdapterLearnsWhatIsRewarded() {
        assertLearns(train(20, r -> r.learningRate(2e-2)));
    }

    @Test
    void allParametersLearnWhatIsRewarded() {
        assertLearns(train(20, r -> r.learningRate(3e-3), (m, config) -> Policy.full(m)));
    }

    private static void assertLearns(Outcome outcome) {
        double first = meanReward(outcome.metrics.subList(0, 5));
        double last = meanReward(outcome.metrics.subList(15, 20));
        assertTrue(1 - last < 0.5 * (1 - first), "reward from " + first + " to " + last);
    }

    private static double meanReward(List<StepMetrics> steps) {
        return steps.stream().mapToDouble(m -> m.get("reward")).average().orElseThrow();
    }

    @Test
    void aGroupRewardSeesTheCompletionsOfOneProblem() {
        List<List<Problem>> problems = new ArrayList<>();
        List<List<String>> texts = new ArrayList<>();
        GroupReward lengths =
                (group, completions) -> {
                    problems.add(group);
                    texts.add(completions);
                    return completions.stream().mapToDouble(String::length).toArray();
                };
        Reward length = (problem, text) -> text.length();
        StepMetrics metrics =
                train(1, r -> r.rewards(reward("group", lengths), reward("single", length)))
                        .metrics
                        .get(0);
        assertEquals(4, problems.size());
        assertEquals(4, problems.stream().distinct().count());
        for (int g = 0; g < 4; g++) {
            assertEquals(1, problems.get(g).stream().distinct().count());
            assertEquals(4, texts.get(g).size());
        }
        assertEquals(metrics.get("rewards/single/mean"), metrics.get("rewards/group/mean"));
        assertEquals(metrics.get("rewards/single/std"), metrics.get("rewards/group/std"));
    }

    // ---------------------------------------------------------------- what goes wrong

    @Test
    void aRewardThatThrowsLeavesTheTrainerUsable() {
        AtomicBoolean broken = new AtomicBoolean(true);
        Reward reward =
                (problem, text) -> {
                    if (broken.get()) {
                        throw new ArithmeticException("oops");
                    }
                    return LETTERS.score(problem, text);
                };
        Recipe recipe = BASE.with(r -> r.rewards(reward("fragile", reward)));
        try (LoraAdapter policy = LoraAdapter.inject(model, recipe.loraConfig());
                GrpoTrainer trainer = trainer(policy, recipe)) {
            float[] before = policy.parameters();
            var error = assertThrows(IllegalStateException.class, trainer::step);
            assertTrue(error.getMessage().contains("fragile"), error.getMessage());
            assertTrue(error.getMessage().contains("oops"), error.getMessage());
            assertArrayEquals(before, policy.parameters());
            assertEquals(0, trainer.steps());

            broken.set(false);
            assertEquals(1, trainer.step().step());
            assertArrayEquals(train(1, r -> r).after, policy.parameters(), "as if it never failed");
        }
    }

    @Test
    void divergenceIsSaid() {
        Recipe recipe = BASE.with(r -> r.learningRate(1e30).rewards(reward("letters", LETTERS)));
        try (LoraAdapter policy = LoraAdapter.inject(model, recipe.loraConfig());
                GrpoTrainer trainer = trainer(policy, recipe)) {
            var error =
                    assertThrows(
                            IllegalStateException.class,
                            () -> {
                                for (int i = 0; i < 5; i++) {
                                    trainer.step();
                                }
                            });
            assertTrue(error.getMessage().contains("not finite"), error.getMessage());
            assertTrue(error.getMessage().replace('_', ' ').contains("learning rate"));
        }
    }

    @Test
    void aPolicyWithoutParametersIsRefused() {
        try (Policy frozen = Policy.frozen(model)) {
            var error = assertThrows(IllegalArgumentException.class, () -> trainer(frozen, BASE));
            assertTrue(error.getMessage().contains("nothing to train"), error.getMessage());
        }
    }

    @Test
    void tooFewProblemsAreRefused() {
        Recipe recipe = BASE.with(r -> r.problems(ProblemSet.named("mini/train").take(3)));
        try (LoraAdapter policy = LoraAdapter.inject(model, LoraConfig.tina())) {
            var error = assertThrows(IllegalArgumentException.class, () -> trainer(policy, recipe));
            assertTrue(error.getMessage().contains("3 problems"), error.getMessage());
        }
    }

    // ---------------------------------------------------------------- helpers

    /** What some steps of training did. */
    private record Outcome(float[] before, float[] after, List<StepMetrics> metrics) {

        StepMetrics last() {
            return metrics.get(metrics.size() - 1);
        }

        float[] moves() {
            float[] out = new float[after.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = after[i] - before[i];
            }
            return out;
        }
    }

    private interface Maker {
        Policy make(CausalLM model, LoraConfig config);
    }

    private Outcome train(int steps, UnaryOperator<Changes> changes) {
        return train(steps, changes, LoraAdapter::inject);
    }

    private Outcome train(int steps, UnaryOperator<Changes> changes, Maker maker) {
        Recipe recipe = BASE.with(r -> changes.apply(r.rewards(reward("letters", LETTERS))));
        try (Policy policy = maker.make(model, recipe.loraConfig());
                GrpoTrainer trainer = trainer(policy, recipe)) {
            float[] before = policy.parameters();
            List<StepMetrics> metrics = new ArrayList<>();
            for (int i = 0; i < steps; i++) {
                metrics.add(trainer.step());
            }
            return new Outcome(before, policy.parameters(), metrics);
        }
    }

    private static GrpoTrainer trainer(Policy policy, Recipe recipe) {
        return new GrpoTrainer(policy, recipe.problems(), recipe.rewards(), recipe.grpo());
    }

    private static WeightedReward reward(String name, Reward reward) {
        return new WeightedReward(name, 1, reward);
    }

    /** The model's log-probabilities without any adapter. */
    private float[] offLogProbs() {
        try (Policy off = Policy.frozen(model)) {
            return off.logProbs(TEXT, 1);
        }
    }

    /** Holds two settings' gradients to each other: equal but for the order of float additions. */
    private void assertSameMoves(UnaryOperator<Changes> one, UnaryOperator<Changes> two) {
        Function<UnaryOperator<Changes>, float[]> moves =
                changes -> train(1, r -> changes.apply(BY_THE_GRADIENT.apply(r))).moves();
        float[] expected = moves.apply(one);
        float[] actual = moves.apply(two);
        float largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertTrue(largest > 0, "something moved");
        assertArrayEquals(expected, actual, 2e-6f * largest);
    }

    private static void assertBetween(double low, double value, double high) {
        assertTrue(value >= low && value <= high, value + " lies in [" + low + ", " + high + "]");
    }
}
