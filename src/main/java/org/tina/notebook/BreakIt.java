package org.tina.notebook;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import org.knowm.xchart.XYChart;
import org.tina.doctor.Diagnosis;
import org.tina.doctor.Doctor;
import org.tina.grpo.GrpoTrainer;
import org.tina.grpo.StepMetrics;
import org.tina.model.CausalLM;
import org.tina.model.Policy;
import org.tina.notebook.widget.Box;
import org.tina.notebook.widget.Button;
import org.tina.notebook.widget.Html;
import org.tina.notebook.widget.ProgressBar;
import org.tina.notebook.widget.Widget;
import org.tina.recipe.Recipe;
import org.tina.recipe.Recipe.Changes;

/**
 * Ways to break a training on purpose: the miniature's recipe with one change, run for a few steps,
 * and the doctor's words on it.
 *
 * <pre>{@code
 * BreakIt.run(BreakIt.oneTokenCap(), model)
 * BreakIt.panel(model)   // a button each
 * }</pre>
 */
public final class BreakIt {
    private static final int STEPS = 15;

    private BreakIt() {}

    /**
     * What came of it.
     *
     * @param steps as many as were run
     */
    public record Broken(Recipe recipe, List<StepMetrics> steps, Diagnosis diagnosis) {

        /** Reward and KL, step by step. */
        public XYChart chart() {
            Map<String, double[]> curves = new LinkedHashMap<>();
            for (String metric : List.of("reward", "kl", "completions/clipped_ratio")) {
                curves.put(metric, steps.stream().mapToDouble(s -> s.getOrNaN(metric)).toArray());
            }
            return Charts.lines(recipe.name(), "", curves);
        }

        @Override
        public String toString() {
            return diagnosis.toString();
        }
    }

    /** Without the penalty for leaving the base model. */
    public static Recipe noKl() {
        return changed("no KL", r -> r.beta(0));
    }

    /** With so many times the learning rate. */
    public static Recipe learningRateTimes(double factor) {
        double rate = factor * Recipe.named("mini").grpo().learningRate();
        return changed("learning rate times " + Grid.text(factor), r -> r.learningRate(rate));
    }

    /** With a reward for the form alone. */
    public static Recipe formatOnly() {
        return changed(
                "format only",
                r ->
                        r.set("rl_post_train_reward_funcs", List.of("format"))
                                .set("rl_post_train_reward_weights", List.of(1.0)));
    }

    /** With completions of one token. */
    public static Recipe oneTokenCap() {
        return changed("one token", r -> r.set("max_completion_length", 1));
    }

    private static Recipe changed(String name, UnaryOperator<Changes> change) {
        return Recipe.named("mini")
                .with(r -> change.apply(r.set("gradient_accumulation_steps", 4)))
                .with(r -> r.maxSteps(STEPS).name(name));
    }

    /** Runs all of a recipe's steps with a new policy and examines them; nothing is saved. */
    public static Broken run(Recipe recipe, CausalLM model) {
        return run(recipe, model, step -> {});
    }

    private static Broken run(Recipe recipe, CausalLM model, IntConsumer progress) {
        List<StepMetrics> steps = new ArrayList<>();
        try (Policy policy = recipe.policy(model);
                GrpoTrainer trainer = recipe.trainer(policy)) {
            while (steps.size() < recipe.steps()) {
                steps.add(trainer.step());
                progress.accept(steps.size());
            }
        }
        return new Broken(recipe, List.copyOf(steps), Doctor.examine(steps, recipe));
    }

    /** A button for each way to break it; below it what came of the last one. */
    public static Widget panel(CausalLM model) {
        ProgressBar bar = new ProgressBar("steps", STEPS);
        Html chart = new Html();
        Html words = new Html("Choose what to break.");
        List<Button> buttons = new ArrayList<>();
        for (Recipe recipe : List.of(noKl(), learningRateTimes(30), formatOnly(), oneTokenCap())) {
            Button button = new Button(recipe.name());
            buttons.add(button);
            Runnable work =
                    () -> {
                        try {
                            Broken broken = run(recipe, model, bar::done);
                            chart.show(broken.chart());
                            words.show(broken.diagnosis());
                        } catch (RuntimeException e) {
                            words.html(Html.escaped(recipe.name() + ": " + e.getMessage()));
                        } finally {
                            buttons.forEach(b -> b.enable(true));
                        }
                    };
            button.onClick(
                    () -> {
                        buttons.forEach(b -> b.enable(false)); // one at a time
                        Thread thread = new Thread(work, "break it");
                        thread.setDaemon(true);
                        thread.start();
                    });
        }
        return Box.column(Box.row(buttons.toArray(Widget[]::new)), bar, chart, words);
    }
}
