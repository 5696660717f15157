package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tina.data.Problem;
import org.tina.generate.Completion;
import org.tina.grpo.RolloutGroup;
import org.tina.grpo.StepMetrics;
import org.tina.mini.TinyModel;
import org.tina.model.CausalLM;
import org.tina.model.Policy;
import org.tina.recipe.Recipe;
import org.tina.recipe.Run;
import org.tina.recipe.RunEvent;

/** The dashboard's buttons and sliders at a run of a tiny model, without a page. */
class RunControlsTest {
    @TempDir Path folder;
    private CausalLM model;
    private Policy policy;
    private Run run;

    @BeforeEach
    void start() throws IOException {
        model = CausalLM.load(TinyModel.writeTalkative(folder.resolve("model"), 3), "cpu");
        Recipe recipe =
                Recipe.named("mini")
                        .with(
                                r ->
                                        r.set("num_generations", 2)
                                                .set("per_device_train_batch_size", 2)
                                                .set("gradient_accumulation_steps", 1)
                                                .set("max_completion_length", 5)
                                                .maxSteps(4));
        policy = recipe.policy(model);
        run = recipe.start(policy, folder.resolve("run"));
    }

    @AfterEach
    void close() {
        run.close();
        policy.close();
        model.close();
        Cell.end();
    }

    @Test
    void slidersStartAtTheRecipesValuesAndChangeTheRun() {
        RunControls controls = new RunControls(run);
        assertEquals(run.recipe().grpo().learningRate(), controls.slider("learning_rate").value());
        assertEquals(
                List.of("weight of format: 1.0", "weight of accuracy: 2.0"), weights(controls));

        controls.slider("temperature").set(1.5);
        controls.weightSliders().get(1).set(-1.0);
        run.iterator().next();

        assertEquals(1.5, run.recipe().grpo().temperature());
        assertEquals(-1, run.recipe().rewards().get(1).weight());
        assertEquals(2, run.events().size());
    }

    private static List<String> weights(RunControls controls) {
        return controls.weightSliders().stream().map(Object::toString).toList();
    }

    @Test
    void thePauseButtonAlsoEndsThePause() {
        RunControls controls = new RunControls(run);
        controls.pauseButton().click();
        assertTrue(run.isPaused());
        assertEquals("[Continue]", controls.pauseButton().toString());
        controls.pauseButton().click();
        assertFalse(run.isPaused());
        assertEquals("[Pause]", controls.pauseButton().toString());
        List<String> events = run.events().stream().map(RunEvent::event).toList();
        assertEquals(List.of("pause", "continue"), events);
    }

    @Test
    void theDashboardRunsWithoutAPage() {
        Iterator<StepMetrics> steps = run.iterator();
        Dashboard dashboard = Dashboard.watch(run);
        while (steps.hasNext()) {
            dashboard.show(steps.next());
        }
        Cell.end();
        assertTrue(Files.exists(run.directory().resolve("checkpoint-4")));
    }

    @Test
    void theGroupThatDiffersMostIsShownAsText() {
        double[] same = {1, 1};
        double[] mixed = {3, 0};
        List<RolloutGroup> groups = List.of(group("dull", same), group("2 < 3?", mixed));
        String html = new GroupView(GroupView.mostTelling(groups), List.of("format")).html();
        assertTrue(html.contains("2 &lt; 3?") && !html.contains("dull"), html);
        assertTrue(html.contains("&lt;think&gt;"), html);
        assertTrue(html.contains("<td>–</td>"), html);
    }

    private static RolloutGroup group(String problem, double[] rewards) {
        Completion completion = new Completion(new int[1], new float[1], true, "<think>");
        return new RolloutGroup(
                new Problem(problem, "1"),
                new int[] {1},
                List.of(completion, completion),
                new double[][] {{Double.NaN, 0}},
                rewards,
                new double[] {1, -1});
    }
}
