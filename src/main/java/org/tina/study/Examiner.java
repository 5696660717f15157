package org.tina.study;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.tina.data.Problem;
import org.tina.eval.Answer;
import org.tina.eval.Benchmark;
import org.tina.eval.Evaluation;
import org.tina.eval.Evaluator;
import org.tina.generate.Completion;
import org.tina.generate.SamplingParams;
import org.tina.mini.Corpus;
import org.tina.mini.Pretraining;
import org.tina.mini.Style;
import org.tina.model.Policy;
import org.tina.recipe.Recipe;
import org.tina.reward.Rewards;
import org.tina.study.Study.Evaluations;
import org.tina.study.Study.Part;
import org.tina.study.StudyRun.CorpusLoss;
import org.tina.study.StudyRun.Evaluated;

/** Measures one run's policy as the study asks for, and remembers its best parameters. */
final class Examiner {

    private static final long CORPUS_SEED = 20_000_001; // not the pre-training's
    private static final int CORPUS_DOCUMENTS = 64;

    private final Policy policy;
    private final Recipe recipe;
    private final int seed;
    private final Evaluations asked;
    private final Map<Object, Object> bases;
    private final SamplingParams sampling;
    private final List<Evaluated> evaluations = new ArrayList<>();
    private final List<CorpusLoss> corpusLoss = new ArrayList<>();
    private int bestStep;
    private double best;
    private float[] bestParameters;
    private double seconds;

    /**
     * @param bases what was measured before any training, kept for other arms
     */
    Examiner(Policy policy, Recipe recipe, int seed, Evaluations asked, Map<Object, Object> bases) {
        this.policy = policy;
        this.recipe = recipe;
        this.seed = seed;
        this.asked = asked;
        this.bases = bases;
        sampling = SamplingParams.evaluation().withSeed(seed);
    }

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

    /** Measures the live policy on the problems that choose the best step. */
    void onTheWay(int step) {
        Evaluated found = evaluate(step, asked.validation());
        if (step == 0 || found.passAt1() > best) {
            best = found.passAt1();
            bestStep = step;
            bestParameters = policy.parameters();
        }
    }

    /** Measures the policy after its last step, and as it was after its best one. */
    void after(int last) {
        float[] parameters = policy.parameters();
        for (int step : new TreeSet<>(List.of(bestStep, last))) {
            if (step > 0) {
                policy.setParameters(step == last ? parameters : bestParameters);
                thoroughly(step);
            }
        }
        policy.setParameters(parameters);
    }

    private void thoroughly(int step) {
        asked.atTheEnd().forEach(part -> evaluate(step, part));
        if (inMiniature()) {
            double loss =
                    measured(
                            step,
                            "corpus",
                            () -> Pretraining.loss(policy, corpus(), CORPUS_DOCUMENTS));
            corpusLoss.add(new CorpusLoss(step, StudyRun.rounded(loss)));
        }
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
        if (step == 0 && bases.containsKey(key)) {
            return (T) bases.get(key);
        }
        long begin = System.nanoTime();
        T found = measurement.get();
        seconds += (System.nanoTime() - begin) / 1e9;
        if (step == 0) {
            bases.put(key, found);
        }
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
        double both = 0;
        Map<String, Double> styles = new LinkedHashMap<>();
        double share = 1.0 / (found.answers().size() * part.samples());
        for (Answer answer : found.answers()) {
            correct.append(Character.forDigit(answer.correctCount(), 36));
            for (int i = 0; i < part.samples(); i++) {
                Completion completion = answer.completions().get(i);
                both +=
                        answer.correct().get(i) && isFormatted(answer.problem(), completion)
                                ? share
                                : 0;
                styles.merge(style(completion), share, Double::sum);
            }
        }
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
                StudyRun.rounded(both),
                StudyRun.rounded(found.lenientAccuracy()),
                StudyRun.rounded(found.meanLength()),
                StudyRun.rounded(found.truncatedRate()),
                correct.toString(),
                part.benchmark().startsWith("mini/") ? styles : Map.of());
    }

    private static boolean isFormatted(Problem problem, Completion completion) {
        return Rewards.format(problem, completion.text()) == 1;
    }

    private static String style(Completion completion) {
        Optional<Style> style = Style.of(completion.text());
        return style.map(s -> s.name().toLowerCase(Locale.ROOT)).orElse("other");
    }
}
