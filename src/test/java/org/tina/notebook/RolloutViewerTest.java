package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tina.analysis.TokenScores;
import org.tina.grpo.RolloutGroup;
import org.tina.mini.TinyModel;
import org.tina.model.CausalLM;
import org.tina.model.Group;
import org.tina.model.Policy;
import org.tina.recipe.Recipe;
import org.tina.recipe.Rollouts;
import org.tina.recipe.Run;
import org.tina.reward.WeightedReward;

/** A viewer at a run of a tiny model, without a page. */
class RolloutViewerTest {
    private static final int STEPS = 4;
    private static final WeightedReward REWARD =
            new WeightedReward("length", 1, (problem, text) -> text.hashCode() % 7);

    @TempDir Path folder;
    private CausalLM model;
    private Recipe recipe;
    private Policy policy;
    private Run run;

    @BeforeEach
    void start() throws IOException {
        model = CausalLM.load(TinyModel.writeTalkative(folder.resolve("model"), 3), "cpu");
        recipe =
                Recipe.named("mini")
                        .with(
                                r ->
                                        r.set("num_generations", 2)
                                                .set("per_device_train_batch_size", 2)
                                                .set("gradient_accumulation_steps", 2)
                                                .set("max_completion_length", 6)
                                                .set("warmup_ratio", 0.0)
                                                .learningRate(0.01)
                                                .rewards(REWARD)
                                                .maxSteps(STEPS));
        policy = recipe.policy(model);
        run = recipe.start(policy, folder.resolve("run"));
    }

    @AfterEach
    void close() {
        run.close();
        policy.close();
        model.close();
    }

    @Test
    void itFollowsARunAndScoresWithThePolicyAsItIsNow() {
        RolloutViewer viewer = RolloutViewer.of(run);
        assertTrue(viewer.toString().startsWith("No completions yet"), viewer.toString());
        assertTrue(viewer.after().isEmpty());

        run.iterator().next();
        assertTrue(viewer.toString().contains("step 1,"), viewer.toString());
        TokenScores early = viewer.after().get();
        run.forEach(metrics -> {});

        assertTrue(viewer.toString().contains("step " + STEPS + ","), viewer.toString());
        RolloutGroup shown = GroupView.mostTelling(run.lastGroups());
        TokenScores after = viewer.after().get();
        Group group = Group.of(shown.prompt(), List.of(after.completion().tokens()));
        assertArrayEquals(policy.logProbs(group, 0.7), after.logProbs());
        assertTrue(after.advantage() > 0, "the best of the group comes first");
        TokenScores before = viewer.before().get();
        assertTrue(Double.isNaN(before.advantage()));
        try (Policy base = policy.reference()) {
            Group answer = Group.of(shown.prompt(), List.of(before.completion().tokens()));
            assertArrayEquals(base.logProbs(answer, 0.7), before.baseLogProbs());
            assertArrayEquals(before.completion().logProbs(), before.baseLogProbs(), 1e-4f);
        }
        viewer.look(1, 0, 0);
        assertTrue(early.length() > 0 && viewer.after().get().kl(0) > 0, "scored anew");
    }

    @Test
    void whatIsChosenStays() {
        RolloutViewer viewer = RolloutViewer.of(run);
        run.iterator().next();
        viewer.look(1, 1, 1);
        RolloutGroup chosen = run.lastGroups().get(1);
        run.forEach(metrics -> {});
        assertArrayEquals(
                chosen.completions().get(1).tokens(), viewer.after().get().completion().tokens());
        assertTrue(viewer.toString().contains("step 1, completion 2 of 2: reward"));
        TokenScores before = viewer.before().get();
        viewer.colorBy(TokenColor.ENTROPY);
        viewer.look(1, 1, 0);
        assertArrayEquals(
                before.completion().tokens(),
                viewer.before().get().completion().tokens(),
                "the base's answer stays the same");
    }

    @Test
    void whatIsNotThereIsNamed() {
        RolloutViewer viewer = RolloutViewer.of(run);
        run.iterator().next();
        for (int[] wrong : new int[][] {{2, 0, 0}, {1, 2, 0}, {1, 0, -1}}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> viewer.look(wrong[0], wrong[1], wrong[2]));
        }
    }

    @Test
    void aStoredRunShowsItsLastStep() {
        run.forEach(metrics -> {});
        run.close();
        RolloutViewer viewer = RolloutViewer.of(run.directory(), policy, REWARD);
        assertTrue(viewer.toString().contains("step " + STEPS + ","), viewer.toString());
        viewer.look(2, 0, 1);
        RolloutGroup group = Rollouts.read(run.directory(), 2).groups().get(0);
        assertEquals(group.advantages()[1], viewer.after().get().advantage());
    }

    @Test
    void aRunWithoutCompletionsIsToldTheKey() throws IOException {
        Recipe silent = recipe.with(r -> r.set("log_completions", false).maxSteps(1));
        Path directory = folder.resolve("silent");
        try (Run without = silent.start(policy, directory)) {
            var live =
                    assertThrows(IllegalArgumentException.class, () -> RolloutViewer.of(without));
            assertTrue(live.getMessage().contains("log_completions"), live.getMessage());
            without.forEach(metrics -> {});
        }
        var stored =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> RolloutViewer.of(directory, policy, REWARD));
        assertTrue(
                stored.getMessage().contains(directory + ": ")
                        && stored.getMessage().contains("log_completions: true"),
                stored.getMessage());
    }

    @Test
    void aClosedPolicyIsSaidInPlaceOfTheTokens() {
        run.forEach(metrics -> {});
        run.close();
        Policy shortLived = recipe.policy(model);
        RolloutViewer viewer = RolloutViewer.of(run.directory(), shortLived, REWARD);
        shortLived.close();
        viewer.look(2, 0, 1);
        assertTrue(viewer.page().contains("must stay open"), viewer.page());
    }

    /** As a hand on the page does while a cell trains. */
    @Test
    @Timeout(120)
    void anotherThreadMayLookWhileTheRunTrains() throws InterruptedException {
        RolloutViewer viewer = RolloutViewer.of(run);
        run.iterator().next();
        AtomicReference<Throwable> failed = new AtomicReference<>();
        Thread page =
                new Thread(
                        () -> {
                            do {
                                viewer.look(1, 0, 0);
                                viewer.colorBy(TokenColor.KL);
                                viewer.look(1, 1, 1);
                                viewer.colorBy(TokenColor.CREDIT);
                            } while (run.step() < STEPS);
                        });
        page.setUncaughtExceptionHandler((thread, e) -> failed.set(e));
        page.start();
        run.forEach(metrics -> {});
        page.join();
        assertEquals(null, failed.get());
        assertTrue(viewer.page().contains("step 1, completion 2 of 2"), viewer.page());
        Group group =
                Group.of(
                        Rollouts.read(run.directory(), 1).groups().get(1).prompt(),
                        List.of(viewer.after().get().completion().tokens()));
        viewer.look(1, 1, 1);
        assertArrayEquals(policy.logProbs(group, 0.7), viewer.after().get().logProbs());
    }
}
