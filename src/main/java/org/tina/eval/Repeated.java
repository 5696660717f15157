package org.tina.eval;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * One benchmark measured under several seeds, be they of the sampling or of training runs that
 * differ in nothing else.
 *
 * @param runs one a seed, at least one, all of the same problems
 */
public record Repeated(List<Evaluation> runs) {

    public Repeated {
        runs = List.copyOf(runs);
        if (runs.isEmpty()) {
            throw new IllegalArgumentException("there must be at least one evaluation to repeat");
        }
        for (Evaluation run : runs) {
            run.requireSameProblems(runs.get(0));
        }
    }

    /** Pass@1, the mean over seeds. */
    public double passAt1() {
        return mean(Evaluation::passAt1);
    }

    /** The sample standard deviation of Pass@1 over seeds; NaN for a single one. */
    public double deviation() {
        double mean = passAt1();
        double squares = runs.stream().mapToDouble(run -> Math.pow(run.passAt1() - mean, 2)).sum();
        return runs.size() == 1 ? Double.NaN : Math.sqrt(squares / (runs.size() - 1));
    }

    /** {@link #passAt1} with its 95% interval over problems and seeds. */
    public Interval passAt1Interval() {
        return Interval.bootstrap(
                runs.stream().map(Evaluation::passAt1ByProblem).toArray(double[][]::new));
    }

    /**
     * How much higher this Pass@1 is than another's on the same problems, with a 95% interval from
     * the bootstrap over problems and seeds, which are paired in their order.
     *
     * @param before as many seeds, or a single one that all are compared with
     * @return in [-1, 1]
     * @throws IllegalArgumentException if the problems differ or the seeds can't be paired
     */
    public Interval minus(Repeated before) {
        int theirs = before.runs.size();
        if (theirs != 1 && theirs != runs.size()) {
            throw new IllegalArgumentException(
                    "%d seeds can't be paired with %d".formatted(runs.size(), theirs));
        }
        double[][] differences = new double[runs.size()][];
        for (int i = 0; i < differences.length; i++) {
            differences[i] = runs.get(i).differences(before.runs.get(theirs == 1 ? 0 : i));
        }
        return Interval.bootstrap(differences);
    }

    /** The mean over seeds of a figure: {@code mean(run -> run.passAt(8))}. */
    public double mean(ToDoubleFunction<Evaluation> figure) {
        return runs.stream().mapToDouble(figure).average().getAsDouble();
    }

    /** {@link Evaluation#figures}, each the mean over seeds. */
    public Map<String, Double> figures() {
        Map<String, Double> figures = new LinkedHashMap<>();
        for (String name : runs.get(0).figures().keySet()) {
            figures.put(name, mean(run -> run.figures().get(name)));
        }
        return figures;
    }

    /** One line: {@code mini/test: Pass@1 41.2% (37.0 to 45.4), ±1.3 over 3 seeds}. */
    @Override
    public String toString() {
        return runs.size() == 1
                ? runs.get(0).toString()
                : String.format(
                        Locale.ROOT,
                        "%s: Pass@1 %s, ±%.1f over %d seeds",
                        runs.get(0).name(),
                        passAt1Interval(),
                        100 * deviation(),
                        runs.size());
    }
}
