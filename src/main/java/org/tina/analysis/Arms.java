package org.tina.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.math3.stat.StatUtils;
import org.tina.data.Names;
import org.tina.eval.Interval;
import org.tina.study.StudyRun;
import org.tina.study.StudyRun.Evaluated;
import tech.tablesaw.api.Table;

/**
 * The arms of a study side by side. A run's <i>best</i> step is the one that its validation
 * problems chose; what is reported of it was measured on other problems. Means and standard
 * deviations (n − 1) are over seeds, intervals are 95% over seeds and problems ({@link
 * Interval#bootstrap(double[][])}). What a log does not hold is a missing value.
 */
public final class Arms {

    /** The moment of a run that a figure is of. */
    public enum Moment {
        /** Before training. */
        BASE,
        /** The step that the validation problems chose. */
        BEST,
        /** The end of the run. */
        LAST;

        /** The step of a run. */
        public int step(StudyRun run) {
            return switch (this) {
                case BASE -> 0;
                case BEST -> run.bestStep();
                case LAST -> run.steps();
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final List<String> REPORTED = List.of("mini/claims", "mini/test");

    private Arms() {}

    // ---------------------------------------------------------------- tables

    /** {@link #table(List, String)} on the study's own test problems. */
    public static Table table(List<StudyRun> log) {
        return table(log, testBenchmark(log));
    }

    /**
     * One row an arm, in the log's order: {@code arm}, {@code seeds} (how many), {@code parameters}
     * (trainable), {@code base} (Pass@1 before training), {@code best} with {@code sd}, {@code
     * low}, {@code high}, {@code last} with {@code last sd}, {@code last low}, {@code last high},
     * {@code best step}, {@code half step} (see {@link #halfGainStep}), and format rate and tokens
     * a completion before training and at the best step: {@code base format}, {@code format},
     * {@code base length}, {@code length}.
     *
     * @param benchmark as in the log, such as {@code mini/harder}
     */
    public static Table table(List<StudyRun> log, String benchmark) {
        Rows rows = new Rows(benchmark);
        byArm(log)
                .forEach(
                        (arm, runs) -> {
                            rows.row().text("arm", arm);
                            rows.whole("seeds", runs.size());
                            rows.count("parameters", runs.get(0).trainableParameters());
                            rows.number("base", mean(runs, benchmark, Moment.BASE, PASS_AT_1));
                            spread(rows, "best", "", runs, benchmark, Moment.BEST);
                            spread(rows, "last", "last ", runs, benchmark, Moment.LAST);
                            rows.number("best step", average(runs, StudyRun::bestStep));
                            rows.number("half step", average(runs, Arms::halfGainStep));
                            for (Moment moment : List.of(Moment.BASE, Moment.BEST)) {
                                String before = moment == Moment.BASE ? "base " : "";
                                rows.number(
                                        before + "format",
                                        mean(runs, benchmark, moment, Evaluated::format));
                                rows.number(
                                        before + "length",
                                        mean(runs, benchmark, moment, Evaluated::length));
                            }
                        });
        return rows.table();
    }

    /**
     * One row a run: {@code arm}, {@code seed}, {@code base}, {@code best}, {@code last} (Pass@1 on
     * the test problems), {@code best step}, {@code half step}, {@code steps}.
     */
    public static Table runs(List<StudyRun> log) {
        String benchmark = testBenchmark(log);
        Rows rows = new Rows(benchmark);
        for (StudyRun run : log) {
            rows.row().text("arm", run.arm());
            rows.whole("seed", run.seed());
            for (Moment moment : Moment.values()) {
                String name = moment.toString();
                rows.number(name, mean(List.of(run), benchmark, moment, PASS_AT_1));
            }
            rows.whole("best step", run.bestStep());
            rows.number("half step", halfGainStep(run));
            rows.whole("steps", run.steps());
        }
        return rows.table();
    }

    /**
     * What training did to each benchmark, one row an arm and benchmark: {@code arm}, {@code
     * benchmark}, {@code base}, {@code best}, {@code last}, and the change from base to best with
     * its interval, {@code change}, {@code low}, {@code high}.
     */
    public static Table benchmarks(List<StudyRun> log) {
        Rows rows = new Rows("benchmarks");
        byArm(log)
                .forEach(
                        (arm, runs) -> {
                            for (String benchmark : benchmarkNames(runs)) {
                                rows.row().text("arm", arm);
                                rows.text("benchmark", benchmark);
                                rows.number("base", mean(runs, benchmark, Moment.BASE, PASS_AT_1));
                                rows.number("best", mean(runs, benchmark, Moment.BEST, PASS_AT_1));
                                rows.number("last", mean(runs, benchmark, Moment.LAST, PASS_AT_1));
                                rows.interval(
                                        "change", gainOrNothing(runs, benchmark, Moment.BEST));
                            }
                        });
        return rows.table();
    }

    /**
     * Every arm against one of them at the best step: {@code arm}, {@code difference} (arm minus
     * reference, Pass@1), {@code low}, {@code high}. An interval that leaves out 0 tells them
     * apart.
     */
    public static Table against(List<StudyRun> log, String reference) {
        String benchmark = testBenchmark(log);
        arm(log, reference);
        Rows rows = new Rows("minus " + reference);
        for (String arm : byArm(log).keySet()) {
            rows.row().text("arm", arm);
            rows.interval("difference", difference(log, arm, reference, benchmark));
        }
        return rows.table();
    }

    /**
     * Shares of the ways to reason, in the miniature: {@code arm}, {@code moment} (base, best,
     * last), then a column a style.
     */
    public static Table styles(List<StudyRun> log) {
        String benchmark = testBenchmark(log);
        Set<String> styles =
                log.stream()
                        .flatMap(run -> run.evaluations().stream())
                        .flatMap(e -> e.styles().keySet().stream())
                        .collect(Collectors.toCollection(LinkedHashSet::new));
        Rows rows = new Rows("styles");
        byArm(log)
                .forEach(
                        (arm, runs) -> {
                            for (Moment moment : Moment.values()) {
                                rows.row().text("arm", arm);
                                rows.text("moment", moment.toString());
                                for (String style : styles) {
                                    rows.number(
                                            style,
                                            mean(
                                                    runs,
                                                    benchmark,
                                                    moment,
                                                    e ->
                                                            e.styles()
                                                                    .getOrDefault(
                                                                            style, Double.NaN)));
                                }
                            }
                        });
        return rows.table();
    }

    /**
     * What an arm has drifted from its base: {@code arm}, {@code seeds}, {@code best} (Pass@1 on
     * the test problems), {@code kl} (nats a token, mean of the last tenth of the steps), {@code
     * corpus loss before} and {@code corpus loss} (nats a token on pre-training texts, at the last
     * step that it was measured at).
     */
    public static Table drift(List<StudyRun> log) {
        String benchmark = testBenchmark(log);
        Rows rows = new Rows("drift");
        byArm(log)
                .forEach(
                        (arm, runs) -> {
                            rows.row().text("arm", arm);
                            rows.whole("seeds", runs.size());
                            rows.number("best", mean(runs, benchmark, Moment.BEST, PASS_AT_1));
                            rows.number("kl", average(runs, run -> lastTenth(run, "kl")));
                            rows.number("corpus loss before", average(runs, r -> corpus(r, true)));
                            rows.number("corpus loss", average(runs, run -> corpus(run, false)));
                        });
        return rows.table();
    }

    private static double corpus(StudyRun run, boolean first) {
        var losses = run.corpusLoss();
        return losses.isEmpty() ? Double.NaN : losses.get(first ? 0 : losses.size() - 1).loss();
    }

    private static double lastTenth(StudyRun run, String metric) {
        List<Double> values = run.metrics().getOrDefault(metric, List.of());
        return values.subList(values.size() * 9 / 10, values.size()).stream()
                .mapToDouble(Double::doubleValue)
                .filter(Double::isFinite)
                .average()
                .orElse(Double.NaN);
    }

    // ---------------------------------------------------------------- figures

    /**
     * Pass@1 of an arm with its 95% interval, by a two-level bootstrap: seeds and problems are
     * drawn with replacement 2,000 times.
     *
     * @throws IllegalArgumentException if no such arm is in the log, or it was not measured there
     */
    public static Interval interval(
            List<StudyRun> log, String arm, String benchmark, Moment moment) {
        return Interval.bootstrap(scores(arm(log, arm), benchmark, moment));
    }

    /** Pass@1 at the best step minus that of the base, on the test problems, over all seeds. */
    public static Interval gain(List<StudyRun> log, String arm) {
        return gain(arm(log, arm), testBenchmark(log), Moment.BEST);
    }

    /** Pass@1 of one arm's best steps minus another's, on the same problems. */
    public static Interval difference(List<StudyRun> log, String arm, String reference) {
        return difference(log, arm, reference, testBenchmark(log));
    }

    private static Interval difference(
            List<StudyRun> log, String arm, String reference, String benchmark) {
        if (arm.equals(reference)) {
            return new Interval(0, 0, 0);
        }
        return Bootstrap.interval(
                means -> means[0][0] - means[1][0],
                new double[][][] {scores(arm(log, arm), benchmark, Moment.BEST)},
                new double[][][] {scores(arm(log, reference), benchmark, Moment.BEST)});
    }

    static Interval gain(List<StudyRun> runs, String benchmark, Moment moment) {
        double[][] gains = scores(runs, benchmark, moment);
        double[][] base = scores(runs, benchmark, Moment.BASE);
        for (int seed = 0; seed < Math.min(gains.length, base.length); seed++) {
            double[] before = base[seed];
            double[] after = gains[seed];
            Arrays.setAll(after, i -> after[i] - before[i]);
        }
        return Interval.bootstrap(gains);
    }

    private static Interval gainOrNothing(List<StudyRun> runs, String benchmark, Moment moment) {
        boolean both = measured(runs, benchmark, moment) && measured(runs, benchmark, Moment.BASE);
        return both ? gain(runs, benchmark, moment) : null;
    }

    /**
     * The step at which Pass@1 on the validation problems has first made half of its way from the
     * base to its best, between two measurements by a straight line; NaN for a run without gain.
     */
    public static double halfGainStep(StudyRun run) {
        TreeMap<Integer, Double> curve = passAt1ByStep(run);
        if (curve.isEmpty()) {
            return Double.NaN;
        }
        double base = curve.firstEntry().getValue();
        double best = curve.values().stream().mapToDouble(Double::doubleValue).max().getAsDouble();
        double half = (base + best) / 2;
        if (best <= base) {
            return Double.NaN;
        }
        Map.Entry<Integer, Double> before = curve.firstEntry();
        for (Map.Entry<Integer, Double> point : curve.entrySet()) {
            if (point.getValue() >= half) {
                double part = (half - before.getValue()) / (point.getValue() - before.getValue());
                return before.getKey() + part * (point.getKey() - before.getKey());
            }
            before = point;
        }
        throw new AssertionError("the best is above half of the way to it");
    }

    /** Pass@1 on the validation problems by step, 0 for the base. */
    public static TreeMap<Integer, Double> passAt1ByStep(StudyRun run) {
        String validation = validationBenchmark(List.of(run));
        TreeMap<Integer, Double> curve = new TreeMap<>();
        run.evaluations().stream()
                .filter(e -> e.benchmark().equals(validation))
                .forEach(e -> curve.put(e.step(), e.passAt1()));
        return curve;
    }

    // ---------------------------------------------------------------- what a log holds

    /** The runs of each arm, both in the log's order. */
    public static Map<String, List<StudyRun>> byArm(List<StudyRun> log) {
        if (log.isEmpty()) {
            throw new IllegalArgumentException(
                    "the log holds no runs yet: run the study first, environment/tina study NAME");
        }
        return log.stream()
                .collect(
                        Collectors.groupingBy(
                                StudyRun::arm, LinkedHashMap::new, Collectors.toList()));
    }

    /**
     * The runs of an arm.
     *
     * @throws IllegalArgumentException if there are none, naming those there are
     */
    public static List<StudyRun> arm(List<StudyRun> log, String arm) {
        Map<String, List<StudyRun>> arms = byArm(log);
        if (!arms.containsKey(arm)) {
            throw Names.unknown("arm", arm, List.copyOf(arms.keySet()));
        }
        return arms.get(arm);
    }

    /** The benchmark that chose the best steps: the one measured at the most steps. */
    public static String validationBenchmark(List<StudyRun> log) {
        Map<String, Long> steps = new LinkedHashMap<>();
        log.stream()
                .flatMap(run -> run.evaluations().stream())
                .forEach(e -> steps.merge(e.benchmark(), 1L, Long::sum));
        return steps.entrySet().stream()
                .reduce((a, b) -> b.getValue() > a.getValue() ? b : a)
                .map(Map.Entry::getKey)
                .orElse("");
    }

    /**
     * The benchmark to report: {@code mini/claims}, else {@code mini/test}, else the first that
     * chose nothing.
     */
    public static String testBenchmark(List<StudyRun> log) {
        List<String> names = benchmarkNames(log);
        String validation = validationBenchmark(log);
        return Stream.concat(REPORTED.stream().filter(names::contains), names.stream())
                .filter(name -> !name.equals(validation))
                .findFirst()
                .orElse(validation);
    }

    private static List<String> benchmarkNames(List<StudyRun> runs) {
        return runs.stream()
                .flatMap(run -> run.evaluations().stream())
                .map(Evaluated::benchmark)
                .distinct()
                .toList();
    }

    /** The evaluation of a run's step, null if there is none. */
    static Evaluated at(StudyRun run, String benchmark, int step) {
        return run.evaluations().stream()
                .filter(e -> e.step() == step && e.benchmark().equals(benchmark))
                .findFirst()
                .orElse(null);
    }

    private static boolean measured(List<StudyRun> runs, String benchmark, Moment moment) {
        return runs.stream().anyMatch(run -> at(run, benchmark, moment.step(run)) != null);
    }

    private static double passAt1(StudyRun run, String benchmark, Moment moment) {
        Evaluated e = at(run, benchmark, moment.step(run));
        return e == null ? Double.NaN : e.passAt1();
    }

    /** The share of a problem's samples that are correct, {@code [seeds][problems]}. */
    static double[][] scores(List<StudyRun> runs, String benchmark, Moment moment) {
        List<double[]> scores = new ArrayList<>();
        for (StudyRun run : runs) {
            Evaluated e = at(run, benchmark, moment.step(run));
            if (e != null) {
                scores.add(
                        Arrays.stream(e.correctCounts())
                                .mapToDouble(c -> (double) c / e.samples())
                                .toArray());
            }
        }
        if (scores.isEmpty()) {
            throw new IllegalArgumentException(
                    "arm %s was not measured on %s at the %s step; there are %s"
                            .formatted(
                                    runs.get(0).arm(),
                                    benchmark,
                                    moment.toString(),
                                    benchmarkNames(runs)));
        }
        if (scores.stream().anyMatch(seed -> seed.length != scores.get(0).length)) {
            throw new IllegalArgumentException(
                    "arm %s was measured on different numbers of problems of %s"
                            .formatted(runs.get(0).arm(), benchmark));
        }
        return scores.toArray(double[][]::new);
    }

    private static final ToDoubleFunction<Evaluated> PASS_AT_1 = Evaluated::passAt1;

    /** The mean over seeds of one figure of the evaluations at a moment; NaN for none. */
    public static double mean(
            List<StudyRun> runs,
            String benchmark,
            Moment moment,
            ToDoubleFunction<Evaluated> figure) {
        return average(
                runs,
                run -> {
                    Evaluated e = at(run, benchmark, moment.step(run));
                    return e == null ? Double.NaN : figure.applyAsDouble(e);
                });
    }

    /** The mean of those that have a value, NaN if none has. */
    static double average(List<StudyRun> runs, ToDoubleFunction<StudyRun> figure) {
        OptionalDouble mean = runs.stream().mapToDouble(figure).filter(Double::isFinite).average();
        return mean.orElse(Double.NaN);
    }

    /** Mean, standard deviation over seeds and interval of one moment. */
    private static void spread(
            Rows rows,
            String name,
            String prefix,
            List<StudyRun> runs,
            String benchmark,
            Moment at) {
        Interval interval =
                measured(runs, benchmark, at)
                        ? Interval.bootstrap(scores(runs, benchmark, at))
                        : new Interval(Double.NaN, Double.NaN, Double.NaN);
        rows.number(name, interval.mean());
        rows.number(prefix + "sd", deviation(runs, run -> passAt1(run, benchmark, at)));
        rows.number(prefix + "low", interval.low());
        rows.number(prefix + "high", interval.high());
    }

    /** Standard deviation (n − 1) of those that have a value, NaN for fewer than two. */
    static double deviation(List<StudyRun> runs, ToDoubleFunction<StudyRun> figure) {
        double[] values = runs.stream().mapToDouble(figure).filter(Double::isFinite).toArray();
        return values.length < 2 ? Double.NaN : Math.sqrt(StatUtils.variance(values));
    }
}
