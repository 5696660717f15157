package org.tina.notebook;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.tina.analysis.TokenScores;
import org.tina.generate.Completion;
import org.tina.generate.Sampler;
import org.tina.grpo.GrpoConfig;
import org.tina.grpo.RolloutGroup;
import org.tina.grpo.StepMetrics;
import org.tina.model.Policy;
import org.tina.notebook.widget.Box;
import org.tina.notebook.widget.CheckBox;
import org.tina.notebook.widget.Dropdown;
import org.tina.notebook.widget.Html;
import org.tina.notebook.widget.IntSlider;
import org.tina.notebook.widget.Widget;
import org.tina.recipe.Recipe;
import org.tina.recipe.Rollouts;
import org.tina.recipe.Run;
import org.tina.reward.WeightedReward;

/**
 * The completions of a run, to look into token by token: <em>before</em>, what the untrained base
 * answers to a problem, beside <em>after</em>, a completion that the run sampled, both coloured by
 * credit, log-probability ratio, KL or entropy, with the numbers on hover.
 *
 * <pre>{@code
 * var viewer = RolloutViewer.of(run);      // live: follows the run, or stays where it was put
 * viewer.show();
 * run.forEach(Dashboard.watch(run)::show);
 *
 * RolloutViewer.of(Path.of("runs/mini"), policy)   // afterwards
 * }</pre>
 *
 * <p>The figures are those of the policy as it is now, at the temperature of the training's loss;
 * the credit is that of the step which sampled the completion. While a run trains they are computed
 * between two of its steps. The policy must stay open as long as the viewer is used.
 */
public final class RolloutViewer implements Panel {
    private static final int SHOWN = 90;

    private final Path directory;
    private final Policy policy;
    private final Supplier<Recipe> recipe;
    private final Run run; // null for a stored one
    private final IntSlider step;
    private final CheckBox follow = new CheckBox("follow the run", true);
    private final Dropdown<TokenColor> color =
            new Dropdown<>("colour", List.of(TokenColor.values()));
    private final Html view = new Html("No completions yet: they come with the run's first step.");
    private final Box widget = Box.column(view);
    private final Pace pace = new Pace();

    /** What the base answers to a prompt. */
    private final Map<List<Integer>, Completion> answers = new HashMap<>();

    // null before the first step
    private Rollouts rollouts;
    private Dropdown<RolloutGroup> problem;
    private Dropdown<Integer> completion;
    private TokenScores before;
    private TokenScores after;

    private String text = "";

    private RolloutViewer(
            Path directory, Policy policy, Supplier<Recipe> recipe, Run run, int lastStep) {
        this.directory = directory;
        this.policy = policy;
        this.recipe = recipe;
        this.run = run;
        step = new IntSlider("step", 1, Math.max(2, lastStep), 1);
        step.onRelease().onChange(this::goTo);
        color.onChange(chosen -> change(this::redraw));
        follow.onChange(on -> catchUp());
        catchUp();
    }

    /**
     * A viewer of a run that is at work, will be or was; it shows each new step while it follows.
     *
     * @throws IllegalArgumentException if the run keeps no completions
     */
    public static RolloutViewer of(Run run) {
        if (!run.recipe().logCompletions()) {
            throw new IllegalArgumentException(
                    "the run keeps no completions, its log_completions is false; train with"
                            + " recipe.with(r -> r.set(\"log_completions\", true))");
        }
        RolloutViewer viewer =
                new RolloutViewer(run.directory(), run.policy(), run::recipe, run, run.steps());
        run.onStep(viewer::onStep);
        return viewer;
    }

    /**
     * A viewer of a stored run.
     *
     * @param directory the run's
     * @param policy the run's, such as {@code LoraAdapter.load(model, checkpoint)}, or the base
     *     itself; it gives the figures
     * @param own the rewards, if the recipe's were made in code
     * @throws IllegalArgumentException if the directory has no completions or no recipe
     */
    public static RolloutViewer of(Path directory, Policy policy, WeightedReward... own) {
        List<Integer> steps = Rollouts.steps(directory);
        if (steps.isEmpty()) {
            throw new IllegalArgumentException(
                    directory
                            + ": holds no completions; a run keeps them if its recipe has"
                            + " log_completions: true");
        }
        Recipe recipe = Recipe.load(directory.resolve("recipe.yaml"), own);
        int last = steps.get(steps.size() - 1);
        return new RolloutViewer(directory, policy, () -> recipe, null, last);
    }

    // ---------------------------------------------------------------- what to look at

    /**
     * Looks at a completion, as a hand on the page does.
     *
     * @param step as the slider
     * @param problem of the step, from 0
     * @param completion of the problem, from 0
     * @throws IllegalArgumentException if the run has kept no such completion
     */
    public synchronized void look(int step, int problem, int completion) {
        Rollouts wanted = Rollouts.read(directory, step);
        int problems = wanted.groups().size();
        if (problem < 0 || problem >= problems) {
            throw new IllegalArgumentException(
                    "problem is " + problem + ", must be 0 to " + (problems - 1));
        }
        int completions = wanted.groups().get(problem).completions().size();
        if (completion < 0 || completion >= completions) {
            throw new IllegalArgumentException(
                    "completion is " + completion + ", must be 0 to " + (completions - 1));
        }
        follow.set(false);
        change(
                () -> {
                    open(wanted, wanted.groups().get(problem), completion);
                    draw();
                });
    }

    /** Colours the tokens otherwise. */
    public void colorBy(TokenColor color) {
        this.color.set(color);
    }

    /** The completion that is shown, scored; empty before the first step. */
    public synchronized Optional<TokenScores> after() {
        return Optional.ofNullable(after);
    }

    /** The base's answer to the same problem, scored likewise; it has no advantage. */
    public synchronized Optional<TokenScores> before() {
        return Optional.ofNullable(before);
    }

    private void onStep(StepMetrics metrics) {
        if (follow.value() && (pace.isDue() || metrics.step() == run.steps())) {
            pace.draw(this::catchUp);
        }
    }

    /** Shows the newest step, if it is to follow the run. */
    private void catchUp() {
        change(
                () -> {
                    List<Integer> steps = Rollouts.steps(directory);
                    if (follow.value() && !steps.isEmpty()) {
                        show(steps.get(steps.size() - 1));
                    }
                });
    }

    /** Shows the step that the slider stands at, or the last one before it that there is. */
    private void goTo(int wanted) {
        change(
                () -> {
                    if (rollouts != null && rollouts.step() != wanted) { // else it was set here
                        follow.set(false);
                        List<Integer> steps = Rollouts.steps(directory);
                        show(
                                steps.stream()
                                        .filter(there -> there <= wanted)
                                        .reduce(steps.get(0), (earlier, later) -> later));
                    }
                });
    }

    private void show(int step) {
        Rollouts now = Rollouts.read(directory, step);
        RolloutGroup group =
                now.groups().stream()
                        .filter(
                                g ->
                                        problem != null
                                                && g.problem().equals(problem.value().problem()))
                        .findFirst()
                        .orElseGet(() -> GroupView.mostTelling(now.groups()));
        open(now, group, best(group));
        draw();
    }

    private void choose(RolloutGroup group, int chosen) {
        change(
                () -> {
                    if (rollouts.groups().contains(group)) { // else a newer step has come
                        follow.set(false);
                        open(rollouts, group, chosen);
                        draw();
                    }
                });
    }

    private static int best(RolloutGroup group) {
        return IntStream.range(0, group.rewards().length)
                .reduce(0, (a, b) -> group.rewards()[b] > group.rewards()[a] ? b : a);
    }

    /** Whatever goes wrong is said in place of the tokens: a training must not end by it. */
    private synchronized void change(Runnable change) {
        try {
            change.run();
        } catch (RuntimeException e) {
            view.html(
                    "<p>These completions can't be shown: %s. The policy must stay open as long as they are looked at.</p>"
                            .formatted(Html.escaped(String.valueOf(e.getMessage()))));
        }
    }

    // ---------------------------------------------------------------- the page

    /** Sets the controls; none of them tells. */
    private void open(Rollouts now, RolloutGroup group, int chosen) {
        rollouts = now;
        List<Integer> numbers = IntStream.range(0, group.completions().size()).boxed().toList();
        if (problem == null) {
            problem = new Dropdown<>("problem", now.groups(), RolloutViewer::label);
            completion = new Dropdown<>("completion", numbers, this::label);
            problem.width("640px");
            problem.onChange(other -> choose(other, best(other)));
            completion.onChange(other -> choose(problem.value(), other));
            List<Widget> parts = new ArrayList<>(List.of(step, problem, completion, color, view));
            if (run != null) {
                parts.add(0, follow);
            }
            widget.children(parts);
        }
        problem.offer(now.groups(), group);
        completion.offer(numbers, chosen);
        step.set(now.step());
    }

    private static String label(RolloutGroup group) {
        DoubleSummaryStatistics rewards = Arrays.stream(group.rewards()).summaryStatistics();
        return "%s (rewards %s to %s)"
                .formatted(
                        GroupView.shortened(group.problem().problem().replace('\n', ' '), SHOWN),
                        Grid.text(rewards.getMin()),
                        Grid.text(rewards.getMax()));
    }

    private String label(int number) {
        RolloutGroup group = problem.value();
        return "%d of %d: reward %s, advantage %s"
                .formatted(
                        number + 1,
                        group.completions().size(),
                        Grid.text(group.rewards()[number]),
                        TokenView.signed(group.advantages()[number]));
    }

    /** Scores both completions and shows them. */
    private void draw() {
        RolloutGroup group = problem.value();
        int chosen = completion.value();
        GrpoConfig grpo = recipe.get().grpo();
        try (Policy base = policy.reference()) {
            Completion answer = answer(group, base, grpo);
            Supplier<List<TokenScores>> question =
                    () ->
                            List.of(
                                    score(base, group, answer, Double.NaN, grpo),
                                    score(
                                            base,
                                            group,
                                            group.completions().get(chosen),
                                            group.advantages()[chosen],
                                            grpo));
            List<TokenScores> both = run == null ? question.get() : run.betweenSteps(question);
            before = both.get(0);
            after = both.get(1);
        }
        redraw();
    }

    private TokenScores score(
            Policy base,
            RolloutGroup group,
            Completion completion,
            double advantage,
            GrpoConfig grpo) {
        return TokenScores.of(
                policy, base, group.prompt(), completion, advantage, grpo.lossTemperature());
    }

    /** Sampled once; the base needs no waiting for the training, which never moves it. */
    private Completion answer(RolloutGroup group, Policy base, GrpoConfig grpo) {
        List<Integer> prompt = Arrays.stream(group.prompt()).boxed().toList();
        return answers.computeIfAbsent(
                prompt,
                asked ->
                        new Sampler(base)
                                .generate(List.of(group.prompt()), 1, grpo.sampling(grpo.seed()))
                                .get(0)
                                .get(0));
    }

    /** Shows what is scored already. */
    private void redraw() {
        if (after == null) {
            return;
        }
        RolloutGroup group = problem.value();
        int chosen = completion.value();
        TokenView tokens = TokenView.of(color.value(), List.of(before, after));
        double[] scores = Arrays.stream(group.scores()).mapToDouble(s -> s[chosen]).toArray();
        String sampled =
                "step %d, completion %d of %d: %s, advantage %s"
                        .formatted(
                                rollouts.step(),
                                chosen + 1,
                                group.completions().size(),
                                GroupView.reward(
                                        group.rewards()[chosen], rollouts.rewards(), scores),
                                TokenView.signed(group.advantages()[chosen]));
        String answered = answered(group);
        view.html(
                """
                <div class="tex2jax_ignore"><p>%s → %s</p>
                <div style="display:flex;flex-wrap:wrap;gap:12px 28px;align-items:flex-start">%s%s</div>
                <div style="margin:12px 0">%s</div>
                <details><summary>all %d completions of the group</summary>%s</details></div>"""
                        .formatted(
                                Html.escaped(group.problem().problem()),
                                Html.escaped(group.problem().solution()),
                                column("Before", answered, tokens.html(before)),
                                column("After", sampled, tokens.html(after)),
                                tokens.legend(),
                                group.completions().size(),
                                new GroupView(group, rollouts.rewards()).html()));
        text =
                "%s\nbefore: %s\n%s\nafter: %s\n%s"
                        .formatted(
                                group.problem().problem(),
                                answered,
                                before.completion().text(),
                                sampled,
                                after.completion().text());
    }

    private String answered(RolloutGroup group) {
        List<WeightedReward> rewards = recipe.get().rewards();
        List<String> answer = List.of(before.completion().text());
        double[][] scores =
                rewards.stream()
                        .map(reward -> reward.scores(List.of(group.problem()), answer))
                        .toArray(double[][]::new);
        return "the untrained base: "
                + GroupView.reward(
                        WeightedReward.total(rewards, scores)[0],
                        rewards.stream().map(WeightedReward::name).toList(),
                        Arrays.stream(scores).mapToDouble(s -> s[0]).toArray());
    }

    private static String column(String title, String caption, String tokens) {
        return "<div style=\"flex:1 1 320px;min-width:0\"><p><b>%s</b>, %s</p>%s</div>"
                .formatted(title, Html.escaped(caption), tokens);
    }

    @Override
    public Widget widget() {
        return widget;
    }

    /** What the page shows below the controls, as text. */
    synchronized String page() {
        return view.toString();
    }

    /** The completions in plain text. */
    @Override
    public synchronized String toString() {
        return text.isEmpty() ? view.toString() : text;
    }
}
