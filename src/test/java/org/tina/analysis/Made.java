package org.tina.analysis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.tina.study.Spectrum;
import org.tina.study.StudyRun;
import org.tina.study.StudyRun.CorpusLoss;
import org.tina.study.StudyRun.Evaluated;

/** Runs made up for tests: curves that rise like a logistic one, answers drawn at their height. */
public final class Made {
    public static final int STEPS = 80;
    private static final int EVERY = 10;
    private static final int PROBLEMS = 200;

    private Made() {}

    /** A study of three arms and three seeds. */
    public static List<StudyRun> log() {
        List<StudyRun> log = new ArrayList<>();
        for (int seed = 1; seed <= 3; seed++) {
            log.add(run("4", seed, 0.4, 0.6, 60).get());
            log.add(run("16", seed, 0.4, 0.9, 36).get());
            log.add(run("64", seed, 0.4, 0.92, 28).get());
        }
        return log;
    }

    /** A run that goes from one Pass@1 to another, half of the way at a step. */
    public static Maker run(String arm, int seed, double base, double end, double half) {
        return new Maker(arm, seed, base, end, half);
    }

    /** A run in the making. */
    public static final class Maker {
        private final String arm;
        private final int seed;
        private final double base;
        private final double end;
        private final double half;
        private final Random random;
        private final Map<String, Object> recipe = new LinkedHashMap<>();
        private final Map<String, double[]> others = new LinkedHashMap<>();
        private String study = "made";
        private int bestStep = STEPS;
        private long parameters;

        private Maker(String arm, int seed, double base, double end, double half) {
            this.arm = arm;
            this.seed = seed;
            this.base = base;
            this.end = end;
            this.half = half;
            random = new Random(31L * seed + arm.hashCode());
            parameters = 9728L * arm.length();
            recipe.put("learning_rate", 1e-3);
            recipe.put("use_peft", true);
        }

        /** With a setting of its recipe. */
        public Maker with(String key, Object value) {
            recipe.put(key, value);
            return this;
        }

        /** As part of another study. */
        public Maker in(String study) {
            this.study = study;
            return this;
        }

        /** With another benchmark: Pass@1 of the base, the best and the last step. */
        public Maker on(String benchmark, double base, double best, double last) {
            others.put(benchmark, new double[] {base, best, last});
            return this;
        }

        /** With another best step than the last one. */
        public Maker bestAt(int step) {
            bestStep = step;
            return this;
        }

        /** The run. */
        public StudyRun get() {
            Map<String, List<Double>> metrics = new LinkedHashMap<>();
            for (int step = 1; step <= STEPS; step++) {
                double format = rise(0.6, 1, half / 2, step);
                double accuracy = rise(base, end, half, step);
                put(metrics, "step", step);
                put(metrics, "reward", format + 2 * accuracy + noise(0.1));
                put(metrics, "rewards/format/mean", Math.min(1, format + noise(0.02)));
                put(metrics, "rewards/accuracy/mean", accuracy + noise(0.05));
                put(metrics, "completions/mean_length", rise(34, 68, half, step) + noise(1.5));
                put(metrics, "kl", 0.1 * rise(0, 1, half, step) + Math.abs(noise(0.004)));
                put(metrics, "num_tokens", 4000 * step);
                put(metrics, "step_time", 1.2);
            }
            List<Evaluated> evaluations = new ArrayList<>();
            for (int step = 0; step <= STEPS; step += EVERY) {
                evaluations.add(evaluated(step, "mini/validation", rise(base, end, half, step)));
            }
            evaluations.add(evaluated(0, "mini/test", base));
            evaluations.add(evaluated(bestStep, "mini/test", rise(base, end, half, bestStep)));
            if (bestStep != STEPS) {
                evaluations.add(evaluated(STEPS, "mini/test", rise(base, end, half, STEPS)));
            }
            others.forEach(
                    (benchmark, scores) -> {
                        evaluations.add(evaluated(0, benchmark, scores[0]));
                        evaluations.add(evaluated(bestStep, benchmark, scores[1]));
                        if (bestStep != STEPS) {
                            evaluations.add(evaluated(STEPS, benchmark, scores[2]));
                        }
                    });
            return new StudyRun(
                    study,
                    arm,
                    seed,
                    recipe,
                    parameters,
                    "abc",
                    "2 cores",
                    "2026-01-01",
                    100,
                    20,
                    metrics,
                    evaluations,
                    bestStep,
                    List.of(new CorpusLoss(0, 0.5), new CorpusLoss(STEPS, 0.6)),
                    List.of(
                            new Spectrum(0, "q_proj", List.of(3.0, 1.0)),
                            new Spectrum(0, "down_proj", List.of(2.0, 2.0)),
                            new Spectrum(1, "q_proj", List.of(4.0, 0.0)),
                            new Spectrum(1, "down_proj", List.of(1.0, 0.5))));
        }

        private Evaluated evaluated(int step, String benchmark, double passAt1) {
            StringBuilder correct = new StringBuilder();
            int right = 0;
            for (int i = 0; i < PROBLEMS; i++) {
                int digit = random.nextDouble() < passAt1 ? 1 : 0;
                right += digit;
                correct.append(digit);
            }
            double measured = (double) right / PROBLEMS;
            double format = rise(0.6, 1, half / 2, step);
            return new Evaluated(
                    step,
                    benchmark,
                    0.6,
                    0.95,
                    96,
                    seed,
                    PROBLEMS,
                    1,
                    measured,
                    format,
                    Math.min(format, measured),
                    Math.min(1, measured + 0.02),
                    rise(34, 68, half, step),
                    0,
                    correct.toString(),
                    Map.of("guess", 0.2, "quick", 0.5, "careful", 0.2, "other", 0.1));
        }

        private double noise(double sd) {
            return sd * random.nextGaussian();
        }
    }

    private static double rise(double from, double to, double half, double step) {
        return step == 0 ? from : from + (to - from) / (1 + Math.exp((half - step) / 3));
    }

    private static void put(Map<String, List<Double>> metrics, String name, double value) {
        metrics.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
    }
}
