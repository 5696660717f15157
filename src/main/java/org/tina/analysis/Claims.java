package org.tina.analysis;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.tina.analysis.Arms.Moment;
import org.tina.eval.Interval;
import org.tina.study.StudyLog;
import org.tina.study.StudyRun;
import tech.tablesaw.api.Table;

/**
 * The paper's claims, each with its numbers, what they are worth, ours, and a verdict by one rule:
 * a claim is <b>supported</b> if the whole 95% interval of its figure lies on the claimed side of a
 * threshold, <b>contradicted</b> if the whole interval lies on the other side, else <b>not
 * distinguishable</b>; without a study, not measured.
 *
 * <p>Thresholds: "more than 20% of the base" is 0.2. "As good as" is a difference above −3.8
 * points, the smallest that two of the paper's single runs can tell from nothing ({@link
 * PaperNoise#smallestDifference}); what it could not have seen is not held against it. "Earlier"
 * and "better than" are 0. A study of several arms chooses the arm that a figure is of (the best,
 * the worst, the smallest) by Pass@1 on validation, and reports it on the claims' problems.
 */
public final class Claims {
    private static final double TWENTY_PERCENT = 0.2;
    private static final double HALF = 0.5;
    private static final String FORMAT = "rewards/format/mean";
    private static final String LENGTH = "completions/mean_length";
    private static final String ACCURACY = "rewards/accuracy/mean";

    private Claims() {}

    /** {@link #table(Function)} of the project's own logs. */
    public static Table table() {
        List<String> there = StudyLog.names(StudyLog.folder());
        return table(study -> there.contains(study) ? StudyLog.named(study) : List.of());
    }

    /**
     * One row a claim: {@code claim}, {@code statement}, {@code paper}, {@code paper's noise},
     * {@code rule}, {@code ours} with {@code low} and {@code high}, {@code runs} (that the study
     * has), {@code verdict}, {@code note} (why it was not measured), {@code make again}.
     *
     * @param logs study → its runs, none if it was not run
     */
    public static Table table(Function<String, List<StudyRun>> logs) {
        Rows rows = new Rows("claims");
        for (Claim claim : all()) {
            List<StudyRun> log = logs.apply(claim.study());
            rows.row().text("claim", claim.name()).text("statement", claim.statement());
            rows.text("paper", claim.paper()).text("paper's noise", claim.noise());
            rows.text("rule", claim.rule());
            Interval ours = null;
            String note = "";
            try {
                if (log.isEmpty()) {
                    note = "the study has no log yet";
                } else {
                    ours = claim.figure().apply(log);
                }
            } catch (
                    IllegalArgumentException
                            e) { // an arm or benchmark is missing, or no transition
                note = e.getMessage();
            }
            Verdict verdict = ours == null ? Verdict.NOT_MEASURED : claim.verdict().apply(ours);
            rows.interval("ours", ours).whole("runs", log.size());
            rows.text("verdict", verdict.toString()).text("note", note);
            rows.text("make again", claim.command());
        }
        return rows.table();
    }

    static List<Claim> all() {
        double margin = PaperNoise.smallestDifference() / 100;
        String points = text("%.1f points", 100 * margin);
        String against = "two single runs differ by up to " + points + " from the seed alone";
        return List.of(
                new Claim(
                        "lift",
                        "LoRA RL lifts Pass@1 by more than 20% of the base",
                        "41.18 → 50.60, +22.9% (best of all checkpoints of its best run)",
                        text(
                                "+9.4 points is beyond %s; choosing among checkpoints gives up to %.1f",
                                points, PaperNoise.bestOf(17)),
                        "main",
                        "gain / base of all arms' best checkpoints is above 0.20",
                        Claims::relativeGain,
                        figure -> Verdict.above(figure, TWENTY_PERCENT)),
                new Claim(
                        "lora-or-full",
                        "LoRA RL matches or beats full-parameter RL",
                        "five pairs, mean 49.03 against 45.15; four of five higher",
                        against + ", and the baselines' own seeds move them as much",
                        "lora-or-full",
                        "best LoRA arm − best full arm is above −" + points,
                        log ->
                                Arms.difference(
                                        log, best(log, Claims::lora), best(log, run -> !lora(run))),
                        figure -> Verdict.above(figure, -margin)),
                new Claim(
                        "transition",
                        "The format-related curves (format reward, length) have a phase transition",
                        "seen in the curves of its figure; no test",
                        "no repetition over seeds",
                        "main",
                        "the share of runs with one in format reward or length is above 0.5",
                        log -> share(log, run -> found(run, FORMAT) || found(run, LENGTH)),
                        figure -> Verdict.above(figure, HALF)),
                new Claim(
                        "accuracy without",
                        "The accuracy reward has no phase transition",
                        "seen in the curves of its figure; no test",
                        "no repetition over seeds",
                        "main",
                        "the share of runs with one in the accuracy reward is below 0.5",
                        log -> share(having(log, ACCURACY), run -> found(run, ACCURACY)),
                        figure -> Verdict.below(figure, HALF)),
                new Claim(
                        "best near it",
                        "The best checkpoint lies near the phase transition",
                        "its best checkpoints, by eye",
                        "one evaluation a checkpoint: best ones wander",
                        "main",
                        "Pass@1 of the checkpoint nearest to the transition of the length, minus that"
                                + " of one drawn at random, is above 0",
                        log -> PhaseTransition.nearTransitionGain(log, LENGTH),
                        figure -> Verdict.above(figure, 0)),
                new Claim(
                        "compute",
                        "More training compute is not more accuracy",
                        "best checkpoints at 17% to 57% of an epoch",
                        against,
                        "compute",
                        "last − best checkpoint is below " + points,
                        Claims::lastMinusBest,
                        figure -> Verdict.below(figure, margin)),
                new Claim(
                        "small data",
                        "A small training set is enough",
                        "LIMR (1.39k) 48.47, Open-RS (7k) 50.60, OpenR1 (93.7k) 49.26",
                        against,
                        "datasets",
                        "limr − open_r1 is above −" + points,
                        log -> Arms.difference(log, "limr", "open_r1"),
                        figure -> Verdict.above(figure, -margin)),
                new Claim(
                        "ranks",
                        "Every rank works (alpha 4r)",
                        "ranks 4 to 64: 46.95 to 48.92",
                        "spread 1.97: not more than the seed's, " + against,
                        "lora-rank",
                        "worst − best of the ranks 4 to 64 is above −" + points,
                        log -> worstMinusBest(named(log, List.of("4", "8", "16", "32", "64"))),
                        figure -> Verdict.above(figure, -margin)),
                new Claim(
                        "learning rates",
                        "Learning rates are forgiving (half to five times the usual one)",
                        "5e-7, 1e-6, 5e-6: 47.91, 48.47, 47.87",
                        "spread 0.60: not more than the seed's, " + against,
                        "learning-rate",
                        "worst − best of the paper's three is above −" + points,
                        log -> worstMinusBest(named(log, List.of("3e-4", "6e-4", "3e-3"))),
                        figure -> Verdict.above(figure, -margin)),
                new Claim(
                        "dr_grpo",
                        "Dr. GRPO gets there earlier",
                        "best checkpoint at 17% of an epoch, GRPO's at 57%; 49.53 and 49.45",
                        "one run each; the step of a best checkpoint is the noisiest figure of all",
                        "algorithm",
                        "steps to half of the gain, GRPO − Dr. GRPO, is above 0",
                        log -> earlier(log, "dr_grpo", "grpo"),
                        figure -> Verdict.above(figure, 0)),
                new Claim(
                        "knowledge",
                        "LoRA RL leaves the base's knowledge alone",
                        "its hypothesis; not measured",
                        "none to allow for",
                        "main",
                        "change on the sibling skill is above −" + points,
                        log -> Arms.gain(log, "mini/sibling", Moment.BEST),
                        figure -> Verdict.above(figure, -margin)));
    }

    // ---------------------------------------------------------------- figures

    private static Interval relativeGain(List<StudyRun> log) {
        String benchmark = Arms.testBenchmark(log);
        return Bootstrap.interval(
                means -> (means[0][0] - means[0][1]) / means[0][1],
                new double[][][] {
                    Arms.scores(log, benchmark, Moment.BEST),
                    Arms.scores(log, benchmark, Moment.BASE)
                });
    }

    private static Interval lastMinusBest(List<StudyRun> log) {
        String benchmark = Arms.testBenchmark(log);
        return Bootstrap.interval(
                means -> means[0][0] - means[0][1],
                new double[][][] {
                    Arms.scores(log, benchmark, Moment.LAST),
                    Arms.scores(log, benchmark, Moment.BEST)
                });
    }

    private static Interval worstMinusBest(List<StudyRun> log) {
        return Arms.difference(log, worst(log), best(log, run -> true));
    }

    /** Steps of difference between two arms in {@link Arms#halfGainStep}, over seeds. */
    private static Interval earlier(List<StudyRun> log, String arm, String reference) {
        return Bootstrap.interval(
                means -> means[0][0] - means[1][0],
                new double[][][] {halfSteps(log, reference)},
                new double[][][] {halfSteps(log, arm)});
    }

    private static double[][] halfSteps(List<StudyRun> log, String arm) {
        double[][] steps =
                Arms.arm(log, arm).stream()
                        .mapToDouble(Arms::halfGainStep)
                        .filter(Double::isFinite)
                        .mapToObj(step -> new double[] {step})
                        .toArray(double[][]::new);
        if (steps.length == 0) {
            throw new IllegalArgumentException("no run of arm " + arm + " gained anything");
        }
        return steps;
    }

    private static Interval share(List<StudyRun> log, Predicate<StudyRun> counts) {
        return Interval.bootstrap(
                log.stream().mapToDouble(run -> counts.test(run) ? 1 : 0).toArray());
    }

    private static boolean found(StudyRun run, String metric) {
        return PhaseTransition.of(run, metric).found();
    }

    private static List<StudyRun> having(List<StudyRun> log, String metric) {
        return log.stream().filter(run -> run.metrics().containsKey(metric)).toList();
    }

    // ---------------------------------------------------------------- choosing arms

    private static boolean lora(StudyRun run) {
        return !Boolean.FALSE.equals(run.recipe().get("use_peft"));
    }

    private static List<StudyRun> named(List<StudyRun> log, List<String> arms) {
        return log.stream().filter(run -> arms.contains(run.arm())).toList();
    }

    private static String best(List<StudyRun> log, Predicate<StudyRun> among) {
        return Arms.byArm(log.stream().filter(among).toList()).entrySet().stream()
                .max(Comparator.comparingDouble(entry -> onValidation(entry.getValue())))
                .map(Map.Entry::getKey)
                .orElseThrow();
    }

    private static String worst(List<StudyRun> log) {
        return Arms.byArm(log).entrySet().stream()
                .min(Comparator.comparingDouble(entry -> onValidation(entry.getValue())))
                .map(Map.Entry::getKey)
                .orElseThrow();
    }

    private static double onValidation(List<StudyRun> runs) {
        ToDoubleFunction<StudyRun> best =
                run ->
                        Arms.passAt1ByStep(run).values().stream()
                                .mapToDouble(Double::doubleValue)
                                .max()
                                .orElse(Double.NaN);
        return Arms.average(runs, best);
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
