package org.tina.recipe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tina.data.AtomicFile;
import org.tina.data.RowReader;
import org.tina.data.RowWriter;
import org.tina.generate.Completion;
import org.tina.grpo.RolloutGroup;
import org.tina.grpo.StepMetrics;
import org.tina.mini.TinyModel;
import org.tina.model.CausalLM;
import org.tina.model.Policy;
import org.tina.reward.WeightedReward;

/** The completions that a run keeps. */
class RolloutsTest {

    private static final Recipe RECIPE =
            Recipe.named("mini")
                    .with(
                            r ->
                                    r.set("num_generations", 2)
                                            .set("per_device_train_batch_size", 2)
                                            .set("gradient_accumulation_steps", 2)
                                            .set("max_completion_length", 5)
                                            .set("save_steps", 2)
                                            .maxSteps(4)
                                            .rewards(
                                                    new WeightedReward(
                                                            "length",
                                                            1,
                                                            (p, t) -> t.hashCode() % 7),
                                                    new WeightedReward("step", 0.5, (p, t) -> -1),
                                                    new WeightedReward(
                                                                    "none", 1, (p, t) -> Double.NaN)
                                                            .orNoValue()));

    @TempDir static Path base;
    private static CausalLM model;

    @TempDir Path folder;
    private Policy policy;

    @BeforeAll
    static void load() throws IOException {
        model = CausalLM.load(TinyModel.writeTalkative(base, 3), "cpu");
    }

    @AfterAll
    static void closeModel() {
        model.close();
    }

    @BeforeEach
    void inject() {
        policy = RECIPE.policy(model);
    }

    @AfterEach
    void close() {
        policy.close();
    }

    @Test
    void aStepsGroupsAreReadBackAsTheyWere() throws IOException {
        List<List<RolloutGroup>> made = new ArrayList<>();
        try (Run run = RECIPE.start(policy, folder)) {
            for (StepMetrics metrics : run) {
                made.add(run.lastGroups());
                assertEquals(metrics.step(), Rollouts.steps(folder).size(), "as it happens");
            }
        }
        assertEquals(List.of(1, 2, 3, 4), Rollouts.steps(folder));
        for (int step : Rollouts.steps(folder)) {
            Rollouts read = Rollouts.read(folder, step);
            assertEquals(step, read.step());
            assertEquals(List.of("length", "step_reward", "none"), read.rewards());
            List<RolloutGroup> expected = made.get(step - 1);
            assertEquals(expected.size(), read.groups().size());
            for (int g = 0; g < expected.size(); g++) {
                assertSame(expected.get(g), read.groups().get(g));
            }
        }
    }

    private static void assertSame(RolloutGroup expected, RolloutGroup read) {
        assertEquals(expected.problem(), read.problem());
        assertArrayEquals(expected.prompt(), read.prompt());
        assertArrayEquals(expected.scores(), read.scores());
        assertArrayEquals(expected.rewards(), read.rewards());
        assertArrayEquals(expected.advantages(), read.advantages());
        for (int i = 0; i < 2; i++) {
            Completion before = expected.completions().get(i);
            Completion after = read.completions().get(i);
            assertArrayEquals(before.tokens(), after.tokens());
            assertArrayEquals(before.logProbs(), after.logProbs());
            assertEquals(before.finished(), after.finished());
            assertEquals(before.text(), after.text());
        }
    }

    @Test
    void theColumnsBeginWithTrls() throws IOException {
        Recipe recipe = RECIPE.with(r -> r.rewards(WeightedReward.named("format", 1)).maxSteps(1));
        try (Run run = recipe.start(policy, folder)) {
            run.forEach(metrics -> {});
        }
        try (RowReader reader = new RowReader()) {
            JsonObject row =
                    reader.all(folder.resolve("completions/completions_00001.parquet")).get(3);
            assertEquals(
                    List.of("step", "prompt", "completion", "format", "advantage"),
                    List.copyOf(row.keySet()).subList(0, 5));
            assertEquals(1, row.get("step").getAsInt());
            assertTrue(row.get("prompt").getAsString().contains(row.get("problem").getAsString()));
        }
    }

    @Test
    void aResumedRunForgetsWhatCameAfterItsCheckpoint() throws IOException {
        try (Run run = RECIPE.start(policy, folder)) {
            for (StepMetrics metrics : run) {
                if (metrics.step() == 3) {
                    Files.move(folder.resolve("checkpoint-2"), folder.resolve("kept"));
                    run.stop();
                }
            }
        }
        List<RolloutGroup> first = Rollouts.read(folder, 3).groups();
        // as a kill after the third step leaves it
        AtomicFile.delete(folder.resolve("checkpoint-3"));
        Files.move(folder.resolve("kept"), folder.resolve("checkpoint-2"));
        try (Policy own = RECIPE.policy(model);
                Run run = RECIPE.resume(own, folder)) {
            List<Integer> kept = Rollouts.steps(folder);
            assertEquals(run.step(), kept.isEmpty() ? 0 : kept.get(kept.size() - 1));
            assertFalse(kept.contains(3));
            run.forEach(metrics -> {});
        }
        assertEquals(
                List.of(1, 2, 3, 4).subList(4 - Rollouts.steps(folder).size(), 4),
                Rollouts.steps(folder));
        assertSame(first.get(0), Rollouts.read(folder, 3).groups().get(0));
    }

    @Test
    void nothingIsKeptUnlessAskedFor() throws IOException {
        Recipe recipe = RECIPE.with(r -> r.set("log_completions", false).maxSteps(1));
        try (Run run = recipe.start(policy, folder)) {
            run.forEach(metrics -> {});
        }
        assertEquals(List.of(), Rollouts.steps(folder));
        var e = assertThrows(IllegalArgumentException.class, () -> Rollouts.read(folder, 1));
        assertTrue(e.getMessage().contains("log_completions: true"), e.getMessage());
    }

    @Test
    void anotherTablesFileIsNamed() throws IOException {
        Path file = folder.resolve("completions/completions_00007.parquet");
        try (var writer = new RowWriter()) {
            writer.write(file, List.of(Map.of("step", 7)));
        }
        var e = assertThrows(IllegalArgumentException.class, () -> Rollouts.read(folder, 7));
        assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    }

    @Test
    @Timeout(60)
    void aQuestionOfAnotherThreadIsAskedBetweenTwoSteps() throws Exception {
        CompletableFuture<float[]> answer = new CompletableFuture<>();
        try (Run run = RECIPE.start(policy, folder)) {
            List<float[]> parameters = new ArrayList<>();
            run.onStep(metrics -> parameters.add(policy.parameters()));
            run.onStep(
                    metrics -> {
                        if (metrics.step() == 1) {
                            ask(run, answer);
                        }
                    });
            run.forEach(metrics -> {});
            float[] seen = answer.get(50, TimeUnit.SECONDS);
            assertNotNull(seen);
            assertTrue(
                    parameters.stream().anyMatch(p -> Arrays.equals(p, seen)),
                    "the parameters of one step, not of the midst of one");
            assertEquals(4, run.betweenSteps(run::step), "at once, where no step is at work");
        }
    }

    private void ask(Run run, CompletableFuture<float[]> answer) {
        Thread thread =
                new Thread(() -> answer.complete(run.betweenSteps(() -> policy.parameters())));
        thread.setDaemon(true);
        thread.start();
    }
}
