package org.tina.study;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tina.data.FileTrouble;
import org.tina.data.Names;
import org.tina.recipe.Recipe;

/**
 * A question put to several recipes, each with several seeds. Read from YAML:
 *
 * <pre>{@code
 * question: Does a rank of 1 suffice?
 * seeds: [1, 2, 3]
 * evaluate:
 *   every: 10                          # steps, on the problems that choose
 *   validation: {benchmark: mini/validation, problems: 200}
 *   at_the_end:                        # base, best and last step
 *     - {benchmark: mini/test, problems: 250, samples: 2}
 * arms:
 *   "16": {recipe: mini/limr}
 *   "1": {recipe: mini/limr, lora_r: 1, lora_alpha: 4, full: {lora_r: 2}}
 * }</pre>
 *
 * <p>An arm is a recipe and the keys that it changes. In full size ({@link #full}) it is the recipe
 * without {@code mini/}, with the arm's changes and, over them, those under {@code full}.
 *
 * @param question what it is to tell
 * @param seeds each gives the recipe's {@code seed} and that of the evaluations; at least one
 * @param arms at least one
 */
public record Study(
        String name,
        String question,
        List<Integer> seeds,
        Evaluations evaluations,
        List<Arm> arms) {

    /**
     * A recipe with changes.
     *
     * @param recipe a recipe of the library, or a YAML file beside the study's
     * @param changes keys of the recipe with their values
     * @param full further changes in full size
     */
    public record Arm(
            String name, String recipe, Map<String, Object> changes, Map<String, Object> full) {

        static final String FILE = ".*\\.ya?ml";

        /** The arm with the recipe that its own mirrors in the miniature. */
        Arm inFull() {
            Map<String, Object> all = new LinkedHashMap<>(changes);
            all.putAll(full);
            return new Arm(name, recipe.replaceFirst("^mini/", ""), all, Map.of());
        }

        /** The recipe as the arm runs it; of hundreds of runs no completions are kept. */
        public Recipe recipe(int seed) {
            Recipe base =
                    recipe.matches(FILE) ? Recipe.load(Path.of(recipe)) : Recipe.named(recipe);
            return base.with(
                    r -> {
                        changes.forEach(r::set);
                        return r.seed(seed).name(name).set("log_completions", false);
                    });
        }
    }

    /** The paper's benchmarks, for {@link #full}. */
    private static final Evaluations FULL =
            new Evaluations(
                    50,
                    new Part("amc23", 40, 1),
                    List.of(
                            new Part("aime24", 30, 4),
                            new Part("aime25", 30, 4),
                            new Part("amc23", 40, 4),
                            new Part("math500", 500, 1),
                            new Part("gpqa_diamond", 198, 1),
                            new Part("minerva", 272, 1)));

    /**
     * When a run is measured, and on what.
     *
     * @param every steps from one measurement on the way to the next, at least 1; the base and the
     *     last step are measured too, and those closer than half of it to the last are not
     * @param validation the problems that choose the best step
     * @param atTheEnd what base, best and last step are measured on besides
     */
    public record Evaluations(int every, Part validation, List<Part> atTheEnd) {

        /** Whether the run's step is measured on the way; one just before the last is not. */
        boolean isDue(int step, int last) {
            return step == last || step % every == 0 && last - step >= every / 2;
        }

        /** Whether a logged run was measured at all this asks for. */
        boolean areIn(StudyRun run) {
            for (int step = 0; step <= run.steps(); step++) {
                if (isDue(step, run.steps()) && !isIn(run, validation, step)) {
                    return false;
                }
            }
            return Stream.of(0, run.bestStep(), run.steps())
                    .allMatch(step -> atTheEnd.stream().allMatch(part -> isIn(run, part, step)));
        }

        private static boolean isIn(StudyRun run, Part part, int step) {
            return run.evaluations().stream().anyMatch(e -> part.isIn(e, step));
        }
    }

    /**
     * The first problems of a benchmark.
     *
     * @param problems at least 1
     * @param samples completions a problem, at least 1
     */
    public record Part(String benchmark, int problems, int samples) {
        /** Whether an evaluation is of this part, after this step. */
        boolean isIn(StudyRun.Evaluated e, int step) {
            return e.step() == step
                    && e.benchmark().equals(benchmark)
                    && e.problems() == problems
                    && e.samples() == samples;
        }
    }

    private static final List<String> NAMES =
            List.of(
                    "main",
                    "datasets",
                    "learning-rate",
                    "lora-rank",
                    "algorithm",
                    "lora-or-full",
                    "compute",
                    "format");

    /** The studies of the library: the paper's. */
    public static List<String> names() {
        return NAMES;
    }

    /** A study of the library. */
    public static Study named(String name) {
        if (!NAMES.contains(name)) {
            throw Names.unknown("study", name, NAMES);
        }
        try (InputStream in = Study.class.getResourceAsStream(name + ".yaml")) {
            return StudyFile.parse(
                    name, new String(in.readAllBytes(), StandardCharsets.UTF_8), null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a study from a YAML file, which gives it its name.
     *
     * @throws IllegalArgumentException naming the file, the key and what is wrong
     */
    public static Study load(Path file) {
        try {
            String name = file.getFileName().toString().replaceFirst("\\.ya?ml$", "");
            return StudyFile.parse(name, Files.readString(file), file.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": " + FileTrouble.reason(e), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /** The same study with the paper's recipes, in logs of its own. */
    public Study full() {
        List<Arm> full = arms.stream().map(Arm::inFull).toList();
        return new Study(name + "-full", question, seeds, FULL, full);
    }

    /** An arm by its name. */
    public Arm arm(String arm) {
        List<String> known = arms.stream().map(Arm::name).toList();
        return arms.stream()
                .filter(a -> a.name.equals(arm))
                .findFirst()
                .orElseThrow(() -> Names.unknown("arm of study " + name, arm, known));
    }
}
