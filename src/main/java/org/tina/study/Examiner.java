package org.tina.study;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.tina.data.AtomicFile;
import org.tina.data.FileTrouble;
import org.tina.eval.Benchmark;
import org.tina.eval.Evaluation;
import org.tina.eval.Evaluator;
import org.tina.generate.Completion;
import org.tina.generate.SamplingParams;
import org.tina.mini.Corpus;
import org.tina.mini.Pretraining;
import org.tina.mini.Style;
import org.tina.model.Policy;
import org.tina.model.SafeTensors;
import org.tina.recipe.Recipe;
import org.tina.study.Study.Evaluations;
import org.tina.study.Study.Part;
import org.tina.study.StudyRun.CorpusLoss;
import org.tina.study.StudyRun.Evaluated;

/**
 * Measures one run's policy as the study asks for, and keeps its best parameters. What it has so
 * far is in a file of the run's directory until the run is in the log, so that a killed run can go
 * on.
 */
final class Examiner {

    private static final long CORPUS_SEED = 20_000_001; // not the pre-training's
    private static final int CORPUS_DOCUMENTS = 64;

    private static final String BEGUN = "measured.json";
    private static final String BEST = "best.safetensors";
    private static final String PARAMETERS = "parameters";

    private final Policy policy;
    private final Recipe recipe;
    private final int seed;
    private final Evaluations asked;
    private final Map<Object, Object> bases;
    private final SamplingParams sampling;
    private final List<Evaluated> evaluations = new ArrayList<>();
    private final List<CorpusLoss> corpusLoss = new ArrayList<>();
    private final Path directory;
    private int bestStep;
    private double seconds;

    /** What the file holds. */
    private record Begun(
            Evaluations asked,
            List<Evaluated> evaluations,
            List<CorpusLoss> corpusLoss,
            int bestStep,
            double seconds) {}

    /**
     * @param bases what was measured before any training, kept for other arms
     * @param directory the run's
     */
    Examiner(
            Policy policy,
            Recipe recipe,
            int seed,
            Evaluations asked,
            Map<Object, Object> bases,
            Path directory) {
        this.policy = policy;
        this.recipe = recipe;
        this.seed = seed;
        this.asked = asked;
        this.bases = bases;
        this.directory = directory;
        sampling = SamplingParams.evaluation().withSeed(seed);
    }

    // ---------------------------------------------------------------- to go on after a kill

    /** Whether the directory has an unfinished run that was to be measured in the same way. */
    boolean hasBegun() {
        try {
            return begun().asked.equals(asked);
        } catch (IllegalArgumentException e) {
            return false; // there is no such file, or another's
        }
    }

    /** Takes over what was measured before the run was killed. */
    void resume() {
        Begun begun = begun();
        evaluations.addAll(begun.evaluations);
        corpusLoss.addAll(begun.corpusLoss);
        bestStep = begun.bestStep;
        seconds = begun.seconds;
    }

    private Begun begun() {
        Path file = directory.resolve(BEGUN);
        try {
            return StudyRun.parse(Files.readString(file), Begun.class);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": " + FileTrouble.reason(e), e);
        }
    }

    private void keep() {
        Begun begun = new Begun(asked, evaluations, corpusLoss, bestStep, seconds);
        try {
            AtomicFile.writeString(directory.resolve(BEGUN), StudyRun.json(begun));
        } catch (IOException e) {
            throw new UncheckedIOException(directory.resolve(BEGUN) + ": cannot be written", e);
        }
    }

    /** Ends what there was to go on with: the run is in the log. */
    static void forget(Path directory) throws IOException {
        Files.deleteIfExists(directory.resolve(BEGUN));
        Files.deleteIfExists(directory.resolve(BEST));
    }

    private float[] bestParameters() {
        return SafeTensors.open(directory.resolve(BEST)).floats(PARAMETERS);
    }

    private void keepBest() {
        float[] values = policy.parameters();
        long[] shape = {values.length};
        Path file = directory.resolve(BEST);
        try {
            SafeTensors.write(
                    file,
                    Map.of(),
                    List.of(
                            SafeTensors.Tensor.of(
                                    PARAMETERS, SafeTensors.DType.F32, shape, () -> values)));
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be written", e);
        }
    }

    // ---------------------------------------------------------------- measuring

    List<Evaluated> evaluations() {
        return evaluations;
    }

    List<CorpusLoss> corpusLoss() {
        return corpusLoss;
    }

    int bestStep() {
        return bestStep;
    }

    /** Seconds that measuring took. */
    double seconds() {
        return seconds;
    }

    /** Measures the policy before its first step. */
    void before() {
        onTheWay(0);
        thoroughly(0);
    }

    /** Measures the live policy on the problems that choose the best step; once a step. */
    void onTheWay(int step) {
        if (find(step, asked.validation()).isPresent()) {
            return;
        }
        double best = find(bestStep, asked.validation()).map(Evaluated::passAt1).orElse(-1.0);
        Evaluated found = evaluate(step, asked.validation());
        if (found.passAt1() > best && step > 0) {
            keepBest();
            bestStep = step;
        }
        keep();
    }

    /** Measures the policy after its last step, and as it was after its best one. */
    void after(int last) {
        float[] parameters = policy.parameters();
        for (int step : new TreeSet<>(List.of(bestStep, last))) {
            if (step > 0) {
                policy.setParameters(step == last ? parameters : bestParameters());
                thoroughly(step);
            }
        }
        policy.setParameters(parameters);
    }

    private void thoroughly(int step) {
        for (Part part : asked.atTheEnd()) {
            if (find(step, part).isEmpty()) {
                evaluate(step, part);
            }
        }
        if (inMiniature() && corpusLoss.stream().noneMatch(loss -> loss.step() == step)) {
            double loss =
                    measured(
                            step,
                            "corpus",
                            () -> Pretraining.loss(policy, corpus(), CORPUS_DOCUMENTS));
            corpusLoss.add(new CorpusLoss(step, StudyRun.rounded(loss)));
        }
        keep();
    }

    /** What was measured of a part already. */
    private Optional<Evaluated> find(int step, Part part) {
        return evaluations.stream().filter(e -> part.isIn(e, step)).findFirst();
    }

    private boolean inMiniature() {
        return recipe.dataset().startsWith("mini/");
    }

    private static Corpus corpus() {
        return new Corpus(CORPUS_SEED);
    }

    private Evaluated evaluate(int step, Part part) {
        Evaluated found = measured(step, part, () -> sample(step, part));
        evaluations.add(found);
        return found;
    }

    /** The base is the same for all arms of a model and seed. */
    @SuppressWarnings("unchecked")
    private <T> T measured(int step, Object what, Supplier<T> measurement) {
        List<Object> key =
                List.of(
                        recipe.model(),
                        recipe.settings().get("system_prompt"),
                        recipe.settings().get("chat_template"),
                        seed,
                        what);
        return step == 0
                ? (T) bases.computeIfAbsent(key, k -> timed(measurement))
                : timed(measurement);
    }

    private <T> T timed(Supplier<T> measurement) {
        long begin = System.nanoTime();
        T found = measurement.get();
        seconds += (System.nanoTime() - begin) / 1e9;
        return found;
    }

    private Evaluated sample(int step, Part part) {
        Benchmark benchmark = Benchmark.named(part.benchmark()).take(part.problems());
        Evaluation found =
                new Evaluator(policy)
                        .withSamples(part.samples())
                        .withPrompts(recipe.prompts(policy.model()))
                        .evaluate(benchmark, sampling);
        StringBuilder correct = new StringBuilder();
        for (int count : found.correctCounts()) {
            correct.append(Character.forDigit(count, 36));
        }
        double share = 1.0 / (found.answers().size() * part.samples());
        Map<String, Double> styles = new LinkedHashMap<>();
        found.answers().stream()
                .flatMap(answer -> answer.completions().stream())
                .forEach(completion -> styles.merge(style(completion), share, Double::sum));
        styles.replaceAll((style, value) -> StudyRun.rounded(value));
        return new Evaluated(
                step,
                part.benchmark(),
                sampling.temperature(),
                sampling.topP(),
                Math.min(sampling.maxNewTokens(), benchmark.maxNewTokens()),
                seed,
                found.answers().size(),
                part.samples(),
                StudyRun.rounded(found.passAt1()),
                StudyRun.rounded(found.formatRate()),
                StudyRun.rounded(found.formattedAndCorrect()),
                StudyRun.rounded(found.lenientAccuracy()),
                StudyRun.rounded(found.meanLength()),
                StudyRun.rounded(found.truncatedRate()),
                correct.toString(),
                part.benchmark().startsWith("mini/") ? styles : Map.of());
    }

    private static String style(Completion completion) {
        Optional<Style> style = Style.of(completion.text());
        return style.map(s -> s.name().toLowerCase(Locale.ROOT)).orElse("other");
    }
}
