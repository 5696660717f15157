package org.tina.recipe;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tina.data.ModelHub;
import org.tina.data.Problem;
import org.tina.data.ProblemSet;
import org.tina.grpo.Advantages;
import org.tina.grpo.LearningRate;
import org.tina.grpo.LossType;
import org.tina.lora.LoraConfig;
import org.tina.model.CausalLM;
import org.tina.reward.CosineReward;
import org.tina.reward.LengthReward;
import org.tina.reward.RepetitionPenalty;
import org.tina.reward.TargetLengths;
import org.tina.reward.WeightedReward;
import tech.tablesaw.api.Table;

class RecipeTest {

    /** A recipe file of the kind that Tina's users have. */
    private static final String TINAS =
            """
            # see the constants
            model_post_train_dataset_name: mini/train
            model_post_train_dataset_config:
            model_post_train_type: grpo
            rl_post_train_reward_funcs:
            - format
            - accuracy
            rl_post_train_reward_weights:
            - 1.0
            - 2.0

            # Model
            model_name_or_path: DeepSeek-R1-Distill-Qwen-1.5B
            model_revision: main
            torch_dtype: bfloat16
            attn_implementation: flash_attention_2
            use_peft: true
            lora_r: 16
            lora_alpha: 64
            lora_dropout: 0.05
            lora_target_modules:
            - q_proj
            - v_proj

            # Trainer
            scale_reward: false # Dr. GRPO
            bf16: true
            use_vllm: true
            vllm_device: cuda:0
            vllm_gpu_memory_utilization: 0.4
            vllm_max_model_len: 4608
            gradient_accumulation_steps: 4
            gradient_checkpointing: true
            gradient_checkpointing_kwargs:
              use_reentrant: false
            hub_model_id: someone/some-model
            hub_private_repo: true
            hub_strategy: every_save
            push_to_hub: false
            log_level: info
            logging_first_step: true
            logging_steps: 1
            wandb_project: tina
            learning_rate: 1e-6
            lr_scheduler_type: cosine_with_min_lr
            lr_scheduler_kwargs:
              min_lr_rate: 0.1
            max_prompt_length: 512
            max_completion_length: 3584
            max_steps: 1500 # for the schedule, stopped at 850
            stop_after_steps: 850
            num_generations: 6
            num_train_epochs: 1
            overwrite_output_dir: true
            per_device_train_batch_size: 6
            report_to:
            - wandb
            save_strategy: steps
            save_steps: 50
            save_total_limit: 100
            seed: 42
            temperature: 0.7
            warmup_ratio: 0.1
            delta: null
            """;

    @TempDir Path folder;

    @Test
    void theMiniaturesRecipeLoads() {
        Recipe mini = Recipe.named("mini");
        assertEquals("mini", mini.name());
        assertEquals("mini", mini.model());
        assertEquals(2000, mini.problems().size());
        assertEquals(List.of("format", "accuracy"), names(mini));
        assertEquals(8, mini.grpo().promptsPerStep());
        assertTrue(mini.ignored().isEmpty());
        assertTrue(mini.lora());
    }

    @Test
    void anUnknownRecipeIsNamedWithTheNearest() {
        assertRefused(() -> Recipe.named("minni"), "minni", "'mini'");
    }

    @Test
    void aFileInTinasStyleLoadsAsItIs() throws IOException {
        Recipe recipe = load(TINAS);
        assertEquals("tinas", recipe.name());
        assertEquals(1e-6, recipe.grpo().learningRate());
        assertEquals(LearningRate.COSINE_WITH_MIN_LR, recipe.grpo().lrSchedulerType());
        assertEquals(0.1, recipe.grpo().minLrRate());
        assertEquals(Advantages.NONE, recipe.grpo().scaleRewards());
        assertEquals(LossType.GRPO, recipe.grpo().lossType());
        assertEquals(0.04, recipe.grpo().beta());
        assertEquals(0, recipe.grpo().delta());
        assertEquals(4, recipe.grpo().promptsPerStep());
        assertEquals(1500, recipe.grpo().scheduleSteps());
        assertEquals(850, recipe.steps());
        assertEquals(
                LoraConfig.tina().withRank(16).withAlpha(64).withTargets("q_proj", "v_proj"),
                recipe.loraConfig());
        assertEquals(List.of(1.0, 2.0), weights(recipe));
        assertNull(recipe.systemPrompt());
    }

    @Test
    void keysThatMeanNothingHereAreNamed() throws IOException {
        Set<String> expected =
                Set.of(
                        "model_post_train_type",
                        "model_revision",
                        "torch_dtype",
                        "attn_implementation",
                        "bf16",
                        "use_vllm",
                        "vllm_device",
                        "vllm_gpu_memory_utilization",
                        "vllm_max_model_len",
                        "gradient_checkpointing_kwargs",
                        "hub_model_id",
                        "hub_private_repo",
                        "hub_strategy",
                        "push_to_hub",
                        "log_level",
                        "logging_first_step",
                        "logging_steps",
                        "wandb_project",
                        "overwrite_output_dir",
                        "save_strategy",
                        "save_total_limit");
        assertEquals(new TreeSet<>(expected), new TreeSet<>(load(TINAS).ignored()));
    }

    @Test
    void anUnknownKeyIsNamedWithTheNearest() {
        assertRefused(
                () -> load("learning_rat: 1e-6"), "tinas.yaml", "learning_rat", "'learning_rate'");
        assertRefused(
                () -> Recipe.named("mini").with(r -> r.set("lora_rank", 4)), "lora_rank", "lora_r");
        assertRefused(() -> load("lr_scheduler_kwargs: {min_lr: 1e-7}"), "min_lr", "'min_lr_rate'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "num_generations              | 1           | at least 2",
                "num_generations              | 2.5         | a whole number",
                "num_generations              | four        | a whole number",
                "num_generations              | 99999999999 | a whole number",
                "num_generations              |             | a whole number",
                "num_generations              | 3           | a multiple of num_generations 3",
                "per_device_train_batch_size  | 0           | at least 1",
                "gradient_accumulation_steps  | -1          | at least 1",
                "num_iterations               | 0           | at least 1",
                "max_steps                    | 0           | at least 1",
                "max_steps                    | -2          | at least 1",
                "num_train_epochs             | 0           | above 0",
                "num_train_epochs             | .inf        | above 0",
                "num_processes                | 0           | at least 1",
                "max_train_samples            | -1          | at least 0",
                "min_target_length            | -1          | at least 1",
                "target_length_alpha          | -1          | at least 0",
                "stop_after_steps             | -1          | at least 0",
                "learning_rate                | 0           | above 0",
                "learning_rate                | .inf        | above 0",
                "learning_rate                | .nan        | above 0",
                "learning_rate                | fast        | a number",
                "learning_rate                | [1]         | a number",
                "lr_scheduler_type            | cosin       | cosine",
                "lr_scheduler_kwargs          | 3           | a mapping",
                "lr_scheduler_kwargs          | {min_lr_rate: 2} | in [0, 1]",
                "warmup_ratio                 | 1.5         | in [0, 1]",
                "temperature                  | 0           | above 0",
                "top_p                        | 0           | in (0, 1]",
                "top_k                        | -1          | at least 0",
                "min_p                        | 1.1         | in [0, 1]",
                "max_prompt_length            | 0           | at least 1",
                "max_completion_length        | 0           | at least 1",
                "beta                         | -0.1        | at least 0",
                "beta                         | .nan        | at least 0",
                "loss_type                    | drgrpo      | dr_grpo",
                "scale_rewards                | groups      | group",
                "epsilon                      | 1           | in [0, 1)",
                "epsilon_high                 | -1          | at least 0",
                "delta                        | 1           | above 1 + epsilon",
                "mask_truncated_completions   | 7           | true or false",
                "gradient_checkpointing       | maybe       | true or false",
                "temperature_in_loss          | 1           | true or false",
                "use_peft                     | 0           | true or false",
                "adam_beta1                   | 1           | in [0, 1)",
                "adam_beta2                   | -1          | in [0, 1)",
                "adam_epsilon                 | 0           | above 0",
                "weight_decay                 | -1          | at least 0",
                "max_grad_norm                | -1          | at least 0",
                "tokens_per_micro_batch       | 0           | at least 1",
                "save_steps                   | 0           | at least 1",
                "seed                         | x           | a whole number",
                "lora_r                       | 0           | at least 1",
                "lora_alpha                   | 0           | above 0",
                "lora_dropout                 | 1           | in [0, 1)",
                "lora_target_modules          | [q_prj]     | q_proj",
                "lora_target_modules          | []          | at least one of",
                "lora_target_modules          | [1]         | a list of names",
                "cosine_max_len               | 0           | at least 1",
                "cosine_max_len               | 0.5         | a whole number",
                "cosine_min_value_wrong       | .nan        | a finite number",
                "cosine_max_value_wrong       | .inf        | a finite number",
                "cosine_min_value_correct     | low         | a number",
                "cosine_max_value_correct     | .inf        | a finite number",
                "repetition_n_grams           | 0           | at least 1",
                "repetition_max_penalty       | 0.5         | at most 0",
                "reward_errors                | ignore      | 'no_value'",
                "rl_post_train_reward_funcs   | [acuracy, format] | 'accuracy'",
                "rl_post_train_reward_weights | [1]         | has 1 weights",
                "rl_post_train_reward_weights | [a, b]      | a list of numbers",
                "rl_post_train_reward_weights | [.inf, 1]   | finite",
            })
    void aWrongValueIsNamedWithWhatIsAllowed(String key, String value, String allowed) {
        String written = value == null ? "" : value;
        Throwable error = assertRefused(() -> load(key + ": " + written), "tinas.yaml", allowed);
        String message = error.getMessage();
        String inKey = Key.named(key).orElseThrow().allowed;
        assertTrue(
                !allowed.matches("(at least \\d|at most|above \\d|in [\\[(]|finite).*")
                        || inKey.contains(allowed)
                        || error.getMessage().contains("multiple"),
                key + " says it is " + inKey);
        String shown = written.replaceAll("[\\[\\]{}]|\\.(inf|nan)|, .*|.*: ", "");
        assertTrue(message.contains(shown), message + " shows " + shown);
        boolean named = message.contains(key) || message.contains("reward");
        assertTrue(named, message + " names " + key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"- a\n- b", "just text", "", "a: [", "!!java.net.URL [x]", "a: &a [*a]"})
    void whatIsNoRecipeIsRefused(String text) {
        assertRefused(() -> load(text), "tinas.yaml");
    }

    @Test
    void aMissingFileIsNamed() {
        Path missing = folder.resolve("missing.yaml");
        assertRefused(() -> Recipe.load(missing), missing.toString());
    }

    @Test
    void yamlRoundTrips() throws IOException {
        for (Recipe recipe : List.of(Recipe.named("mini"), load(TINAS))) {
            Recipe again = load(recipe.toYaml());
            assertEquals(recipe.settings(), again.settings());
            assertEquals(recipe.grpo(), again.grpo());
            assertEquals(recipe.loraConfig(), again.loraConfig());
            assertEquals(recipe.steps(), again.steps());
        }
    }

    @Test
    void yamlTellsOfOnesOwnRewardsAndProblems() {
        Recipe recipe =
                Recipe.named("mini")
                        .with(
                                r ->
                                        r.rewards(new WeightedReward("mine", 3, (p, text) -> 1))
                                                .problems(ProblemSet.named("mini/test")));
        assertAll(
                () ->
                        assertEquals(
                                List.of("mine"),
                                recipe.settings().get("rl_post_train_reward_funcs")),
                () ->
                        assertEquals(
                                List.of(3.0),
                                recipe.settings().get("rl_post_train_reward_weights")),
                () ->
                        assertEquals(
                                "mini/test",
                                recipe.settings().get("model_post_train_dataset_name")));
        assertRefused(() -> load(recipe.toYaml()), "'mine'", "Recipe.load(file, reward)");
        WeightedReward again = new WeightedReward("mine", 3, (p, text) -> 1);
        Recipe loaded = Recipe.load(folder.resolve("tinas.yaml"), again);
        assertEquals(recipe.settings(), loaded.settings());
        assertEquals(List.of(again), loaded.rewards());
    }

    @Test
    void yamlSaysWhatEachKeyMeans() {
        List<String> lines = Recipe.named("open_rs2").toYaml().lines().toList();
        assertTrue(lines.contains("lora_r: 32  # the adapter's rank"), lines.toString());
        int prompt = lines.indexOf("system_prompt: |-");
        assertEquals("# " + Key.SYSTEM_PROMPT.meaning, lines.get(prompt - 1));
    }

    @Test
    void everyKeyHasAMeaning() {
        for (Key key : Key.values()) {
            assertTrue(key.meaning.length() > 8 && key.meaning.length() < 90, key.key());
            assertFalse(key.meaning.contains("\n"), key.key());
        }
    }

    @Test
    void eachChoiceIsAllowedAndNothingElse() {
        Recipe mini = Recipe.named("mini");
        for (Setting setting : mini.explained()) {
            for (String choice : setting.choices()) {
                Recipe chosen = mini.with(r -> r.set(setting.key(), choice));
                assertEquals(choice, chosen.settings().get(setting.key()));
            }
            if (!setting.choices().isEmpty()) {
                assertRefused(() -> mini.with(r -> r.set(setting.key(), "other")), setting.key());
            }
        }
    }

    @Test
    void whatIsMadeInCodeIsNotTheKeys() {
        Recipe own = Recipe.named("mini").with(r -> r.rewards(WeightedReward.named("format", 1)));
        assertEquals(
                List.of("reward_funcs", "reward_weights"),
                own.explained().stream().filter(Setting::inCode).map(Setting::shortName).toList());
    }

    @Test
    void theTableHasAllKeysAndMarksWhatIsNoDefault() {
        Table table = Recipe.named("mini").table();
        assertEquals(List.of("key", "value", "default", "meaning"), table.columnNames());
        assertEquals(Key.names(), table.stringColumn("key").asList());
        assertEquals(
                List.of("lora_r", "16", "32", "the adapter's rank (at least 1)"),
                row(table, Key.LORA_R.ordinal()));
        assertEquals("", table.stringColumn("default").get(Key.BETA.ordinal()));
    }

    @Test
    void differencesAreShownKeyByKey() {
        Recipe mini = Recipe.named("mini");
        assertEquals(0, mini.differencesFrom(mini).rowCount());
        Recipe mine = mini.with(r -> r.loraR(4).lossType("dapo").name("mine"));
        Table differences = mine.differencesFrom(mini);
        assertEquals(List.of("key", "mine", "mini"), differences.columnNames());
        assertEquals(List.of("lora_r", "4", "16"), row(differences, 0));
        assertEquals(List.of("loss_type", "dapo", "grpo"), row(differences, 1));
        assertEquals(2, differences.rowCount());
    }

    private static List<String> row(Table table, int row) {
        return table.columns().stream().map(column -> column.getString(row)).toList();
    }

    // ---------------------------------------------------------------- problems and prompts

    @Test
    void epochsMakeStepsWhereThereIsNoNumberOfThem() throws IOException {
        Recipe recipe =
                load("max_steps: -1\nnum_train_epochs: 0.11\ngradient_accumulation_steps: 3");
        assertTrue(recipe.byEpochs());
        assertEquals(74, recipe.steps(), "0.11 × 2000 / 3, rounded up");
        assertEquals(74, recipe.grpo().scheduleSteps());
        assertEquals(1, recipe.with(r -> r.set("num_train_epochs", 1e-9)).steps());
        assertEquals(667, load("gradient_accumulation_steps: 3").steps(), "one epoch by default");
        assertEquals(20, recipe.with(r -> r.maxSteps(20)).steps(), "a number goes first");
        assertEquals(33, recipe.with(r -> r.set("max_train_samples", 900)).steps());
        Recipe stopped = recipe.with(r -> r.set("stop_after_steps", 5));
        assertEquals(5, stopped.steps());
        assertEquals(74, stopped.grpo().scheduleSteps());
        Recipe own = recipe.with(r -> r.problems(ProblemSet.named("mini/test").take(60)));
        assertEquals(3, own.steps());
    }

    @Test
    void onlyTheFirstProblemsAreTakenIfTheRecipeSaysSo() throws IOException {
        Recipe recipe = load("max_train_samples: 7");
        assertEquals(
                ProblemSet.named("mini/train").take(7).problems(), recipe.problems().problems());
    }

    @Test
    void unusableRowsAreSkippedIfTheRecipeSaysSo() throws IOException {
        Path data = folder.resolve("data.jsonl");
        Files.writeString(
                data, "{\"problem\": \"1+1\", \"answer\": \"2\"}\n{\"problem\": \"2+2\"}\n");
        Recipe strict = load("dataset_name: " + data);
        assertRefused(strict::problems, "model_post_train_dataset_name", "data.jsonl");
        assertEquals(1, strict.with(r -> r.set("skip_unusable_rows", true)).problems().size());
    }

    @Test
    void moreDevicesTakeMoreProblemsAStep() throws IOException {
        assertEquals(12, load("num_processes: 3").grpo().promptsPerStep());
    }

    @Test
    void aPromptHasTheRecipesLayoutAndSystemPrompt() throws IOException {
        Problem problem = new Problem("1+1?", "$2$");
        try (CausalLM model = CausalLM.load(ModelHub.mini(), "cpu")) {
            assertEquals(
                    "<|bos|>Be brief.<|User|>1+1?<|Assistant|>",
                    load("system_prompt: Be brief.").prompts(model).apply(problem));
            String own = "{{ bos_token }}{% for m in messages %}[{{ m.role }}:{{ m.content }}]";
            Recipe recipe =
                    Recipe.named("mini").with(r -> r.set("chat_template", own + "{% endfor %}"));
            assertEquals("<|bos|>[user:1+1?]", recipe.prompts(model).apply(problem));
            assertEquals(
                    "<|bos|><|User|>1+1?<|Assistant|>",
                    Recipe.named("mini").prompts(model).apply(problem));
        }
    }

    @Test
    void lengthsAreAskedForAndPaidFor() {
        Recipe l1 = Recipe.named("mini/l1_exact");
        TargetLengths lengths = new TargetLengths(42, 3, 107);
        try (CausalLM model = CausalLM.load(ModelHub.mini(), "cpu")) {
            for (Problem problem : l1.problems().take(5)) {
                int asked = lengths.of(problem);
                assertEquals(
                        "<|bos|>Think for %d tokens.<|User|>%s<|Assistant|>"
                                .formatted(asked, problem.problem()),
                        l1.prompts(model).apply(problem));
                String right = "\\boxed{" + problem.solution().replace("$", "") + "}";
                String longer = right + " ".repeat(150);
                double[] scores =
                        l1.rewards()
                                .get(0)
                                .scores(List.of(problem, problem), List.of(right, longer));
                assertEquals(1 - 0.0112 * Math.abs(right.length() - asked), scores[0], 1e-9);
                assertEquals(1 - 0.0112 * Math.abs(longer.length() - asked), scores[1], 1e-9);
            }
        }
    }

    @Test
    void aChangeChangesOnlyWhatItNames() {
        Recipe mini = Recipe.named("mini");
        Map<String, Object> before = mini.settings();
        Recipe changed = mini.with(r -> r.learningRate(2e-3).loraR(4).name("mine"));
        assertEquals(before, mini.settings(), "the recipe itself never changes");
        Map<String, Object> expected = new HashMap<>(before);
        expected.put("learning_rate", 2e-3);
        expected.put("lora_r", 4);
        assertEquals(expected, changed.settings());
        assertEquals("mine", changed.name());
    }

    @Test
    void changesHaveTheKeysNames() {
        Recipe changed =
                Recipe.named("mini")
                        .with(
                                r ->
                                        r.model("m")
                                                .dataset("mini/test")
                                                .maxSteps(3)
                                                .loraAlpha(5)
                                                .beta(0)
                                                .temperature(0.9)
                                                .numGenerations(4)
                                                .lossType("dapo")
                                                .scaleRewards("batch")
                                                .seed(9));
        Map<String, Object> expected = new HashMap<>(Recipe.named("mini").settings());
        expected.putAll(
                Map.of(
                        "model_name_or_path",
                        "m",
                        "model_post_train_dataset_name",
                        "mini/test",
                        "max_steps",
                        3,
                        "lora_alpha",
                        5.0,
                        "beta",
                        0.0,
                        "temperature",
                        0.9,
                        "num_generations",
                        4,
                        "loss_type",
                        "dapo",
                        "scale_rewards",
                        "batch",
                        "seed",
                        9));
        assertEquals(expected, changed.settings());
    }

    @Test
    void stoppingEarlyLeavesTheScheduleAsItIs() {
        Recipe whole = Recipe.named("mini").with(r -> r.maxSteps(100));
        Recipe half = whole.with(r -> r.set("stop_after_steps", 50));
        assertEquals(100, whole.steps());
        assertEquals(50, half.steps());
        for (int step = 0; step < 50; step++) {
            assertEquals(whole.grpo().learningRate(step), half.grpo().learningRate(step));
        }
    }

    @Test
    void rewardsWithoutWeightsCountTheSame() throws IOException {
        Recipe recipe = load("rl_post_train_reward_funcs: [format, accuracy, tag_count]");
        assertEquals(List.of(1.0, 1.0, 1.0), weights(recipe));
        assertEquals(List.of(1.0, 2.0), weights(load("seed: 1")), "the defaults are Tina's");
    }

    @Test
    void rewardsHaveTheRecipesSettings() throws IOException {
        Recipe recipe =
                load(
                        """
                        rl_post_train_reward_funcs: [cosine, repetition_penalty, length]
                        cosine_min_value_wrong: -1
                        cosine_max_len: 3584
                        repetition_n_grams: 4
                        repetition_max_penalty: -2
                        """);
        assertEquals(
                List.of(
                        new CosineReward(-1, -0.5, 0.5, 1, 3584),
                        new RepetitionPenalty(4, -2),
                        new LengthReward()),
                recipe.rewards().stream().map(WeightedReward::reward).toList());
        assertEquals(
                List.of(CosineReward.tina(), RepetitionPenalty.tina()),
                load("rl_post_train_reward_funcs: [cosine, repetition_penalty]").rewards().stream()
                        .map(WeightedReward::reward)
                        .toList());
    }

    @Test
    void rewardsThatFailStopTheRunUnlessTheRecipeSaysOtherwise() {
        Recipe stop =
                Recipe.named("mini")
                        .with(r -> r.rewards(new WeightedReward("mine", 3, (p, text) -> 0.0 / 0)));
        Recipe goOn = stop.with(r -> r.set("reward_errors", "no_value"));
        assertFalse(stop.rewards().get(0).mayHaveNoValue());
        assertTrue(goOn.rewards().get(0).mayHaveNoValue());
        assertEquals(List.of(3.0), weights(goOn));
    }

    @Test
    void allLinearIsAllSeven() throws IOException {
        Recipe recipe = load("lora_target_modules: all-linear");
        assertEquals(LoraConfig.tina().targets(), recipe.loraConfig().targets());
        assertFalse(load("use_peft: false").lora());
    }

    // ---------------------------------------------------------------- helpers

    private Recipe load(String yaml) throws IOException {
        return Recipe.load(Files.writeString(folder.resolve("tinas.yaml"), yaml));
    }

    private static List<String> names(Recipe recipe) {
        return recipe.rewards().stream().map(WeightedReward::name).collect(Collectors.toList());
    }

    private static List<Double> weights(Recipe recipe) {
        return recipe.rewards().stream().map(WeightedReward::weight).collect(Collectors.toList());
    }

    private interface Action {
        Object run() throws Exception;
    }

    private static Throwable assertRefused(Action action, String... said) {
        var error = assertThrows(IllegalArgumentException.class, action::run);
        for (String part : said) {
            assertTrue(error.getMessage().contains(part), error.getMessage() + " says " + part);
        }
        return error;
    }
}
