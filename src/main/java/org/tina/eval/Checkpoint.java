package org.tina.eval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tina.data.FileTrouble;
import org.tina.lora.LoraAdapter;
import org.tina.model.CausalLM;
import org.tina.model.ModelFormatException;
import org.tina.model.Policy;

/**
 * What a training run had learnt by a step: {@code checkpoint-N} in its directory, an adapter or,
 * where all parameters were trained, a model.
 */
public record Checkpoint(int step, Path directory) {

    private static final Pattern NAME = Pattern.compile("checkpoint-(\\d{1,9})");

    /**
     * The checkpoints of a run, by their steps; whether they are whole is seen when one is opened.
     *
     * @param run the run's directory
     * @throws IllegalArgumentException if it can't be read
     */
    public static List<Checkpoint> find(Path run) {
        try (var content = Files.list(run)) {
            return content.map(path -> NAME.matcher(path.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(name -> of(run, name))
                    .sorted(Comparator.comparingInt(Checkpoint::step))
                    .toList();
        } catch (IOException e) {
            throw new IllegalArgumentException(run + ": " + FileTrouble.reason(e), e);
        }
    }

    /**
     * As {@link #find}, at least one.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static List<Checkpoint> in(Path run) {
        if (!Files.isDirectory(run)) {
            throw new IllegalArgumentException(run + ": there is no such directory");
        }
        List<Checkpoint> found = find(run);
        if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    run + ": holds no checkpoint-N; train leaves one every save_steps steps");
        }
        return found;
    }

    private static Checkpoint of(Path run, Matcher name) {
        return new Checkpoint(Integer.parseInt(name.group(1)), run.resolve(name.group()));
    }

    /**
     * Opens it, works with it and closes it.
     *
     * @param base the model that an adapter belongs to
     * @throws ModelFormatException if a file is missing or damaged, naming it
     */
    public <T> T with(CausalLM base, Function<Policy, T> work) {
        if (has("adapter_config.json") || has("adapter_model.safetensors")) {
            try (Policy adapter = LoraAdapter.load(base, directory)) {
                return work.apply(adapter);
            }
        }
        if (!has("config.json")) {
            throw new ModelFormatException(
                    directory, "has neither an adapter_config.json nor a config.json");
        }
        try (CausalLM model = CausalLM.load(directory, base.device());
                Policy policy = Policy.frozen(model)) {
            return work.apply(policy);
        }
    }

    private boolean has(String file) {
        return Files.exists(directory.resolve(file));
    }

    /**
     * The step with the highest Pass@1, the earliest of equals.
     *
     * @param byStep at least one
     */
    public static int best(Map<Integer, Repeated> byStep) {
        int best = -1;
        long most = -1;
        for (int step : new TreeSet<>(byStep.keySet())) {
            // a mean of thirds has its last digits from the order of adding
            long passAt1 = Math.round(1e9 * byStep.get(step).passAt1());
            if (passAt1 > most) {
                most = passAt1;
                best = step;
            }
        }
        if (best < 0) {
            throw new IllegalArgumentException("there is no checkpoint to choose from");
        }
        return best;
    }
}
