package org.tina.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import org.junit.jupiter.params.provider.FieldSource;
import org.tina.recipe.Recipe;
import org.tina.study.Study.Arm;
import org.tina.study.Study.Part;

class StudyTest {

    static final List<String> NAMES = Study.names();

    private static final String RIGHT =
            """
            question: Does it matter?
            seeds: [1, 2]
            evaluate:
              every: 10
              validation: {benchmark: mini/validation, problems: 20}
              at_the_end:
                - {benchmark: mini/test, problems: 30, samples: 2}
            arms:
              "16": {recipe: mini/limr}
              low: {recipe: mini/limr, lora_r: 1, lora_alpha: 4, full: {lora_alpha: 8}}
            """;

    @TempDir Path folder;

    private Study load(String text) throws IOException {
        return Study.load(Files.writeString(folder.resolve("mine.yaml"), text));
    }

    @Test
    void aFileIsAStudy() throws IOException {
        Study study = load(RIGHT);
        assertEquals("mine", study.name());
        assertEquals(List.of(1, 2), study.seeds());
        assertEquals(new Part("mini/validation", 20, 1), study.evaluations().validation());
        assertEquals(List.of(new Part("mini/test", 30, 2)), study.evaluations().atTheEnd());
        Recipe low = study.arm("low").recipe(7);
        assertEquals(1, low.loraConfig().rank());
        assertEquals(4, low.loraConfig().alpha());
        assertEquals(7, low.settings().get("seed"));
        assertEquals("mini/limr", low.dataset());
    }

    @Test
    void inFullSizeItIsThePapersRecipe() throws IOException {
        Study full = load(RIGHT).full();
        assertEquals("mine-full", full.name());
        Recipe low = full.arm("low").recipe(1);
        assertEquals("GAIR/LIMR", low.dataset());
        assertEquals(1, low.loraConfig().rank());
        assertEquals(8, low.loraConfig().alpha());
        assertFalse(full.evaluations().validation().benchmark().startsWith("mini/"));
    }

    @Test
    void aRecipeMayBeAFileBesideTheStudys() throws IOException {
        Files.writeString(folder.resolve("own.yaml"), "base: mini\nlearning_rate: 2.0e-3\n");
        Study study = load(RIGHT.replaceFirst("mini/limr", "own.yaml"));
        assertEquals(2e-3, study.arm("16").recipe(1).grpo().learningRate());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "seeds: [1, 2] | seeds: [] | has no seeds",
                "seeds: [1, 2] | seeds: [one] | seeds has one, must be a whole number",
                "seeds: [1, 2] | seed: 1 | unknown key of a study 'seed': did you mean 'seeds'?",
                "question: Does it matter? | question: '' | question is , must be text",
                "every: 10 | every: 0 | evaluate: every is 0, must be a whole number of at least 1",
                "every: 10 | evry: 10 | unknown key of evaluate 'evry': did you mean 'every'?",
                "samples: 2 | samples: 36 | samples is 36, must be a whole number from 1 to 35",
                "problems: 20} | problem: 20} | unknown key of validation 'problem'",
                "recipe: mini/limr} | rank: 4} | arm 16: recipe is missing",
                "mini/limr, lora_r | mini/lmr, lora_r | arm low: unknown recipe 'mini/lmr'",
                "lora_r: 1 | lora_rank: 1 | arm low: unknown key 'lora_rank'",
                "lora_alpha: 8 | lora_alpha: no | arm low: lora_alpha is false, must be a number",
                "full: {lora_alpha: 8} | full: 8 | arm low: full is 8, must be a mapping",
                "low: | a/b: | arms has 'a/b'",
                "seeds: [1, 2] | seeds: [1, 2 | not YAML",
            })
    void whatIsWrongIsNamed(String right, String wrong, String message) {
        var error =
                assertThrows(
                        IllegalArgumentException.class, () -> load(RIGHT.replace(right, wrong)));
        assertTrue(error.getMessage().contains("mine.yaml: "), error.getMessage());
        assertTrue(error.getMessage().contains(message), error.getMessage());
    }

    @Test
    void unknownNamesComeWithTheNearest() {
        var study = assertThrows(IllegalArgumentException.class, () -> Study.named("lora-rnk"));
        assertTrue(study.getMessage().contains("did you mean 'lora-rank'?"), study.getMessage());
        var arm =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Study.named("lora-rank").arm("16-fix"));
        assertTrue(arm.getMessage().contains("arm of study lora-rank"), arm.getMessage());
        assertThrows(IllegalArgumentException.class, () -> load(""));
        assertThrows(IllegalArgumentException.class, () -> Study.load(folder.resolve("none.yaml")));
    }

    @Test
    void stepsAreMeasuredEverySoManyAndAtTheEnd() throws IOException {
        var evaluations = load(RIGHT).evaluations();
        List<Integer> due =
                java.util.stream.IntStream.rangeClosed(0, 31)
                        .filter(step -> evaluations.isDue(step, 31))
                        .boxed()
                        .toList();
        assertEquals(List.of(0, 10, 20, 31), due, "30 is next to the last");
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void everyStudyOfTheLibraryHasSeedsEnoughAndMirrorsThePapersRecipes(String name) {
        Study study = Study.named(name);
        assertTrue(study.seeds().size() >= 3);
        assertTrue(study.question().endsWith("?"), study.question());
        for (Arm arm : study.arms()) {
            assertEquals("mini", arm.recipe(1).model(), arm.name());
            assertTrue(arm.recipe(1).dataset().startsWith("mini/"), arm.name());
        }
        for (Arm arm : study.full().arms()) {
            assertFalse(arm.recipe(1).dataset().startsWith("mini/"), arm.name());
            assertFalse(arm.recipe(1).model().equals("mini"), arm.name());
        }
    }

    @Test
    void theRankSweepHoldsAlphaAtFourTimesTheRankAndAtSixtyFour() {
        for (Arm arm : Study.named("lora-rank").arms()) {
            var lora = arm.recipe(1).loraConfig();
            assertEquals(arm.name().replace("-fixed", ""), "" + lora.rank());
            boolean fixed = arm.name().endsWith("-fixed");
            assertEquals(fixed ? 64 : 4 * lora.rank(), lora.alpha(), arm.name());
        }
    }
}
