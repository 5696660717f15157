package org.tina.recipe;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tina.data.Catalog;
import org.tina.grpo.Advantages;
import org.tina.grpo.GrpoConfig;
import org.tina.grpo.LearningRate;
import org.tina.grpo.LossType;
import org.tina.reward.CosineReward;
import org.tina.reward.WeightedReward;

/** The library's recipes are the paper's runs, and the miniature's are their mirrors. */
class ShippedRecipesTest {

    private static final String ALL =
            "accuracy format tag_count length reasoning_steps cosine repetition_penalty";

    static Stream<String> paper() {
        return Recipe.names().stream().filter(name -> !name.startsWith("mini"));
    }

    @Test
    void everyRunOfThePaperIsThereTwice() {
        assertEquals(21, paper().count());
        paper().forEach(name -> assertTrue(Recipe.names().contains("mini/" + name), name));
        assertEquals(43, Recipe.names().size());
    }

    /** The tables of the paper's appendix; steps are those of the schedule and those run. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "still            | RUC-AIBOX/STILL-3-Preview-RL-Data   | length accuracy  | 1 2 | 4 | 7500  | 3750",
                "deepscaler       | agentica-org/DeepScaleR-Preview-Dataset | format accuracy | 1 2 | 4 | 11000 | 5500",
                "open_rs1         | knoveleng/open-s1   | format accuracy  | 1 2 | 4 | 5000  | 2400",
                "open_rs2         | knoveleng/open-rs   | format accuracy  | 1 2 | 6 | 1500  | 850",
                "open_rs3         | knoveleng/open-rs   | format cosine    | 1 2 | 6 | 1500  | 850",
                "limr             | GAIR/LIMR           | format accuracy  | 1 2 | 4 | 360   | 180",
                "open_r1          | open-r1/OpenR1-Math-220k  | "
                        + ALL
                        + " | 1 1 1 1 1 1 1 | 8 | -1 | -1",
                "thoughts         | bethgelab/CuratedThoughts | "
                        + ALL
                        + " | 1 1 1 1 1 1 1 | 8 | -1 | -1",
                "2thought         | Intelligent-Internet/II-Thought-RL-v0-Math-50K | format accuracy | 1 2 | 4 | 13320 | 6660",
                "fastcurl         | Nickyang/FastCuRL   | format accuracy  | 1 2 | 4 | 11000 | 5500",
                "l1_exact         | agentica-org/DeepScaleR-Preview-Dataset | length_l1_exact | 1 | 4 | 11000 | 5500",
                "l1_max           | agentica-org/DeepScaleR-Preview-Dataset | length_l1_max   | 1 | 4 | 11000 | 5500",
                "limr_large_lr    | GAIR/LIMR           | format accuracy  | 1 2 | 4 | 360   | 180",
                "limr_small_lr    | GAIR/LIMR           | format accuracy  | 1 2 | 4 | 360   | 180",
                "limr_large_rank  | GAIR/LIMR           | format accuracy  | 1 2 | 4 | 360   | 180",
                "limr_medium_rank | GAIR/LIMR           | format accuracy  | 1 2 | 4 | 360   | 180",
                "limr_small_rank  | GAIR/LIMR           | format accuracy  | 1 2 | 4 | 360   | 180",
                "limr_tiny_rank   | GAIR/LIMR           | format accuracy  | 1 2 | 4 | 360   | 180",
                "open_rs3_drgrpo  | knoveleng/open-rs   | format cosine    | 1 2 | 6 | 1500  | 850",
                "open_rs3_format  | knoveleng/open-rs   | tag_count length reasoning_steps repetition_penalty | 1 1 1 1 | 6 | 1500 | 850",
                "open_rs3_long_completion | knoveleng/open-rs | format cosine | 1 2 | 6 | 1500 | 850",
            })
    void theyAreThePapersTable(
            String name, String dataset, String rewards, String weights, int g, int of, int steps) {
        Recipe recipe = Recipe.named(name);
        assertAll(
                () -> assertEquals(dataset, recipe.dataset()),
                () -> assertEquals(rewards, join(recipe.rewards(), WeightedReward::name)),
                () -> assertEquals(weights, join(recipe.rewards(), r -> (int) r.weight())),
                () -> assertEquals(g, recipe.grpo().numGenerations()),
                () -> assertEquals(8, recipe.grpo().promptsPerStep()),
                () -> assertEquals(of == -1, recipe.byEpochs()),
                () -> assertTrue(of == -1 || recipe.grpo().scheduleSteps() == of),
                () -> assertTrue(of == -1 || recipe.steps() == steps),
                () -> assertTrue(Catalog.find(recipe.dataset()).isPresent()));
        Recipe mini = Recipe.named("mini/" + name);
        assertEquals(rewards, join(mini.rewards(), WeightedReward::name));
        assertEquals(weights, join(mini.rewards(), r -> (int) r.weight()));
        assertEquals(g, mini.grpo().numGenerations());
        assertEquals(8, mini.grpo().promptsPerStep());
        assertEquals(of == -1, mini.byEpochs());
        double share = (double) steps / of;
        assertEquals(share, (double) mini.steps() / mini.grpo().scheduleSteps(), 0.02);
    }

    private static String join(
            List<WeightedReward> rewards, java.util.function.Function<WeightedReward, ?> what) {
        return rewards.stream().map(what).map(String::valueOf).collect(Collectors.joining(" "));
    }

    /** TINA.md's set-up of every run, but for what an ablation is about. */
    @ParameterizedTest
    @MethodSource("paper")
    void theyShareThePapersSetUp(String name) {
        Recipe recipe = Recipe.named(name);
        GrpoConfig grpo = recipe.grpo();
        assertEquals("deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B", recipe.model());
        assertEquals(4 * recipe.loraConfig().rank(), recipe.loraConfig().alpha());
        assertEquals(0.05, recipe.loraConfig().dropout());
        assertEquals(7, recipe.loraConfig().targets().size());
        assertEquals(LearningRate.COSINE_WITH_MIN_LR, grpo.lrSchedulerType());
        assertEquals(0.1, grpo.minLrRate());
        assertEquals(0.1, grpo.warmupRatio());
        assertEquals(0.7, grpo.temperature());
        assertEquals(512, grpo.maxPromptLength());
        assertEquals(0.04, grpo.beta());
        assertEquals(1.0, grpo.optimizer().maxGradNorm());
        assertEquals(0, grpo.optimizer().weightDecay());
        assertEquals(42, grpo.seed());
        assertFalse(grpo.temperatureInLoss(), "Tina's code did not divide");
        assertTrue(grpo.gradientCheckpointing());
        assertTrue(recipe.ignored().isEmpty());
        assertFalse(recipe.summary().isEmpty());
        String prompt = recipe.systemPrompt();
        assertTrue(prompt.contains("<think>\n...\n</think>\n<answer>\n...\n</answer>"), prompt);
        boolean openRs = recipe.dataset().equals("knoveleng/open-rs");
        assertEquals(openRs, prompt.contains("\\boxed{}"));
        assertEquals(openRs, prompt.contains("English"));
    }

    @ParameterizedTest
    @CsvSource({
        "limr,             1e-6, 32, 6e-4, 16",
        "limr_large_lr,    5e-6, 32, 3e-3, 16",
        "limr_small_lr,    5e-7, 32, 3e-4, 16",
        "limr_large_rank,  1e-6, 128, 6e-4, 64",
        "limr_medium_rank, 1e-6, 16, 6e-4, 8",
        "limr_small_rank,  1e-6, 8, 6e-4, 4",
        "limr_tiny_rank,   1e-6, 4, 6e-4, 2",
        "open_rs2,         1e-6, 32, 6e-4, 16",
    })
    void ratesAndRanksAreThePapersAndTheMirrorsKeepTheirRatios(
            String name, double rate, int rank, double miniRate, int miniRank) {
        Recipe recipe = Recipe.named(name);
        assertEquals(rate, recipe.grpo().learningRate());
        assertEquals(rank, recipe.loraConfig().rank());
        Recipe mini = Recipe.named("mini/" + name);
        assertEquals(miniRate, mini.grpo().learningRate());
        assertEquals(miniRank, mini.loraConfig().rank());
        assertEquals(4 * miniRank, mini.loraConfig().alpha());
    }

    @Test
    void theAblationsOfOpenRs3DifferInWhatTheyAreAbout() {
        for (String mini : List.of("", "mini/")) {
            Recipe rs3 = Recipe.named(mini + "open_rs3");
            Recipe drgrpo = Recipe.named(mini + "open_rs3_drgrpo");
            Recipe longer = Recipe.named(mini + "open_rs3_long_completion");
            assertEquals(
                    List.of("loss_type", "scale_rewards"), keys(drgrpo, rs3).sorted().toList());
            assertEquals(Advantages.NONE, drgrpo.grpo().scaleRewards());
            assertEquals(LossType.BNPO, drgrpo.grpo().lossType());
            assertEquals(List.of("max_completion_length"), keys(longer, drgrpo).toList());
            double longerBy = longer.grpo().maxCompletionLength();
            assertEquals(2.5, longerBy / rs3.grpo().maxCompletionLength());
            CosineReward cosine = (CosineReward) rs3.rewards().get(1).reward();
            assertEquals(rs3.grpo().maxCompletionLength(), cosine.maxLen());
        }
    }

    @Test
    void epochsMakeTheStepsOfThoseThatHaveNone() {
        int problems = Catalog.named("open_r1").rows();
        assertEquals((problems + 7) / 8, Recipe.named("open_r1").steps());
        assertEquals(250, Recipe.named("mini/open_r1").steps());
        assertEquals(210, Recipe.named("mini/thoughts").steps());
    }

    /** Larger sets stay larger, and a run sees as much of them as the paper's. */
    @Test
    void theMirrorsDataSetsKeepTheirOrder() {
        List<String> bySize =
                List.of(
                        "mini/limr",
                        "mini/open_rs2",
                        "mini/open_rs1",
                        "mini/still",
                        "mini/deepscaler",
                        "mini/2thought",
                        "mini/thoughts",
                        "mini/fastcurl",
                        "mini/open_r1");
        int last = 0;
        for (String name : bySize) {
            Recipe recipe = Recipe.named(name);
            int size = recipe.problems().size();
            assertTrue(size > last, name);
            last = size;
            double epochs = 8.0 * recipe.steps() / size;
            assertEquals(name.equals("mini/fastcurl") ? 0.55 : 1, epochs, 0.11, name);
        }
    }

    @Test
    void theQuickstartsRecipeIsAsItWas() {
        Recipe mini = Recipe.named("mini");
        GrpoConfig grpo = mini.grpo();
        assertEquals("", mini.base());
        assertEquals(60, mini.steps());
        assertEquals(60, grpo.scheduleSteps());
        assertEquals(6e-4, grpo.learningRate());
        assertEquals(8, grpo.numGenerations());
        assertEquals(8, grpo.promptsPerStep());
        assertEquals(96, grpo.maxCompletionLength());
        assertTrue(grpo.temperatureInLoss());
        assertEquals(2000, mini.problems().size());
    }

    private static Stream<String> keys(Recipe recipe, Recipe other) {
        return recipe.differencesFrom(other).stringColumn("key").asList().stream();
    }
}
