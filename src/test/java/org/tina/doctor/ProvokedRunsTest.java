package org.tina.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tina.data.Problem;
import org.tina.data.ProblemSet;
import org.tina.model.CausalLM;
import org.tina.notebook.BreakIt;
import org.tina.recipe.Recipe;
import org.tina.recipe.Recipe.Changes;
import org.tina.reward.Reward;
import org.tina.reward.WeightedReward;

/**
 * Real runs of the miniature, 20 steps of 32 completions: failures made on purpose, and good ones.
 */
@Tag("slow")
class ProvokedRunsTest {

    private static final Recipe BASE =
            Recipe.named("mini")
                    .with(r -> r.set("gradient_accumulation_steps", 4).maxSteps(20).seed(1));

    private static CausalLM model;

    @BeforeAll
    static void load() {
        model = BASE.loadModel();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                failure("every completion is cut off", r -> r.set("max_completion_length", 1)),
                failure("the reward is flat at zero", r -> pays(r, "nothing", (p, t) -> 0)),
                failure("groups without variance", r -> pays(r, "all", (p, t) -> 1)),
                failure("KL runs away", r -> r.learningRate(30 * 6e-4)),
                failure("the learning rate is too small", r -> r.learningRate(1e-7)),
                failure("nothing holds the policy", r -> r.beta(0)),
                failure("sampling hardly varies", r -> r.temperature(0.05)),
                failure(
                        "only the form is paid",
                        r ->
                                r.set("rl_post_train_reward_funcs", List.of("format"))
                                        .set("rl_post_train_reward_weights", List.of(1.0))),
                failure(
                        "format up, accuracy down",
                        r ->
                                r.set("rl_post_train_reward_weights", List.of(2.0, -1.0))
                                        .beta(0)
                                        .learningRate(2e-3)),
                failure(
                        "the gradient is always clipped",
                        r ->
                                r.scaleRewards("none")
                                        .set("rl_post_train_reward_weights", List.of(100., 200.))),
                failure(
                        "length runs to the cap",
                        r ->
                                pays(r, "long", (p, t) -> t.length() / 100.0)
                                        .learningRate(3e-3)
                                        .set("max_completion_length", 90)),
                failure(
                        "a reward has no value",
                        r ->
                                r.problems(withoutReadableAnswers())
                                        .set("reward_errors", "no_value")));
    }

    private static Changes pays(Changes changes, String name, Reward reward) {
        return changes.rewards(new WeightedReward(name, 1, reward));
    }

    private static ProblemSet withoutReadableAnswers() {
        return ProblemSet.of(
                "unreadable",
                BASE.problems().take(64).problems().stream()
                        .map(problem -> new Problem(problem.problem(), "see the appendix"))
                        .toList());
    }

    private static Arguments failure(String rule, UnaryOperator<Changes> changes) {
        return arguments(rule, BASE.with(changes));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void aFailureIsNamedWithinTwentySteps(String rule, Recipe recipe) {
        Diagnosis diagnosis = BreakIt.run(recipe, model).diagnosis();
        assertTrue(diagnosis.names(rule), diagnosis::toString);
    }

    static Stream<Recipe> goodRuns() {
        return Stream.of(
                BASE,
                BASE.with(r -> r.seed(2)),
                BASE.with(r -> r.seed(3)),
                BASE.with(r -> r.learningRate(3e-4)),
                BASE.with(r -> r.learningRate(1e-3)),
                BASE.with(r -> r.lossType("dr_grpo").scaleRewards("none")),
                BASE.with(r -> r.lossType("dapo").beta(0)),
                BASE.with(r -> r.temperature(1)),
                BASE.with(r -> r.loraR(4).loraAlpha(16)),
                BASE.with(r -> r.set("use_peft", false).learningRate(3e-4)));
    }

    @ParameterizedTest
    @MethodSource("goodRuns")
    void aGoodRunHasNoProblem(Recipe recipe) {
        Diagnosis diagnosis = BreakIt.run(recipe, model).diagnosis();
        assertEquals(List.of(), diagnosis.problems(), diagnosis::toString);
    }
}
