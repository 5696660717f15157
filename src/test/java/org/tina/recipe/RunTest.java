package org.tina.recipe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tina.grpo.RolloutGroup;
import org.tina.grpo.StepMetrics;
import org.tina.lora.LoraAdapter;
import org.tina.mini.TinyModel;
import org.tina.model.CausalLM;
import org.tina.model.Group;
import org.tina.model.Policy;
import org.tina.reward.WeightedReward;

class RunTest {

    private static final Recipe RECIPE =
            Recipe.named("mini")
                    .with(
                            r ->
                                    r.set("num_generations", 2)
                                            .set("per_device_train_batch_size", 2)
                                            .set("gradient_accumulation_steps", 1)
                                            .set("max_completion_length", 5)
                                            .set("save_steps", 2)
                                            .set("warmup_ratio", 0.0)
                                            .set("log_completions", false)
                                            .maxSteps(5)
                                            .rewards(
                                                    new WeightedReward(
                                                            "length",
                                                            1,
                                                            (p, t) -> t.hashCode() % 7)));

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
    void theLogHasALineAStep() throws IOException {
        List<StepMetrics> returned = new ArrayList<>();
        Path log = folder.resolve("run/metrics.jsonl");
        try (Run run = RECIPE.start(policy, folder.resolve("run"))) {
            for (StepMetrics metrics : run) {
                returned.add(metrics);
                assertEquals(returned.size(), Files.readAllLines(log).size(), "as it happens");
            }
            assertEquals(5, run.step());
        }
        List<String> lines = Files.readAllLines(log);
        assertEquals(5, lines.size());
        for (int i = 0; i < lines.size(); i++) {
            assertLogged(returned.get(i), JsonParser.parseString(lines.get(i)).getAsJsonObject());
        }
        assertEquals(
                RECIPE.settings().keySet(),
                Recipe.load(withNamedReward(folder.resolve("run/recipe.yaml")))
                        .settings()
                        .keySet());
    }

    /** Every value is there as it was returned; what has no value (NaN) is left out. */
    private static void assertLogged(StepMetrics metrics, JsonObject line) {
        assertEquals(metrics.step(), line.get("step").getAsInt());
        metrics.values()
                .forEach(
                        (name, value) -> {
                            assertEquals(Double.isFinite(value), line.has(name), name);
                            if (line.has(name)) {
                                assertEquals(value, line.get(name).getAsDouble(), name);
                            }
                        });
    }

    private static Path withNamedReward(Path yaml) throws IOException {
        return Files.writeString(yaml, Files.readString(yaml).replace("- length", "- format"));
    }

    @Test
    void checkpointsAreAdaptersOfThatStep() throws IOException {
        List<float[]> parameters = new ArrayList<>();
        try (Run run = RECIPE.start(policy, folder)) {
            run.forEach(metrics -> parameters.add(policy.parameters()));
        }
        assertEquals(
                Set.of(
                        "recipe.yaml",
                        "metrics.jsonl",
                        "checkpoint-2",
                        "checkpoint-4",
                        "checkpoint-5"),
                names(folder));
        for (int step : new int[] {2, 4, 5}) {
            try (LoraAdapter saved =
                    LoraAdapter.load(model, folder.resolve("checkpoint-" + step))) {
                assertArrayEquals(parameters.get(step - 1), saved.parameters());
            }
        }
    }

    @Test
    void aFullyTrainedCheckpointIsAModel() throws IOException {
        Group text = Group.of(new int[] {1, 2}, List.of(new int[] {65, 66}));
        Recipe recipe = RECIPE.with(r -> r.set("use_peft", false).maxSteps(1));
        try (Policy full = recipe.policy(model)) {
            try (Run run = recipe.start(full, folder)) {
                run.forEach(metrics -> {});
            }
            try (CausalLM saved = CausalLM.load(folder.resolve("checkpoint-1"), "cpu");
                    Policy frozen = Policy.frozen(saved)) {
                assertArrayEquals(full.logProbs(text, 1), frozen.logProbs(text, 1), 1e-6f);
            }
        }
    }

    @Test
    void stopEndsTheRunAfterTheStepAtHand() throws IOException {
        List<Integer> steps = new ArrayList<>();
        try (Run run = RECIPE.start(policy, folder)) {
            for (StepMetrics metrics : run) {
                steps.add(metrics.step());
                if (metrics.step() == 3) {
                    run.stop();
                }
            }
            for (StepMetrics metrics : run) {
                steps.add(metrics.step());
            }
            assertThrows(NoSuchElementException.class, () -> run.iterator().next());
        }
        assertEquals(List.of(1, 2, 3), steps);
        assertEquals(3, Files.readAllLines(folder.resolve("metrics.jsonl")).size());
        assertTrue(Files.exists(folder.resolve("checkpoint-3")), "what was reached is kept");
    }

    @Test
    void anotherLoopGoesOnWhereTheFirstEnded() throws IOException {
        try (Run run = RECIPE.start(policy, folder)) {
            Iterator<StepMetrics> first = run.iterator();
            assertEquals(1, first.next().step());
            assertEquals(2, run.iterator().next().step());
            assertEquals(3, first.next().step());
        }
    }

    @Test
    void aClosedRunHasNoNextStep() throws IOException {
        Run run = RECIPE.start(policy, folder);
        run.iterator().next();
        run.close();
        assertFalse(run.iterator().hasNext());
        policy.parameters(); // the policy stays usable
    }

    @Test
    void stopsBeforeTheSchedulesEnd() throws IOException {
        Recipe half = RECIPE.with(r -> r.set("stop_after_steps", 2));
        try (Run run = half.start(policy, folder)) {
            run.forEach(metrics -> {});
            assertEquals(2, run.step());
        }
    }

    @Test
    void aDirectoryWithAnotherRunIsRefused() throws IOException {
        Path log = Files.writeString(folder.resolve("metrics.jsonl"), "{}\n");
        var error = assertThrows(IOException.class, () -> RECIPE.start(policy, folder));
        assertTrue(error.getMessage().contains(folder.toString()), error.getMessage());
        assertEquals("{}\n", Files.readString(log));
    }

    /** Six steps, a checkpoint after the third, dropout on. */
    private static final Recipe SIX =
            RECIPE.with(r -> r.maxSteps(6).set("save_steps", 3).set("lora_dropout", 0.2).beta(0.1));

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aKilledRunGoesOnAsIfItHadNot(boolean lora) throws IOException {
        Recipe recipe = SIX.with(r -> r.set("use_peft", lora));
        Path killed = folder.resolve("killed");
        List<String> straight;
        float[] expected;
        try (Policy own = recipe.policy(model);
                Run run = recipe.start(own, folder.resolve("straight"))) {
            for (StepMetrics metrics : run) {
                if (metrics.step() == 4) { // what a kill in the fifth step leaves
                    copy(folder.resolve("straight"), killed);
                }
            }
            expected = own.parameters();
            straight = Files.readAllLines(folder.resolve("straight/metrics.jsonl"));
        }
        Files.writeString(
                killed.resolve("metrics.jsonl"), "{\"step\": 5, \"rew", StandardOpenOption.APPEND);
        try (Policy own = recipe.policy(model);
                Run run = recipe.resume(own, killed)) {
            assertEquals(3, run.step());
            assertEquals(3, run.earlier().size());
            List<Integer> steps = new ArrayList<>();
            run.forEach(metrics -> steps.add(metrics.step()));
            assertEquals(List.of(4, 5, 6), steps);
            assertArrayEquals(expected, own.parameters());
        }
        assertEquals(
                straight.stream().map(RunTest::withoutTime).toList(),
                Files.readAllLines(killed.resolve("metrics.jsonl")).stream()
                        .map(RunTest::withoutTime)
                        .toList());
    }

    @Test
    void aResumedRunTakesUpTheChangesBeforeItsCheckpoint() throws IOException {
        Path killed = folder.resolve("killed");
        List<String> straight;
        try (Policy own = SIX.policy(model);
                Run run = SIX.start(own, folder.resolve("straight"))) {
            for (StepMetrics metrics : run) {
                if (metrics.step() == 2) {
                    run.change("beta", 0.5);
                    run.change("reward_weights", List.of(3));
                }
                if (metrics.step() == 4) {
                    copy(folder.resolve("straight"), killed);
                }
            }
            straight = Files.readAllLines(folder.resolve("straight/metrics.jsonl"));
        }
        Files.writeString(
                killed.resolve("events.jsonl"),
                "{\"step\": 4, \"event\": \"change\", \"key\": \"beta\", \"to\": 9}\n{\"st",
                StandardOpenOption.APPEND);
        try (Policy own = SIX.policy(model);
                Run run = SIX.resume(own, killed)) {
            assertEquals(0.5, run.recipe().grpo().beta());
            assertEquals(2, run.events().size(), "what came after the checkpoint is run again");
            run.forEach(metrics -> {});
        }
        assertEquals(2, Files.readAllLines(killed.resolve("events.jsonl")).size());
        assertEquals(
                straight.stream().map(RunTest::withoutTime).toList(),
                Files.readAllLines(killed.resolve("metrics.jsonl")).stream()
                        .map(RunTest::withoutTime)
                        .toList());
    }

    @Test
    void whatCameAfterTheCheckpointIsForgottenForGood() throws IOException {
        try (Run run = SIX.start(policy, folder)) {
            run.iterator().next();
        }
        Files.writeString(
                folder.resolve("events.jsonl"),
                "{\"step\": 2, \"event\": \"change\", \"key\": \"beta\", \"to\": 9}\n");
        try (Run run = SIX.resume(policy, folder)) {
            run.forEach(metrics -> {});
        }
        try (Run run = SIX.resume(policy, folder)) {
            assertEquals(0.1, run.recipe().grpo().beta());
        }
    }

    private static StepMetrics withoutTime(String line) {
        StepMetrics metrics = StepMetrics.fromJson(line);
        Map<String, Double> values = new LinkedHashMap<>(metrics.values());
        values.remove("step_time");
        return new StepMetrics(metrics.step(), values);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    @Test
    void onlyTheNewestCheckpointHasTheOptimizersState() throws IOException {
        try (Run run = SIX.start(policy, folder)) {
            run.forEach(metrics -> {});
        }
        String state = "training_state.safetensors";
        assertFalse(names(folder.resolve("checkpoint-3")).contains(state));
        assertTrue(names(folder.resolve("checkpoint-6")).contains(state));
        try (Run run = SIX.resume(policy, folder)) {
            assertEquals(6, run.step(), "nothing is left to do");
            assertFalse(run.iterator().hasNext());
        }
    }

    @Test
    void aRunKilledBeforeItsFirstCheckpointStartsAnew() throws IOException {
        Path killed = folder.resolve("killed");
        try (Run run = SIX.start(policy, folder.resolve("run"))) {
            run.iterator().next();
            copy(folder.resolve("run"), killed);
        }
        try (Policy own = SIX.policy(model);
                Run run = SIX.resume(own, killed)) {
            assertEquals(0, run.step());
            assertEquals(1, run.iterator().next().step());
        }
        assertEquals(1, Files.readAllLines(killed.resolve("metrics.jsonl")).size());
    }

    @Test
    void onlyItsOwnRecipeGoesOnWithARun() throws IOException {
        var none = assertThrows(IllegalArgumentException.class, () -> SIX.resume(policy, folder));
        assertTrue(none.getMessage().contains(folder + ": holds no run"), none.getMessage());
        try (Run run = SIX.start(policy, folder.resolve("run"))) {
            run.forEach(metrics -> {});
        }
        Recipe other = SIX.with(r -> r.learningRate(1e-3));
        var error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> other.resume(policy, folder.resolve("run")));
        assertTrue(error.getMessage().contains("learning_rate"), error.getMessage());
    }

    @Test
    void aRunThatCannotStartLeavesNothing() {
        Path target = folder.resolve("run");
        Recipe wrong = RECIPE.with(r -> r.dataset("mini/trian"));
        assertThrows(IllegalArgumentException.class, () -> wrong.start(policy, target));
        assertFalse(Files.exists(target));
    }

    @Test
    void aChangeHoldsFromTheNextStepAndIsLogged() throws IOException {
        try (Run run = RECIPE.start(policy, folder)) {
            Iterator<StepMetrics> steps = run.iterator();
            double first = steps.next().get("learning_rate");
            double peak = (Double) run.recipe().settings().get("learning_rate");
            run.change("learning_rate", 10 * peak);
            run.change("beta", 0.5);
            run.change("beta", 0.0);
            run.change("reward_weights", List.of(3));
            StepMetrics second = steps.next();

            assertTrue(second.get("learning_rate") > 5 * first, second.toString());
            assertEquals(
                    3 * second.get("rewards/length/mean"), second.get("reward"), 1e-9, "weighted");
            assertEquals(0.0, run.recipe().grpo().beta());
            List<String> changed = run.events().stream().map(RunEvent::key).toList();
            assertEquals(List.of("learning_rate", "beta", "rl_post_train_reward_weights"), changed);
            assertEquals("beta 0.04 → 0", run.events().get(1).text());
            assertEquals("rl_post_train_reward_weights [1] → [3]", run.events().get(2).text());
        }
        List<String> lines = Files.readAllLines(folder.resolve("events.jsonl"));
        JsonObject line = JsonParser.parseString(lines.get(2)).getAsJsonObject();
        assertEquals(3, lines.size());
        assertEquals(1, line.get("step").getAsInt());
        assertEquals("[3.0]", line.get("to").toString());
    }

    @Test
    void aWrongChangeIsRefusedAndTheRunGoesOn() throws IOException {
        try (Run run = RECIPE.start(policy, folder)) {
            Iterator<StepMetrics> steps = run.iterator();
            steps.next();
            assertRefused(run, "learning_rate", -1, "learning_rate is -1.0, must be above 0");
            assertRefused(run, "learning_rat", 1, "learning_rate");
            assertRefused(run, "lora_r", 8, "lora_r stays as it is");
            assertRefused(run, "reward_weights", List.of(1, 2), "has 2 weights");
            steps.next();
            assertEquals(List.of(), run.events());
        }
        assertFalse(Files.exists(folder.resolve("events.jsonl")));
    }

    private static void assertRefused(Run run, String key, Object value, String says) {
        var error = assertThrows(IllegalArgumentException.class, () -> run.change(key, value));
        assertTrue(error.getMessage().contains(says), error.getMessage());
    }

    @Test
    @Timeout(60)
    void aPausedRunSavesGoesOnAndStops() throws Exception {
        BlockingQueue<Integer> done = new LinkedBlockingQueue<>();
        try (Run run = RECIPE.start(policy, folder)) {
            Thread training =
                    new Thread(
                            () ->
                                    run.forEach(
                                            metrics -> {
                                                run.pause();
                                                done.add(metrics.step());
                                            }));
            training.start();
            assertEquals(1, done.take());
            assertTrue(run.isPaused());
            run.saveNow();
            while (Files.notExists(folder.resolve("checkpoint-1"))) {
                Thread.onSpinWait();
            }
            run.proceed();
            assertEquals(2, done.take());
            run.stop();
            training.join();
            assertEquals(2, run.step(), "a stopped pause takes no further step");
            List<String> events = run.events().stream().map(RunEvent::event).toList();
            assertEquals(List.of("pause", "save", "continue", "pause", "stop"), events);
        }
    }

    @Test
    void interruptingAPauseEndsTheRun() throws Exception {
        try (Run run = RECIPE.start(policy, folder)) {
            run.pause();
            Thread.currentThread().interrupt();
            assertFalse(run.iterator().hasNext());
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void theLastGroupsAreThoseOfTheStep() throws IOException {
        try (Run run = RECIPE.start(policy, folder)) {
            assertEquals(List.of(), run.lastGroups());
            StepMetrics metrics = run.iterator().next();
            RolloutGroup group = run.lastGroups().get(0);
            assertEquals(2, group.completions().size());
            double mean = (group.rewards()[0] + group.rewards()[1]) / 2;
            assertEquals(metrics.get("reward"), mean, 1e-9);
            assertEquals(group.completions().get(1).text().hashCode() % 7, group.scores()[0][1], 0);
            assertEquals(0, group.advantages()[0] + group.advantages()[1], 1e-6);
        }
    }

    private static Set<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
