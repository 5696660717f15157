package org.tina.recipe;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.tina.data.AtomicFile;
import org.tina.data.ProblemSet;
import org.tina.eval.Checkpoint;
import org.tina.grpo.GrpoTrainer;
import org.tina.grpo.RolloutGroup;
import org.tina.grpo.StepMetrics;
import org.tina.grpo.TrainingState;
import org.tina.lora.LoraAdapter;
import org.tina.model.Policy;

/**
 * A recipe at work: each turn of the iterator is one training step. Its directory holds {@code
 * recipe.yaml}, {@code metrics.jsonl} (a line a step, written as it happens) and {@code
 * checkpoint-N}, an adapter or, for full training, a model, every {@code save_steps} steps and at
 * the end; where {@code log_completions} is on, also every step's {@linkplain Rollouts
 * completions}.
 *
 * <p>The newest checkpoint also holds what {@link Recipe#resume} needs to go on, the optimizer's
 * two vectors and the parameters to the last bit, so it is four times as large as the others.
 *
 * <p>{@link #stop} ends the run after the step at hand; the policy and the log stay usable. {@link
 * #pause}, {@link #saveNow} and {@link #change} too may be called from any thread, such as a
 * button's; they take effect between two steps and leave a line in {@code events.jsonl}. A resumed
 * run takes up the changes that were made before its checkpoint.
 */
public final class Run implements Iterable<StepMetrics>, AutoCloseable {

    static final String METRICS = "metrics.jsonl";
    static final String EVENTS = "events.jsonl";
    private static final String RECIPE = "recipe.yaml";
    private static final String STATE = "training_state.safetensors";
    private static final String CHECKPOINT = "checkpoint-";

    /** What may change while a run is at work. */
    private static final List<Key> LIVE =
            List.of(Key.LEARNING_RATE, Key.BETA, Key.TEMPERATURE, Key.RL_POST_TRAIN_REWARD_WEIGHTS);

    private final Policy policy;
    private final Path directory;
    private final GrpoTrainer trainer;
    private final List<StepMetrics> earlier;
    private final Writer log;
    private final EventFile eventFile; // null if the recipe wants none
    private final RolloutWriter rollouts; // null likewise
    private final List<Consumer<StepMetrics>> listeners = new CopyOnWriteArrayList<>();
    private final List<RunEvent> events = new CopyOnWriteArrayList<>();
    private volatile Recipe recipe;
    private int saved;

    /** Held while a step is made; fair, so that who waits comes between two steps. */
    private final ReentrantLock stepping = new ReentrantLock(true);

    /** Guards what other threads ask for, below. */
    private final Object gate = new Object();

    private Recipe wanted;
    private boolean paused;
    private boolean saveWanted;
    private volatile boolean stopped;

    static Run start(Recipe recipe, Policy policy, Path directory) throws IOException {
        if (Files.exists(directory.resolve(METRICS))) {
            throw new IOException(
                    directory + ": holds another run's " + METRICS + "; name a new directory");
        }
        return new Run(recipe, policy, directory, List.of(), List.of(), null);
    }

    static Run resume(Recipe recipe, Policy policy, Path directory) throws IOException {
        Path written = directory.resolve(RECIPE);
        if (!Files.exists(written)) {
            throw new IllegalArgumentException(directory + ": holds no run, no " + RECIPE);
        }
        Optional<Path> file = state(directory);
        TrainingState state = file.isEmpty() ? null : TrainingState.load(file.get());
        int last = state == null ? 0 : state.step();
        Path log = directory.resolve(METRICS);
        List<StepMetrics> earlier =
                Files.exists(log) ? earlier(Files.readAllLines(log), last) : List.of();
        List<RunEvent> past = RunEvent.read(directory.resolve(EVENTS), last);
        return new Run(recipe, policy, directory, earlier, past, state);
    }

    /** The steps up to the checkpoint; those after it, of which the last may be torn, are not. */
    private static List<StepMetrics> earlier(List<String> lines, int last) {
        return lines.stream().limit(last).map(StepMetrics::fromJson).toList();
    }

    /** The newest checkpoint's state; none if there is none yet. */
    private static Optional<Path> state(Path directory) {
        return Checkpoint.find(directory).stream()
                .map(checkpoint -> checkpoint.directory().resolve(STATE))
                .filter(Files::exists)
                .reduce((earlier, later) -> later);
    }

    /**
     * @param earlier steps that an earlier run made
     * @param past what was done to it
     * @param state to go on from; null to begin
     */
    private Run(
            Recipe recipe,
            Policy policy,
            Path directory,
            List<StepMetrics> earlier,
            List<RunEvent> past,
            TrainingState state)
            throws IOException {
        ProblemSet problems = recipe.problems();
        this.recipe = recipe.withStepsFor(problems);
        this.wanted = this.recipe;
        this.policy = policy;
        this.directory = directory;
        this.earlier = earlier;
        Path written = directory.resolve(RECIPE);
        if (state != null) {
            this.recipe.requireSame(written);
        }
        trainer = this.recipe.trainer(policy, problems);
        if (state != null) {
            trainer.restore(state);
            saved = state.step();
        }
        AtomicFile.writeString(written, this.recipe.toYaml());
        Path file = directory.resolve(METRICS);
        AtomicFile.writeString(
                file, earlier.stream().map(m -> m.toJson() + "\n").collect(joining()));
        takeUp(past);
        log = Files.newBufferedWriter(file, StandardOpenOption.APPEND);
        eventFile = this.recipe.writesEventFile() ? new EventFile(directory) : null;
        Rollouts.cut(directory, trainer.steps());
        rollouts = this.recipe.logCompletions() ? new RolloutWriter(directory) : null;
    }

    /**
     * The settings as they were when the resumed run had got so far; recipe.yaml stays as it was.
     */
    private void takeUp(List<RunEvent> past) throws IOException {
        Path file = directory.resolve(EVENTS);
        if (Files.exists(file)) { // what came after the checkpoint must not be taken up next time
            AtomicFile.writeString(
                    file, past.stream().map(e -> e.toJson() + "\n").collect(joining()));
        }
        events.addAll(past);
        past.stream().filter(e -> e.key() != null).forEach(e -> change(e.key(), e.to()));
        recipe = wanted;
        trainer.change(recipe.grpo(), recipe.rewards());
    }

    /** The steps that a resumed run made before; none for a new one. */
    public List<StepMetrics> earlier() {
        return earlier;
    }

    /** What the run trains. */
    public Policy policy() {
        return policy;
    }

    public Path directory() {
        return directory;
    }

    /** The recipe as it is now, {@linkplain #change changes} included. */
    public Recipe recipe() {
        return recipe;
    }

    /** Steps that the run will take, unless stopped. */
    public int steps() {
        return recipe.steps();
    }

    /** Completed steps. */
    public int step() {
        return trainer.steps();
    }

    /** The last step's completions with their rewards and advantages; none before the first. */
    public List<RolloutGroup> lastGroups() {
        return trainer.lastGroups();
    }

    /** What was done to the run from outside so far. */
    public List<RunEvent> events() {
        return List.copyOf(events);
    }

    // ---------------------------------------------------------------- what other threads ask for

    /**
     * Changes a setting from the next step on: {@code run.change("learning_rate", 3e-4)}. What may
     * change is {@code learning_rate}, {@code beta}, {@code temperature} and {@code
     * reward_weights}, a list with one weight a reward.
     *
     * @throws IllegalArgumentException if the recipe does not allow the value, or the key not to
     *     change
     */
    public void change(String key, Object value) {
        Key known = Key.named(key).orElseThrow(() -> RecipeFile.unknown(key));
        if (!LIVE.contains(known)) {
            throw new IllegalArgumentException(
                    key
                            + " stays as it is for a whole run; what may change is "
                            + LIVE.stream().map(Key::key).collect(joining(", ")));
        }
        synchronized (gate) {
            wanted =
                    known == Key.RL_POST_TRAIN_REWARD_WEIGHTS
                            ? wanted.withWeights(value)
                            : wanted.with(r -> r.set(key, value));
        }
    }

    /** Waits after the step at hand, until {@link #proceed} or {@link #stop} is called. */
    public void pause() {
        ask("pause", () -> paused = true);
    }

    /** Ends a pause. */
    public void proceed() {
        ask("continue", () -> paused = false);
    }

    /** Whether the run waits, or will after the step at hand. */
    public boolean isPaused() {
        synchronized (gate) {
            return paused;
        }
    }

    /** Saves a checkpoint after the step at hand, or at once if the run is paused. */
    public void saveNow() {
        ask("save", () -> saveWanted = true);
    }

    /** Ends the run after the step at hand. */
    public void stop() {
        ask(
                "stop",
                () -> {
                    stopped = true;
                    paused = false;
                });
    }

    private void ask(String event, Runnable request) {
        record(RunEvent.now(trainer.steps(), event));
        synchronized (gate) {
            request.run();
            gate.notifyAll();
        }
    }

    /** Between two steps: does what was asked for, and waits if it was to wait. */
    private void heed() {
        synchronized (gate) {
            while (true) {
                if (saveWanted) {
                    saveWanted = false;
                    save();
                }
                if (!paused) {
                    break;
                }
                try {
                    gate.wait();
                } catch (InterruptedException e) {
                    stopped = true;
                    paused = false;
                    Thread.currentThread().interrupt();
                }
            }
            use(wanted);
        }
    }

    private void use(Recipe changed) {
        if (changed == recipe || stopped) {
            return;
        }
        Map<String, Object> before = recipe.settings();
        Map<String, Object> after = changed.settings();
        trainer.change(changed.grpo(), changed.rewards());
        recipe = changed;
        for (Key key : LIVE) {
            Object from = before.get(key.key());
            Object to = after.get(key.key());
            if (!from.equals(to)) {
                record(RunEvent.change(trainer.steps(), key.key(), from, to));
            }
        }
    }

    private synchronized void record(RunEvent event) {
        events.add(event);
        Path file = directory.resolve(EVENTS);
        try {
            Files.writeString(
                    file,
                    event.toJson() + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be written", e);
        }
    }

    /**
     * Asks the policy something while it stands still: at once if no step is at work, else after
     * the step at hand; the next one waits.
     */
    public <T> T betweenSteps(Supplier<T> question) {
        stepping.lock();
        try {
            return question.get();
        } finally {
            stepping.unlock();
        }
    }

    // ---------------------------------------------------------------- training

    /** Calls {@code listener} after each step, on the thread that trains, which waits for it. */
    public void onStep(Consumer<StepMetrics> listener) {
        listeners.add(listener);
    }

    /** Trains one step a turn; a second iterator goes on where the first one ended. */
    @Override
    public Iterator<StepMetrics> iterator() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                heed();
                boolean more = !stopped && trainer.steps() < recipe.steps();
                if (!more) {
                    save();
                }
                return more;
            }

            @Override
            public StepMetrics next() {
                if (!hasNext()) {
                    throw new NoSuchElementException(
                            "the run has ended after " + trainer.steps() + " steps");
                }
                return train();
            }
        };
    }

    private StepMetrics train() {
        StepMetrics metrics = betweenSteps(trainer::step);
        try {
            log.write(metrics.toJson() + "\n");
            log.flush();
            if (eventFile != null) {
                eventFile.add(metrics);
            }
            if (rollouts != null) {
                rollouts.write(
                        metrics.step(), lastGroups(), recipe.rewards(), policy.model().tokenizer());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": its log cannot be written", e);
        }
        if (metrics.step() % recipe.saveSteps() == 0) {
            save();
        }
        listeners.forEach(listener -> listener.accept(metrics));
        return metrics;
    }

    /** Writes a checkpoint of the last step, unless there is one. */
    public void save() {
        if (trainer.steps() == saved) {
            return;
        }
        Path checkpoint = directory.resolve(CHECKPOINT + trainer.steps());
        try {
            AtomicFile.delete(checkpoint); // half written by a run that was killed
            if (policy instanceof LoraAdapter adapter) {
                adapter.save(checkpoint);
            } else {
                policy.model().save(checkpoint, policy);
            }
            trainer.state().save(checkpoint.resolve(STATE));
            if (saved > 0) {
                Files.deleteIfExists(directory.resolve(CHECKPOINT + saved).resolve(STATE));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(checkpoint + ": cannot be written", e);
        }
        saved = trainer.steps();
    }

    /**
     * Ends the run, saves what no checkpoint holds yet and frees the optimizer's memory; the policy
     * stays.
     */
    @Override
    public void close() {
        stopped = true;
        try {
            save();
            log.close();
            if (eventFile != null) {
                eventFile.close();
            }
            if (rollouts != null) {
                rollouts.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": its log cannot be closed", e);
        } finally {
            trainer.close();
        }
    }
}
