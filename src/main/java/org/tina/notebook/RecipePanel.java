package org.tina.notebook;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import org.tina.data.AtomicFile;
import org.tina.grpo.StepMetrics;
import org.tina.model.CausalLM;
import org.tina.model.Policy;
import org.tina.notebook.widget.Box;
import org.tina.notebook.widget.Button;
import org.tina.notebook.widget.Html;
import org.tina.notebook.widget.ProgressBar;
import org.tina.notebook.widget.TextBox;
import org.tina.notebook.widget.Widget;
import org.tina.recipe.Recipe;
import org.tina.recipe.Recipe.Changes;
import org.tina.recipe.Run;
import org.tina.recipe.Setting;

/**
 * A recipe with all its settings to turn: what differs from the recipe that it began with is
 * marked, a value that no recipe can have is refused beside its field, <em>Run</em> trains and lays
 * the new curves over the earlier ones, <em>Save as YAML</em> writes what the terminal can run.
 *
 * <pre>{@code
 * var panel = RecipePanel.of(Recipe.named("mini"));
 * panel.show();
 *
 * panel.change(r -> r.learningRate(3e-3)); // as a hand on the page does
 * panel.run();                             // as the button does, in this cell
 * panel.chart()
 * }</pre>
 *
 * A run takes the recipe as it is set when it starts, loads the model, trains a new policy in a
 * directory of its own under {@code runs/} and frees both; what it leaves is there.
 */
public final class RecipePanel implements Panel {

    /** What is turned most; the others are folded away. */
    private static final List<String> COMMON =
            List.of(
                    "model_post_train_dataset_name",
                    "rl_post_train_reward_funcs",
                    "rl_post_train_reward_weights",
                    "lora_r",
                    "num_generations",
                    "temperature",
                    "max_completion_length",
                    "learning_rate",
                    "beta",
                    "loss_type",
                    "scale_rewards",
                    "max_steps",
                    "seed");

    private final Recipe named;
    private final Map<String, SettingField<?>> fields = new LinkedHashMap<>();
    private final Html differences = new Html();
    private final Button start = new Button("Run");
    private final Button stop = new Button("Stop");
    private final ProgressBar bar = new ProgressBar("", 1);
    private final Html said = new Html();
    private final Html picture = new Html();
    private final TextBox file;
    private final Button save = new Button("Save as YAML");
    private final Html saved = new Html();
    private final Widget widget;

    /** Values that the recipe does not take: their fields, and why. */
    private final Map<SettingField<?>, String> refused = new LinkedHashMap<>();

    private Recipe recipe;

    /** Fields are being set by Java: what they tell is known. */
    private boolean showing;

    private final List<Trained> runs = new CopyOnWriteArrayList<>();
    private boolean training;
    private volatile Run run; // null unless there is one at work
    private String replaceable = ""; // a file that the learner has been asked about

    /**
     * A run that the panel has made.
     *
     * @param label what it changed
     * @param directory with its log, its recipe and its checkpoints
     * @param steps as many as were run
     */
    public record Trained(String label, Recipe recipe, Path directory, List<StepMetrics> steps) {}

    private RecipePanel(Recipe named) {
        this.named = named;
        this.recipe = named;
        for (Setting setting : named.explained()) {
            SettingField<?> field = SettingField.of(setting, named.name());
            field.control().onChange(value -> take(field));
            fields.put(setting.key(), field);
        }
        file = TextBox.line("file", "runs/" + named.name() + ".yaml");
        stop.enable(false);
        start.onClick(this::runBeside);
        stop.onClick(this::stop);
        save.onClick(this::saveOrAsk);
        widget = layout();
        tell();
    }

    /** A panel that begins with a recipe's settings and marks what differs from them. */
    public static RecipePanel of(Recipe named) {
        return new RecipePanel(named);
    }

    private Widget layout() {
        Map<Setting.Group, List<Widget>> groups =
                named.explained().stream()
                        .filter(setting -> !COMMON.contains(setting.key()))
                        .collect(
                                groupingBy(
                                        Setting::group,
                                        TreeMap::new,
                                        mapping(
                                                setting -> fields.get(setting.key()).widget(),
                                                toList())));
        Map<String, Widget> folds = new LinkedHashMap<>();
        groups.forEach(
                (group, rows) ->
                        folds.put("more: " + group, Box.column(rows.toArray(Widget[]::new))));
        List<Widget> parts = new ArrayList<>();
        parts.add(differences);
        COMMON.forEach(key -> parts.add(fields.get(key).widget()));
        parts.add(Box.folds(folds));
        parts.add(Box.row(start, stop, bar, said));
        parts.add(picture);
        parts.add(Box.row(file, save, saved));
        return Box.column(parts.toArray(Widget[]::new));
    }

    // ---------------------------------------------------------------- settings

    /** The recipe as it is set now. */
    public synchronized Recipe recipe() {
        return recipe;
    }

    /**
     * Changes settings as a hand on the page does: {@code panel.change(r -> r.beta(0))}.
     *
     * @throws IllegalArgumentException naming the key, the value and what is allowed; all stays as
     *     it was
     */
    public synchronized void change(UnaryOperator<Changes> changes) {
        Recipe changed = recipe.with(changes);
        try {
            showAll(changed);
        } catch (IllegalArgumentException e) {
            showAll(recipe);
            throw e;
        }
        recipe = changed;
        refused.clear();
        tell();
    }

    private void showAll(Recipe shown) {
        showing = true;
        try {
            shown.explained().forEach(setting -> fields.get(setting.key()).show(setting));
        } finally {
            showing = false;
        }
    }

    /**
     * Takes a field's new value. Some settings only fit together, such as rewards and their
     * weights: values that were refused alone are tried again with each new one.
     */
    private synchronized void take(SettingField<?> field) {
        if (showing) {
            return;
        }
        refused.put(field, "");
        try {
            recipe = with(List.copyOf(refused.keySet()));
            refused.clear();
        } catch (IllegalArgumentException together) {
            try {
                recipe = with(List.of(field));
                refused.remove(field);
            } catch (IllegalArgumentException alone) {
                refused.put(field, alone.getMessage());
            }
        }
        tell();
    }

    private Recipe with(List<SettingField<?>> changed) {
        return recipe.with(
                r -> {
                    changed.forEach(field -> field.applyTo(r));
                    return r;
                });
    }

    /** Says at each field, and above them all, how they stand. */
    private void tell() {
        for (Setting setting : recipe.explained()) {
            SettingField<?> field = fields.get(setting.key());
            field.tell(setting, refused.getOrDefault(field, ""));
        }
        String changes = RunsPicture.changes(recipe, named);
        boolean same = changes.equals(named.name());
        differences.html(
                "<b>Recipe %s</b>%s"
                        .formatted(
                                Html.escaped(named.name()),
                                same
                                        ? " as it is"
                                        : " with <b style=\"color: %s\">%s</b>"
                                                .formatted(
                                                        Charts.css(Charts.COLORS.get(1)),
                                                        Html.escaped(changes))));
    }

    /** A setting's field, by its key in a recipe. */
    SettingField<?> field(String key) {
        return fields.get(key);
    }

    // ---------------------------------------------------------------- training

    /**
     * Trains by the recipe as it is set now, in this thread; the interrupt button of the running
     * cell, or {@link #stop}, ends it after the step at hand.
     *
     * @throws IllegalStateException if a run of this panel is at work
     */
    public Trained run() throws IOException {
        Recipe chosen = begin();
        Cell.onInterrupt(this::stop);
        ProgressLine line = ProgressLine.of("steps");
        return train(chosen, step -> line.update(step, chosen.steps()));
    }

    /** Ends the run at work, if there is one, after its step at hand. */
    public void stop() {
        Run now = run;
        if (now != null) {
            now.stop();
        }
    }

    /** The runs so far, in their order. */
    public List<Trained> runs() {
        return List.copyOf(runs);
    }

    /**
     * The curves of all runs, one over the other.
     *
     * @throws IllegalStateException if there is none yet
     */
    public Picture chart() {
        if (runs.isEmpty()) {
            throw new IllegalStateException("there is no run yet; panel.run() makes one");
        }
        return chart(runs);
    }

    private Picture chart(List<Trained> shown) {
        Map<String, List<StepMetrics>> curves = new LinkedHashMap<>();
        shown.forEach(trained -> curves.put(trained.label, trained.steps));
        int total = shown.stream().mapToInt(trained -> trained.recipe.steps()).max().orElse(1);
        return RunsPicture.of("Runs of " + named.name(), curves, total);
    }

    /** What the button does: a click must not keep the page's other messages waiting. */
    private void runBeside() {
        Recipe chosen = begin();
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                train(chosen, step -> {});
                            } catch (IOException | RuntimeException e) {
                                // it is said beside the buttons
                            }
                        },
                        "recipe panel");
        thread.setDaemon(true);
        thread.start();
    }

    /** Claims the one place for a run; gives the recipe that it is to take. */
    private synchronized Recipe begin() {
        if (training) {
            throw new IllegalStateException("a run of this panel is at work; stop() ends it");
        }
        training = true;
        start.enable(false);
        said.html("loading the model");
        return recipe;
    }

    private Trained train(Recipe chosen, IntConsumer progress) throws IOException {
        List<StepMetrics> steps = new ArrayList<>();
        String label = label(chosen);
        try (CausalLM model = chosen.loadModel();
                Policy policy = chosen.policy(model);
                Run work = chosen.start(policy)) {
            run = work;
            stop.enable(true);
            Pace pace = new Pace();
            for (StepMetrics metrics : work) {
                steps.add(metrics);
                progress.accept(steps.size());
                bar.done((double) steps.size() / work.steps());
                said.html(Html.escaped("step %d of %d".formatted(steps.size(), work.steps())));
                if (pace.isDue()) {
                    Trained soFar = new Trained(label, chosen, work.directory(), steps);
                    List<Trained> shown = new ArrayList<>(runs);
                    shown.add(soFar);
                    pace.draw(() -> picture.show(chart(shown)));
                }
            }
            Trained trained = new Trained(label, chosen, work.directory(), List.copyOf(steps));
            runs.add(trained);
            picture.show(chart());
            said.html(Html.escaped("%d steps, in %s".formatted(steps.size(), work.directory())));
            return trained;
        } catch (IOException | RuntimeException e) {
            said.html(Html.escaped("The run failed: " + e.getMessage()));
            throw e;
        } finally {
            run = null;
            stop.enable(false);
            start.enable(true);
            end();
        }
    }

    private synchronized void end() {
        training = false;
    }

    /** What a run changes; the same again gets a number. */
    private String label(Recipe chosen) {
        String changes = RunsPicture.changes(chosen, named);
        long same =
                runs.stream()
                        .filter(r -> r.label.replaceFirst(" \\(\\d+\\)$", "").equals(changes))
                        .count();
        return same == 0 ? changes : changes + " (" + (same + 1) + ")";
    }

    // ---------------------------------------------------------------- saving

    /**
     * Writes the recipe as it is set now, all settings with their meanings.
     *
     * @throws FileAlreadyExistsException if there is such a file
     */
    public void save(Path yaml) throws IOException {
        if (Files.exists(yaml)) {
            throw new FileAlreadyExistsException(yaml + ": is there already; name another file");
        }
        write(yaml);
    }

    private void write(Path yaml) throws IOException {
        Recipe now = recipe();
        AtomicFile.writeString(
                yaml,
                "# " + named.name() + ": " + RunsPicture.changes(now, named) + "\n" + now.toYaml());
    }

    /** What the button does: a file that is there is replaced at the second click only. */
    private void saveOrAsk() {
        String name = file.value().strip();
        try {
            Path yaml = Path.of(name);
            boolean exists = Files.exists(yaml);
            if (exists && !name.equals(replaceable)) {
                replaceable = name;
                saved.html(
                        Html.escaped(
                                name
                                        + " is there already: click again to replace it, or name another file"));
                return;
            }
            write(yaml);
            replaceable = "";
            saved.html(
                    (exists ? "replaced" : "written")
                            + "; <code>environment/tina train --recipe "
                            + Html.escaped(name)
                            + "</code> runs it");
        } catch (IOException | RuntimeException e) {
            saved.html(Html.escaped(name + " can't be written: " + e.getMessage()));
        }
    }

    Button saveButton() {
        return save;
    }

    TextBox fileBox() {
        return file;
    }

    Html savedText() {
        return saved;
    }

    // ---------------------------------------------------------------- on the page

    @Override
    public Widget widget() {
        return widget;
    }

    /** All settings, each with its meaning, and what it was where it differs. */
    @Override
    public synchronized String toString() {
        return fields.values().stream().map(SettingField::toString).collect(joining("\n"));
    }
}
