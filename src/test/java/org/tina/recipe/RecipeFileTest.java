package org.tina.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tina.grpo.LossType;
import org.tina.reward.CosineReward;
import org.tina.reward.WeightedReward;

class RecipeFileTest {

    @TempDir Path folder;

    // ---------------------------------------------------------------- bases

    @Test
    void aFileBuildsOnTheLibrarysOrOnAnother() throws IOException {
        write("lab.yaml", "base: open_rs2\nlora_r: 8\nuse_vllm: true");
        write("sub/mine.yaml", "base: ../lab.yaml\nlora_alpha: 32\nvllm_device: auto");
        Recipe mine = Recipe.load(folder.resolve("sub/mine.yaml"));
        assertEquals("mine", mine.name());
        assertEquals("lab", mine.base());
        assertEquals(8, mine.loraConfig().rank());
        assertEquals(32, mine.loraConfig().alpha());
        assertEquals(6, mine.grpo().numGenerations());
        assertEquals(850, mine.steps());
        assertEquals(List.of("vllm_device", "use_vllm"), mine.ignored());
    }

    @Test
    void aBaseCanBeWhatThePapersRunsShare() throws IOException {
        Recipe mine = load("base: tina\nmodel_post_train_dataset_name: limr\nmax_steps: 40");
        assertEquals(Recipe.named("limr").systemPrompt(), mine.systemPrompt());
        assertEquals("GAIR/LIMR", mine.dataset());
        assertEquals(40, mine.steps());
        assertFalse(Recipe.names().contains("tina"), "it is no run");
        refused("tina", () -> Recipe.named("tina"));
    }

    @Test
    void circlesAreErrors() throws IOException {
        write("a.yaml", "base: b.yaml");
        write("b.yaml", "base: a.yaml");
        refused("a.yaml → ", () -> Recipe.load(folder.resolve("a.yaml")));
        refused("itself", () -> load("base: mine.yaml"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "base: open_rs22     | did you mean 'open_rs2'",
                "base: missing.yaml  | missing.yaml: no such file",
                "base: [a]           | must be a recipe's name or a YAML file",
                "base:               | must be a recipe's name or a YAML file",
            })
    void aBaseThatIsNotThereIsNamed(String yaml, String says) {
        refused(says, () -> load(yaml));
        refused("mine.yaml: base", () -> load(yaml));
    }

    @Test
    void whatIsWrongInABaseNamesItsFile() throws IOException {
        write("lab.yaml", "lora_q: 8");
        refused("lab.yaml: unknown key 'lora_q'", () -> load("base: lab.yaml"));
    }

    @Test
    void otherRewardsDoNotInheritWeights() throws IOException {
        Recipe mine = load("base: mini\nrl_post_train_reward_funcs: [format, accuracy, length]");
        assertEquals(List.of(1.0, 1.0, 1.0), weights(mine));
        assertEquals(List.of(1.0, 2.0), weights(load("base: mini")));
        assertEquals(
                List.of(1.0),
                weights(load("reward_funcs: [format]\nreward_weights:")),
                "TRL's null");
    }

    // ---------------------------------------------------------------- keys of TRL and Tina

    @Test
    void tinasNamesStandForWhatItsCodeSetsWithThem() throws IOException {
        String tinas =
                """
                model_name_or_path: DeepSeek-R1-Distill-Qwen-1.5B
                model_post_train_dataset_name: %s
                rl_post_train_reward_funcs: [format, cosine]
                rl_post_train_reward_weights: [1.0, 2.0]
                scale_reward: false
                max_steps: 1500
                """;
        Recipe drgrpo = load(tinas.formatted("open_rs3_drgrpo_ablation"));
        Recipe shipped = Recipe.named("open_rs3_drgrpo");
        assertEquals("deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B", drgrpo.model());
        assertEquals("knoveleng/open-rs", drgrpo.dataset());
        assertEquals(shipped.systemPrompt(), drgrpo.systemPrompt());
        assertEquals(
                shipped.settings().get("chat_template"), drgrpo.settings().get("chat_template"));
        assertEquals(LossType.BNPO, drgrpo.grpo().lossType());
        assertFalse(drgrpo.grpo().temperatureInLoss());
        assertEquals(3584, ((CosineReward) drgrpo.rewards().get(1).reward()).maxLen());

        Recipe l1 = load("model_post_train_dataset_name: l1_max\nsystem_prompt: mine");
        assertEquals("agentica-org/DeepScaleR-Preview-Dataset", l1.dataset());
        assertEquals("mine", l1.systemPrompt(), "what the file says goes first");
        assertEquals(4000, l1.settings().get("max_target_length"));
        assertEquals("", l1.settings().get("chat_template"), "made for another model");
    }

    @Test
    void trlsOtherNamesAreKnown() throws IOException {
        Recipe recipe =
                load(
                        """
                        dataset_name: mini/test
                        reward_funcs: [accuracy]
                        reward_weights: [3]
                        scale_reward: true
                        """);
        assertEquals("mini/test", recipe.dataset());
        assertEquals(List.of(3.0), weights(recipe));
        refused("given too", () -> load("scale_reward: true\nscale_rewards: batch"));
        refused("duplicate key", () -> load("seed: 1\nseed: 2"));
    }

    @Test
    void newerKeysAreIgnoredWhereTheySayWhatIsDoneHere() throws IOException {
        Recipe recipe =
                load(
                        """
                        importance_sampling_level: token
                        top_entropy_quantile: 1
                        optim: adamw_torch
                        use_dora: false
                        generation_kwargs:
                        warmup_steps: 0
                        delta:
                        top_k: 0
                        min_p: null
                        epsilon_high: null
                        """);
        assertEquals(6, recipe.ignored().size());
        assertEquals(0, recipe.grpo().delta());
        assertEquals(0.2, recipe.grpo().epsilonHigh());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "loss_type: sapo                     | sapo",
                "importance_sampling_level: sequence | it does token",
                "use_dora: true                      | use_dora is true",
                "optim: lion_8bit                    | it does adamw_torch",
                "top_entropy_quantile: 0.2           | it does 1.0",
                "model_post_train_type: sft          | it does grpo",
                "beta:                               | beta is null, must be a number",
                "system_prompt: [a]                  | must be text",
                "model_name_or_path:                 | must be text",
                "model_post_train_dataset_config: x  | model_post_train_dataset_config is x, none of mini/train",
            })
    void whatIsNotSupportedIsAnError(String yaml, String says) {
        refused(says, () -> load(yaml));
    }

    @Test
    void anUnknownKeyIsNamedWithTheNearestOnly() {
        String message = refused("'max_step'", () -> load("max_step: 3"));
        assertTrue(message.contains("'max_steps'"), message);
        assertTrue(message.length() < folder.toString().length() + 90, message);
        refused("'use_vllm'", () -> load("use_vlm: true"), "did you mean");
        refused("'base'", () -> load("bas: mini"));
    }

    @Test
    void anotherTrainersKeyIsNoUnknownOne() {
        Recipe mini = Recipe.named("mini");
        for (String key : List.of("dtype", "use_vllm")) {
            var error =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> mini.with(changes -> changes.set(key, "x")));
            assertTrue(error.getMessage().startsWith("key '" + key + "' can't be changed"), key);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Qwen2.5-1.5B=Qwen/Qwen2.5-1.5B",
                "DeepSeek-R1-Distill-Qwen-7B=deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
                "someone/Qwen2=someone/Qwen2",
                "mini=mini",
                "models/mine=models/mine"
            })
    void modelsWithoutOwnerGetTheirs(String writtenAndFull) throws IOException {
        String[] names = writtenAndFull.split("=");
        assertEquals(names[1], load("model_name_or_path: " + names[0]).model());
    }

    // ---------------------------------------------------------------- check

    @Test
    void aCheckSaysWhatEachKeyWouldDo() throws IOException {
        RecipeCheck check =
                RecipeCheck.of(
                        write(
                                "mine.yaml",
                                """
                                base: mini
                                lora_r: 4
                                use_vllm: true
                                learning_rat: 1
                                epsilon: x
                                warmup_ratio: 7
                                """));
        assertEquals(
                List.of("lora_r", "use_vllm", "learning_rat", "epsilon", "warmup_ratio"),
                check.table().stringColumn("key").asList());
        assertEquals(
                List.of("applied", "ignored", "unknown", "wrong", "applied"),
                check.table().stringColumn("here").asList());
        assertEquals(Key.LORA_R.meaning, check.table().stringColumn("meaning").get(0));
        assertEquals(3, check.errors().size(), "the rest is checked, too: " + check.errors());
        assertTrue(check.errors().get(0).contains("'learning_rate'"));
        assertTrue(check.errors().get(2).contains("warmup_ratio is 7.0"));
        assertTrue(check.recipe().isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "'dataset_name: limmr', 'limr'",
        "'dataset_name: none.parquet', 'no such file'",
        "'dataset_name: mini/tset', 'mini/test'",
    })
    void aCheckLooksForTheDataSet(String yaml, String says) throws IOException {
        RecipeCheck check = RecipeCheck.of(write("mine.yaml", yaml));
        assertTrue(check.recipe().isEmpty());
        assertTrue(check.errors().get(0).contains(says), check.errors().toString());
    }

    @Test
    void aCheckOfWhatCannotBeReadSaysSo() throws IOException {
        assertEquals(List.of("no such file"), RecipeCheck.of(folder.resolve("no.yaml")).errors());
        RecipeCheck check = RecipeCheck.of(write("mine.yaml", "- a"));
        assertEquals(0, check.table().rowCount());
        assertEquals(1, check.errors().size());
        assertNull(check.recipe().orElse(null));
    }

    // ---------------------------------------------------------------- helpers

    private Path write(String name, String yaml) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, yaml);
    }

    private Recipe load(String yaml) throws IOException {
        return Recipe.load(write("mine.yaml", yaml));
    }

    private static List<Double> weights(Recipe recipe) {
        return recipe.rewards().stream().map(WeightedReward::weight).toList();
    }

    private interface Action {
        Object run() throws Exception;
    }

    private static String refused(String says, Action action, String... alsoSays) {
        String message = assertThrows(IllegalArgumentException.class, action::run).getMessage();
        assertTrue(message.contains(says), message + " says " + says);
        for (String also : alsoSays) {
            assertTrue(message.contains(also), message + " says " + also);
        }
        return message;
    }
}
