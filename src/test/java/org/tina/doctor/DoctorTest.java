package org.tina.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tina.grpo.StepMetrics;
import org.tina.grpo.TrainingLog;
import org.tina.recipe.Recipe;
import org.tina.recipe.Recipe.Changes;

/** The rules on recorded runs, and on a good run whose figures are changed. */
class DoctorTest {

    private static final String FORMAT = "rewards/format/mean";
    private static final String ACCURACY = "rewards/accuracy/mean";

    @TempDir Path folder;
    private List<StepMetrics> healthy;

    @BeforeEach
    void read() throws IOException {
        healthy = steps("healthy");
    }

    // ---------------------------------------------------------------- recorded runs

    @Test
    void aGoodRunHasNoProblem() {
        Diagnosis diagnosis = examine(healthy);
        assertEquals(List.of(), diagnosis.problems());
        assertEquals("mini: 20 steps, no problem, 1 note", diagnosis.headline());
        assertTrue(diagnosis.names("a loss of zero is normal"));
    }

    @Test
    void aRateThatIsTooLargeShowsInManyWays() throws IOException {
        Diagnosis diagnosis = Doctor.examine(copy("too-fast"));
        assertTrue(diagnosis.names("KL runs away"), diagnosis::toString);
        assertTrue(diagnosis.names("the reward falls back"), diagnosis::toString);
        assertTrue(diagnosis.names("the policy turns to noise"), diagnosis::toString);
    }

    @Test
    void aRateIsTooSmallWhereThePolicyStandsStill() throws IOException {
        List<StepMetrics> slow = steps("slow");
        assertSeen("the learning rate is too small", "at 3.0e-05 the policy is", slow);
        List<StepMetrics> moves =
                changed(slow, (i, values) -> values.computeIfPresent("kl", (k, kl) -> kl * 100));
        assertEquals(List.of(), examine(moves).problems());
    }

    @Test
    void duringTheWarmUpNoRateIsTooSmall() throws IOException {
        List<StepMetrics> still =
                changed(
                        steps("slow"),
                        (i, values) -> {
                            values.put("kl", 1e-9);
                            values.put("learning_rate", 1e-8 * i);
                        });
        assertFalse(examine(still).names("the learning rate is too small"));
    }

    @Test
    void aTornLogIsExaminedAndSaidToBeTorn() throws IOException {
        Path log = copy("healthy");
        String text = Files.readString(log);
        Files.writeString(log, text.substring(0, text.length() - 40));
        Diagnosis diagnosis = Doctor.examine(log);

        assertEquals(19, diagnosis.steps());
        assertEquals(1, diagnosis.notices().size());
        assertTrue(diagnosis.notices().get(0).contains("line 20"), diagnosis.notices().get(0));
    }

    @Test
    void fewStepsAreNoReasonToComplain() {
        for (int steps = 0; steps <= 5; steps++) {
            assertEquals(List.of(), examine(healthy.subList(0, steps)).problems());
        }
    }

    // ---------------------------------------------------------------- rules

    @Test
    void everyCompletionIsCutOff() {
        List<StepMetrics> cut =
                changed(
                        healthy,
                        (i, values) -> {
                            values.put("completions/clipped_ratio", 1.0);
                            nothing(values);
                        });
        assertSeen("every completion is cut off", "100% of the completions", cut);
        assertSeen("the reward is flat at zero", "the completions are cut off at 96 tokens", cut);
        assertFalse(examine(cut).names("the reward falls back"), "what is zero can't fall");
    }

    @Test
    void aRewardOfZeroHasALikelyReason() {
        assertSeen(
                "the reward is flat at zero",
                "neither form nor answer was right even once",
                changed(healthy, (i, values) -> nothing(values)));
        assertSeen(
                "the reward is flat at zero",
                "the completions end at once (1.00 tokens)",
                changed(
                        healthy,
                        (i, values) -> {
                            nothing(values);
                            values.put("completions/mean_length", 1.0);
                        }));
        List<StepMetrics> own =
                changed(
                        healthy,
                        (i, values) -> {
                            nothing(values);
                            values.remove(FORMAT);
                            values.remove(ACCURACY);
                            values.put("rewards/mine/mean", 0.0);
                        });
        Diagnosis diagnosis = Doctor.examine(own);
        assertTrue(
                seen(diagnosis, "the reward is flat at zero")
                        .contains("the reward function itself (mine)"),
                diagnosis::toString);
    }

    @Test
    void oneOfTheRewardsNeverPaysOrHasNoValue() {
        assertSeen(
                "a reward never pays",
                "format is 0 in all of 20 steps",
                changed(healthy, (i, values) -> values.put(FORMAT, 0.0)));
        assertSeen(
                "a reward has no value",
                "accuracy has none in all of 20 steps",
                changed(healthy, (i, values) -> values.put(ACCURACY, Double.NaN)));
    }

    @Test
    void aPenaltyThatIsZeroHasDoneItsWork() {
        List<StepMetrics> steps =
                changed(healthy, (i, values) -> values.put("rewards/repetition_penalty/mean", 0.0));
        assertEquals(List.of(), examine(steps).problems());
    }

    @Test
    void groupsWithoutVarianceAreAProblemUnlessTheRunHasSolvedThem() {
        assertSeen(
                "groups without variance",
                "in 75% of the groups",
                changed(healthy, (i, values) -> values.put("frac_reward_zero_std", 0.75)));
        List<StepMetrics> solved =
                changed(
                        healthy,
                        (i, values) -> values.put("frac_reward_zero_std", i < 10 ? 0.0 : 0.8));
        assertEquals(List.of(), examine(solved).problems());
        assertTrue(examine(solved).names("little is left to learn"));
    }

    @Test
    void formatRisesWhileAccuracyFalls() {
        assertSeen(
                "format up, accuracy down",
                "accuracy from 0.570 to 0.345",
                changed(
                        healthy,
                        (i, values) -> {
                            values.put(FORMAT, 0.4 + 0.02 * i);
                            values.put(ACCURACY, 0.6 - 0.015 * i);
                        }));
    }

    @Test
    void lengthsRunToTheCapOrToNothing() {
        assertSeen(
                "length runs to the cap",
                "51% of the last completions reach the cap of 96 tokens",
                changed(
                        healthy,
                        (i, values) -> {
                            values.put("completions/mean_length", 40.0 + 2 * i);
                            values.put("completions/clipped_ratio", i < 8 ? 0 : 0.03 * i);
                        }));
        BiConsumer<Integer, Map<String, Double>> shorter =
                (i, values) -> values.put("completions/mean_length", 50.0 - 2 * i);
        assertFalse(examine(changed(healthy, shorter)).names("answers become short"));
        assertNames(
                "answers become short",
                changed(healthy, shorter.andThen((i, values) -> values.put(ACCURACY, 0.5))));
    }

    @Test
    void theEntropyCollapsesOrIsNotThereFromTheStart() {
        assertNames(
                "the entropy collapses",
                changed(
                        healthy,
                        (i, values) -> {
                            values.put("entropy", 0.07 * Math.exp(-0.25 * i));
                            values.put("reward", 1.5);
                        }));
        assertSeen(
                "sampling hardly varies",
                "0.001 nats a token in the first steps at temperature 0.050",
                changed(healthy, (i, values) -> values.put("entropy", 0.001)),
                r -> r.temperature(0.05));
    }

    @Test
    void theGradientIsAlwaysClippedByTheSettingAtHand() {
        List<StepMetrics> steps = changed(healthy, (i, values) -> values.put("grad_norm", 0.5));
        assertEquals(List.of(), examine(steps).problems());
        assertSeen(
                "the gradient is always clipped",
                "above 0.100 in 100% of the steps",
                steps,
                r -> r.set("max_grad_norm", 0.1));
        assertNames(
                "not a number",
                changed(
                        healthy,
                        (i, values) -> values.put("grad_norm", i == 12 ? Double.NaN : 0.1)));
    }

    @Test
    void theRestOfTheRulesAboutUpdates() {
        assertSeen(
                "KL runs away",
                "0.700 nats a token",
                changed(healthy, (i, values) -> values.put("kl", 0.7)));
        assertSeen(
                "most ratios are clipped",
                "30% of the tokens",
                changed(healthy, (i, values) -> values.put("clip_ratio/region_mean", 0.3)));
        Diagnosis off =
                Doctor.examine(
                        changed(healthy, (i, values) -> values.put("kl", 0.0)),
                        Recipe.named("mini").with(r -> r.beta(0)));
        assertTrue(off.names("nothing holds the policy"), off::toString);
        assertEquals(List.of(), off.problems());
    }

    @Test
    void aRecipeThatPaysTheFormAloneIsNamed() {
        assertNames(
                "only the form is paid",
                changed(healthy, (i, values) -> values.remove(ACCURACY)),
                r ->
                        r.set("rl_post_train_reward_funcs", List.of("format"))
                                .set("rl_post_train_reward_weights", List.of(1.0)));
    }

    // ---------------------------------------------------------------- helpers

    private static void nothing(Map<String, Double> values) {
        for (String name : List.of("reward", "reward_std", FORMAT, ACCURACY, "grad_norm")) {
            values.put(name, 0.0);
        }
        values.put("frac_reward_zero_std", 1.0);
    }

    /** Changes each step, counted from 0. */
    private static List<StepMetrics> changed(
            List<StepMetrics> steps, BiConsumer<Integer, Map<String, Double>> change) {
        List<StepMetrics> out = new ArrayList<>();
        for (StepMetrics step : steps) {
            Map<String, Double> values = new LinkedHashMap<>(step.values());
            change.accept(out.size(), values);
            out.add(new StepMetrics(step.step(), values));
        }
        return out;
    }

    private static Diagnosis examine(List<StepMetrics> steps) {
        return Doctor.examine(steps, Recipe.named("mini"));
    }

    private static void assertNames(String rule, List<StepMetrics> steps) {
        assertNames(rule, steps, r -> r);
    }

    private static void assertNames(
            String rule, List<StepMetrics> steps, UnaryOperator<Changes> settings) {
        assertSeen(rule, "", steps, settings);
    }

    private static void assertSeen(String rule, String figures, List<StepMetrics> steps) {
        assertSeen(rule, figures, steps, r -> r);
    }

    private static void assertSeen(
            String rule, String figures, List<StepMetrics> steps, UnaryOperator<Changes> settings) {
        Diagnosis diagnosis = Doctor.examine(steps, Recipe.named("mini").with(settings));
        assertTrue(seen(diagnosis, rule).contains(figures), diagnosis::toString);
    }

    private static String seen(Diagnosis diagnosis, String rule) {
        return diagnosis.findings().stream()
                .filter(finding -> finding.name().equals(rule))
                .map(Finding::seen)
                .findFirst()
                .orElseThrow(() -> new AssertionError(rule + " was not found: " + diagnosis));
    }

    private List<StepMetrics> steps(String name) throws IOException {
        return TrainingLog.read(copy(name), System.out::println);
    }

    private Path copy(String name) throws IOException {
        try (InputStream in = DoctorTest.class.getResourceAsStream(name + ".jsonl")) {
            Path file = folder.resolve(name + ".jsonl");
            Files.write(file, in.readAllBytes());
            return file;
        }
    }
}
