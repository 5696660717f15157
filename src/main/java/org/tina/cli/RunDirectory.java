package org.tina.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tina.data.AtomicFile;
import org.tina.recipe.Recipe;

/**
 * The directory of a training run: what a run leaves in it, and how it is made free for another.
 */
record RunDirectory(Path path) {

    static final String ADAPTER = "adapter";
    static final String MODEL = "model";

    private static final String RECIPE = "recipe.yaml";
    private static final String METRICS = "metrics.jsonl";
    private static final String EVENTS = "events.jsonl";
    private static final String COMPLETIONS = "completions";

    /**
     * Checks that no other run is in the directory, or removes it.
     *
     * @param replace whether another run may be removed; files that are no run's stay
     * @throws IOException if there is another run and it must stay
     */
    void prepare(boolean replace) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        List<Path> earlier;
        try (var content = Files.list(path)) {
            earlier = content.filter(RunDirectory::isOfARun).sorted().toList();
        }
        if (!earlier.isEmpty() && !replace) {
            throw new IOException(
                    earlier.get(0)
                            + ": is of another run; name a new directory, or --yes replaces it");
        }
        for (Path file : earlier) {
            AtomicFile.delete(file);
        }
    }

    /**
     * The recipe of the run in it.
     *
     * @throws IllegalArgumentException if there is no run
     */
    Recipe recipe() {
        if (!Files.exists(path.resolve(RECIPE))) {
            throw new IllegalArgumentException(path + ": holds no run, no " + RECIPE);
        }
        return Recipe.load(path.resolve(RECIPE));
    }

    private static boolean isOfARun(Path file) {
        String name = file.getFileName().toString();
        return List.of(RECIPE, METRICS, EVENTS, COMPLETIONS, ADAPTER, MODEL).contains(name)
                || name.matches("checkpoint-\\d+");
    }
}
