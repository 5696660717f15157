package org.tina.eval;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.tina.data.Problem;
import org.tina.generate.Completion;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * What an evaluation found: every answer, and the figures made from them. Each figure is a mean
 * over problems of a mean over the problem's completions.
 */
public final class Evaluation {

    private final String name;
    private final List<Answer> answers;
    private final double seconds;

    /**
     * @param name of the benchmark
     * @param answers one a problem, at least one, all with the same number of completions
     * @param seconds that sampling took; NaN if nobody took the time
     */
    public Evaluation(String name, List<Answer> answers, double seconds) {
        this.name = name;
        this.answers = List.copyOf(answers);
        this.seconds = seconds;
        if (answers.isEmpty()) {
            throw new IllegalArgumentException("an evaluation needs at least one answer");
        }
        for (Answer answer : answers) {
            if (answer.completions().size() != samples()) {
                throw new IllegalArgumentException(
                        "an evaluation with %d completions of one problem and %d of another"
                                .formatted(samples(), answer.completions().size()));
            }
        }
    }

    /** The benchmark's name. */
    public String name() {
        return name;
    }

    /** One a problem, in the benchmark's order. */
    public List<Answer> answers() {
        return answers;
    }

    /** Completions a problem. */
    public int samples() {
        return answers.get(0).completions().size();
    }

    /** Seconds that sampling took. */
    public double seconds() {
        return seconds;
    }

    // ---------------------------------------------------------------- figures

    /** The share of completions that are correct by the accuracy reward, in [0, 1]. */
    public double passAt1() {
        return mean(Evaluation::strict);
    }

    /** {@link #passAt1} with its 95% confidence interval over problems. */
    public Interval passAt1Interval() {
        return interval(Evaluation::strict);
    }

    /**
     * The chance that one of k completions is correct, by the unbiased estimate.
     *
     * @param k 1 to {@link #samples}
     */
    public double passAt(int k) {
        return mean(answer -> PassAtK.unbiased(samples(), answer.correctCount(), k));
    }

    /**
     * The share of problems whose most frequent answer among the first k completions is correct
     * (Wang et al. 2022, self-consistency); of answers equally frequent the first one counts.
     *
     * @param k 1 to {@link #samples}
     */
    public double majority(int k) {
        if (k < 1 || k > samples()) {
            throw new IllegalArgumentException(
                    "majority of " + k + ", must be of 1 to " + samples() + " completions");
        }
        return mean(answer -> answer.majorityCorrect(k) ? 1 : 0);
    }

    /** The share of completions with a format reward of 1. */
    public double formatRate() {
        return mean(Evaluation::format);
    }

    /** The share of completions that are both, at most each of {@link #formatRate} and Pass@1. */
    public double formattedAndCorrect() {
        return mean(Evaluation::formattedAndCorrect);
    }

    /**
     * The share of completions that end with the right answer, in whatever form: at least {@link
     * #passAt1}, and the difference is what the format alone costs.
     */
    public double lenientAccuracy() {
        return mean(Evaluation::lenient);
    }

    /**
     * The share of correct ones among the completions that the length cap did not cut off; NaN if
     * it cut off all.
     */
    public double accuracyOfFinished() {
        int finished = 0;
        int correct = 0;
        for (Answer answer : answers) {
            finished += (int) answer.completions().stream().filter(Completion::finished).count();
            correct += answer.finishedAndCorrectCount();
        }
        return finished == 0 ? Double.NaN : (double) correct / finished;
    }

    /** Of each problem, in the benchmark's order, how many completions are correct. */
    public int[] correctCounts() {
        return answers.stream().mapToInt(Answer::correctCount).toArray();
    }

    /** Tokens a completion. */
    public double meanLength() {
        return mean(Evaluation::length);
    }

    /** The share of completions that the length cap cut off. */
    public double truncatedRate() {
        return mean(Evaluation::truncated);
    }

    /** Completion tokens sampled a second; NaN if nobody took the time. */
    public double tokensPerSecond() {
        return meanLength() * samples() * answers.size() / seconds;
    }

    private static double strict(Answer answer) {
        return share(answer, Verdict::correct);
    }

    private static double lenient(Answer answer) {
        return share(answer, Verdict::lenient);
    }

    private static double format(Answer answer) {
        return share(answer, Verdict::formatted);
    }

    private static double formattedAndCorrect(Answer answer) {
        return share(answer, verdict -> verdict.formatted() && verdict.correct());
    }

    private static double share(Answer answer, Predicate<Verdict> counts) {
        return (double) answer.count(counts) / answer.completions().size();
    }

    private static double truncated(Answer answer) {
        return answer.completions().stream()
                .mapToInt(c -> c.finished() ? 0 : 1)
                .average()
                .getAsDouble();
    }

    private static double length(Answer answer) {
        return answer.completions().stream().mapToInt(Completion::length).average().getAsDouble();
    }

    /**
     * The figures under the names that logs have for them: {@code pass@1, lenient, format,
     * formatted_and_correct, pass@1_of_finished, length, truncated, tokens_per_second}.
     */
    public Map<String, Double> figures() {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("pass@1", passAt1());
        figures.put("lenient", lenientAccuracy());
        figures.put("format", formatRate());
        figures.put("formatted_and_correct", formattedAndCorrect());
        figures.put("pass@1_of_finished", accuracyOfFinished());
        figures.put("length", meanLength());
        figures.put("truncated", truncatedRate());
        figures.put("tokens_per_second", tokensPerSecond());
        return figures;
    }

    private double mean(ToDoubleFunction<Answer> figure) {
        return answers.stream().mapToDouble(figure).average().getAsDouble();
    }

    private Interval interval(ToDoubleFunction<Answer> figure) {
        return Interval.bootstrap(answers.stream().mapToDouble(figure).toArray());
    }

    // ---------------------------------------------------------------- side by side

    /**
     * How much higher this Pass@1 is than another's on the same problems, with a 95% interval from
     * the paired bootstrap, which is narrower than the two evaluations' own intervals suggest as
     * hard problems are hard for both.
     *
     * @return in [-1, 1]
     * @throws IllegalArgumentException if the problems or their order differ
     */
    public Interval minus(Evaluation before) {
        return Interval.bootstrap(differences(before));
    }

    /** By how much each problem's share of correct completions is higher than another's. */
    double[] differences(Evaluation before) {
        requireSameProblems(before);
        double[] ours = passAt1ByProblem();
        double[] theirs = before.passAt1ByProblem();
        Arrays.setAll(ours, i -> ours[i] - theirs[i]);
        return ours;
    }

    /** Of each problem, the share of correct completions. */
    double[] passAt1ByProblem() {
        return answers.stream().mapToDouble(Evaluation::strict).toArray();
    }

    void requireSameProblems(Evaluation other) {
        if (!problems().equals(other.problems())) {
            throw new IllegalArgumentException(
                    "evaluations of different problems (%s, %d problems; %s, %d problems) can't be compared"
                            .formatted(name, answers.size(), other.name, other.answers.size()));
        }
    }

    private List<Problem> problems() {
        return answers.stream().map(Answer::problem).toList();
    }

    // ---------------------------------------------------------------- to look at

    /**
     * One row a metric: {@code metric}, {@code value}, and where it is a mean over problems the
     * ends of its 95% interval, {@code low} and {@code high}.
     */
    public Table table() {
        StringColumn metrics = StringColumn.create("metric");
        DoubleColumn values = DoubleColumn.create("value");
        DoubleColumn lows = DoubleColumn.create("low");
        DoubleColumn highs = DoubleColumn.create("high");
        List<String> names =
                List.of(
                        "pass@1",
                        "lenient accuracy",
                        "format rate",
                        "formatted and correct",
                        "mean length",
                        "truncated");
        List<ToDoubleFunction<Answer>> figures =
                List.of(
                        Evaluation::strict,
                        Evaluation::lenient,
                        Evaluation::format,
                        Evaluation::formattedAndCorrect,
                        Evaluation::length,
                        Evaluation::truncated);
        for (int i = 0; i < names.size(); i++) {
            Interval interval = interval(figures.get(i));
            metrics.append(names.get(i));
            values.append(interval.mean());
            lows.append(interval.low());
            highs.append(interval.high());
        }
        metrics.append("pass@1 of the finished").append("tokens a second");
        values.append(accuracyOfFinished()).append(tokensPerSecond());
        for (int i = 0; i < 2; i++) {
            lows.appendMissing();
            highs.appendMissing();
        }
        return Table.create(name, metrics, values, lows, highs);
    }

    /**
     * The first n problems with their first completion: {@code problem}, {@code gold}, {@code
     * completion}, {@code correct}, {@code tokens}.
     *
     * @param n at least 0; all problems if there are fewer
     */
    public Table samples(int n) {
        List<Answer> first = answers.subList(0, Math.min(n, answers.size()));
        return Table.create(
                name,
                StringColumn.create("problem", first.stream().map(a -> a.problem().problem())),
                StringColumn.create("gold", first.stream().map(a -> a.problem().solution())),
                StringColumn.create(
                        "completion", first.stream().map(a -> a.completions().get(0).text())),
                BooleanColumn.create(
                        "correct", first.stream().map(a -> a.correct().get(0)).toList()),
                IntColumn.create(
                        "tokens", first.stream().mapToInt(a -> a.completions().get(0).length())));
    }

    /**
     * One line: {@code mini/test: Pass@1 41.2% (37.0 to 45.4), format 0.586, lenient 0.462, 52.3
     * tokens, truncated 0.004 (500 problems, 1 sample each)}.
     */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: Pass@1 %s, format %.3f, lenient %.3f, %.1f tokens, truncated %.3f"
                        + " (%d problems, %d %s each)",
                name,
                passAt1Interval(),
                formatRate(),
                lenientAccuracy(),
                meanLength(),
                truncatedRate(),
                answers.size(),
                samples(),
                samples() == 1 ? "sample" : "samples");
    }
}
