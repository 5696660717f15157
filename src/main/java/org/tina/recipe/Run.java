package org.tina.recipe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.tina.data.AtomicFile;
import org.tina.data.ProblemSet;
import org.tina.grpo.GrpoTrainer;
import org.tina.grpo.StepMetrics;
import org.tina.lora.LoraAdapter;
import org.tina.model.Policy;

/**
 * A recipe at work: each turn of the iterator is one training step. Its directory holds {@code
 * recipe.yaml}, {@code metrics.jsonl} (a line a step, written as it happens) and {@code
 * checkpoint-N}, an adapter or, for full training, a model, every {@code save_steps} steps and at
 * the end.
 *
 * <p>{@link #stop} ends the run after the step at hand; the policy and the log stay usable.
 */
public final class Run implements Iterable<StepMetrics>, AutoCloseable {

    static final String METRICS = "metrics.jsonl";

    private final Recipe recipe;
    private final Policy policy;
    private final Path directory;
    private final GrpoTrainer trainer;
    private final Writer log;
    private volatile boolean stopped;
    private int saved;

    Run(Recipe recipe, Policy policy, Path directory) throws IOException {
        if (Files.exists(directory.resolve(METRICS))) {
            throw new IOException(
                    directory + ": holds another run's " + METRICS + "; name a new directory");
        }
        ProblemSet problems = recipe.problems();
        this.recipe = recipe.withStepsFor(problems);
        this.policy = policy;
        this.directory = directory;
        trainer =
                new GrpoTrainer(
                        policy,
                        problems,
                        recipe.rewards(),
                        this.recipe.grpo(),
                        recipe.prompts(policy.model()));
        AtomicFile.writeString(directory.resolve("recipe.yaml"), this.recipe.toYaml());
        log = Files.newBufferedWriter(directory.resolve(METRICS));
    }

    public Path directory() {
        return directory;
    }

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

    /** Ends the run after the step at hand; may be called from any thread. */
    public void stop() {
        stopped = true;
    }

    /** Trains one step a turn; a second iterator goes on where the first one ended. */
    @Override
    public Iterator<StepMetrics> iterator() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
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
        StepMetrics metrics = trainer.step();
        try {
            log.write(metrics.toJson() + "\n");
            log.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(directory.resolve(METRICS) + ": cannot be written", e);
        }
        if (metrics.step() % recipe.saveSteps() == 0) {
            save();
        }
        return metrics;
    }

    private void save() {
        if (trainer.steps() == saved) {
            return;
        }
        saved = trainer.steps();
        Path checkpoint = directory.resolve("checkpoint-" + saved);
        try {
            if (policy instanceof LoraAdapter adapter) {
                adapter.save(checkpoint);
            } else {
                policy.model().save(checkpoint, policy);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(checkpoint + ": cannot be written", e);
        }
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
        } catch (IOException e) {
            throw new UncheckedIOException(directory.resolve(METRICS) + ": cannot be closed", e);
        } finally {
            trainer.close();
        }
    }
}
