package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tina.grpo.StepMetrics;
import org.tina.mini.TinyModel;
import org.tina.notebook.RecipePanel.Trained;
import org.tina.notebook.widget.Control;
import org.tina.recipe.Recipe;
import org.tina.reward.Reward;
import org.tina.reward.WeightedReward;

/** The recipe panel without a page: its fields are set as a page sets them. */
class RecipePanelTest {
    private static final Recipe MINI = Recipe.named("mini");

    @TempDir Path folder;
    private final RecipePanel panel = RecipePanel.of(MINI);

    @AfterEach
    void endCell() {
        Cell.end();
    }

    @SuppressWarnings("unchecked")
    private <V> void set(String key, V value) {
        ((Control<V>) panel.field(key).control()).set(value);
    }

    private String said(String key) {
        return panel.field(key).toString();
    }

    @Test
    void everySettingHasAFieldAndNothingDiffersAtFirst() {
        assertEquals(MINI.settings(), panel.recipe().settings());
        MINI.settings().keySet().forEach(key -> assertEquals(key, panel.field(key).key()));
        assertFalse(panel.toString().contains("mini:"), panel.toString());
        assertTrue(said("beta").contains("KL penalty"), said("beta"));
    }

    @Test
    void eachKindOfFieldSetsTheRecipe() {
        set("learning_rate", 1e-3); // slider
        set("lora_r", "4"); // text
        set("loss_type", "dr_grpo"); // choice
        set("use_rslora", true); // check box
        set("lr_scheduler_kwargs", "{min_lr_rate: 0.5}"); // mapping
        Recipe expected =
                MINI.with(
                        r ->
                                r.learningRate(1e-3)
                                        .loraR(4)
                                        .lossType("dr_grpo")
                                        .set("use_rslora", true)
                                        .set("lr_scheduler_kwargs", Map.of("min_lr_rate", 0.5)));
        assertEquals(expected.settings(), panel.recipe().settings());
        assertTrue(said("lora_r").contains("mini: 16"), said("lora_r"));
        assertTrue(panel.field("seed").toString().startsWith("seed: 42"));
    }

    @Test
    void aWrongValueIsSaidAndNotTaken() {
        set("lora_r", "0");
        assertTrue(said("lora_r").contains("must be at least 1"), said("lora_r"));
        assertTrue(said("lora_r").contains("stays 16"), said("lora_r"));
        set("max_steps", "many");
        assertTrue(said("max_steps").contains("max_steps is many"), said("max_steps"));
        assertEquals(MINI.settings(), panel.recipe().settings());

        set("lora_r", "8");
        assertFalse(said("lora_r").contains("must"), said("lora_r"));
        assertEquals(8, panel.recipe().loraConfig().rank());
        assertTrue(said("max_steps").contains("max_steps is many"), said("max_steps"));
    }

    @Test
    void valuesThatOnlyFitTogetherAreTakenTogether() {
        set("rl_post_train_reward_funcs", "[format, accuracy, cosine]");
        assertEquals(2, panel.recipe().rewards().size());
        assertTrue(said("rl_post_train_reward_funcs").contains("has 3 rewards"));
        set("rl_post_train_reward_weights", "[1, 2, 0.5]");
        assertEquals(3, panel.recipe().rewards().size());
        assertEquals(0.5, panel.recipe().rewards().get(2).weight());
        assertFalse(said("rl_post_train_reward_funcs").contains("not taken"));
    }

    @Test
    void resetGoesBackToTheNamedRecipe() {
        set("beta", 0.1);
        set("num_generations", "7");
        panel.field("beta").resetButton().click();
        panel.field("num_generations").resetButton().click();
        assertEquals(MINI.settings(), panel.recipe().settings());
        assertFalse(panel.toString().contains("not taken"), panel.toString());
    }

    @Test
    void aChangeFromACellMovesTheFieldsAllOrNone() {
        panel.change(r -> r.beta(0).seed(7));
        assertEquals(0.0, panel.field("beta").control().value());
        assertEquals("7", panel.field("seed").control().value());
        assertEquals(7, panel.recipe().grpo().seed());
        Recipe before = panel.recipe();
        assertThrows(IllegalArgumentException.class, () -> panel.change(r -> r.loraR(0)));
        assertThrows(
                IllegalArgumentException.class,
                () -> panel.change(r -> r.seed(8).temperature(1000))); // beyond the slider
        assertSame(before, panel.recipe());
        assertEquals("7", panel.field("seed").control().value());
    }

    @Test
    void whatIsMadeInCodeCanNotBeTyped() {
        Recipe own = MINI.with(r -> r.rewards(WeightedReward.named("format", 1)));
        String field = RecipePanel.of(own).field("rl_post_train_reward_funcs").toString();
        assertTrue(field.contains("made in code"), field);
    }

    @Test
    void savingNeverReplacesUnasked() throws IOException {
        set("seed", "7");
        Path file = folder.resolve("mine.yaml");
        panel.fileBox().set(file.toString());
        panel.saveButton().click();
        String words = panel.savedText().toString();
        assertTrue(
                words.contains("environment/tina train --recipe  " + file)
                        || words.contains("environment/tina train --recipe " + file),
                words);
        assertEquals(7, Recipe.load(file).grpo().seed());
        assertEquals("mini: seed 7", Recipe.load(file).summary());

        set("seed", "8");
        panel.saveButton().click();
        assertTrue(panel.savedText().toString().contains("already"));
        assertEquals(7, Recipe.load(file).grpo().seed());
        assertThrows(FileAlreadyExistsException.class, () -> panel.save(file));
        panel.saveButton().click();
        assertEquals(8, Recipe.load(file).grpo().seed());
    }

    @Test
    void runsAreLaidOverOneAnother() throws IOException {
        assertThrows(IllegalStateException.class, panel::chart);
        Recipe tiny = tiny();
        RecipePanel tinys = RecipePanel.of(tiny);
        Trained first = tinys.run();
        tinys.change(r -> r.beta(0));
        Trained second = tinys.run();
        Trained third = tinys.run();

        assertEquals(3, first.steps().size());
        assertEquals(
                List.of(tiny.name(), "beta 0", "beta 0 (2)"),
                tinys.runs().stream().map(Trained::label).toList());
        assertEquals(
                second.steps().stream().map(s -> s.get("reward")).toList(),
                third.steps().stream().map(s -> s.get("reward")).toList());
        assertTrue(Files.exists(second.directory().resolve("checkpoint-3")));
        assertEquals(0, Recipe.load(second.directory().resolve("recipe.yaml")).grpo().beta());
        String alt = tinys.chart().alt();
        assertTrue(alt.contains("format reward") && alt.contains("beta 0 (2)"), alt);
        assertEquals(2 * tinys.chart().width(), tinys.chart().image().getWidth());
    }

    @Test
    void aRunCanBeStoppedWhileItLearns() throws IOException {
        RecipePanel[] panels = new RecipePanel[1];
        AtomicInteger scored = new AtomicInteger();
        Reward stopper =
                (problem, text) -> {
                    if (scored.incrementAndGet() == 3) { // two completions a step
                        panels[0].stop();
                    }
                    return 0;
                };
        panels[0] =
                RecipePanel.of(
                        tiny().with(r -> r.rewards(new WeightedReward("stopper", 1, stopper))));
        assertEquals(2, panels[0].run().steps().size());
    }

    /** Three short steps of a tiny model. */
    private Recipe tiny() throws IOException {
        Path model = TinyModel.writeTalkative(folder.resolve("model"), 3);
        String name = inFolder("tiny");
        return MINI.with(
                r ->
                        r.name(name)
                                .model(model.toString())
                                .set("num_generations", 2)
                                .set("per_device_train_batch_size", 2)
                                .set("gradient_accumulation_steps", 1)
                                .set("max_completion_length", 5)
                                .maxSteps(3));
    }

    /** A recipe's name that brings its runs into the test's folder. */
    private String inFolder(String name) throws IOException {
        Path runs = Files.createDirectories(Path.of("runs")).toAbsolutePath();
        return runs.relativize(folder.resolve(name).toAbsolutePath()).toString();
    }

    @Test
    void aRunThatFailsLeavesThePanelUsable() {
        panel.change(r -> r.model(folder.resolve("nothing").toString()).name("nothing"));
        assertThrows(IllegalArgumentException.class, panel::run);
        assertThrows(IllegalArgumentException.class, panel::run); // not "is at work"
        assertEquals(List.of(), panel.runs());
    }

    @Test
    void curvesOfDifferentRewardsShareAPicture() {
        StepMetrics one = new StepMetrics(1, Map.of("reward", -1.0, "rewards/cosine/mean", 0.5));
        StepMetrics other = new StepMetrics(1, Map.of("reward", 2.0, "rewards/format/mean", 1.0));
        Picture picture = RunsPicture.of("two", Map.of("a", List.of(one), "b", List.of(other)), 1);
        assertTrue(picture.alt().contains("cosine reward: a 0.500"), picture.alt());
        assertTrue(picture.alt().contains("format reward: b 1"), picture.alt());
    }
}
