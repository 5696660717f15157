package org.tina.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tina.eval.Interval;
import org.tina.study.StudyRun;
import tech.tablesaw.api.Table;

/**
 * A sharp change in a training curve (the paper's section 5, <i>phase transition</i>), found by a
 * change-point method: four shapes are fitted by least squares and the Bayesian information
 * criterion says which one the curve supports.
 *
 * <ul>
 *   <li>no change: a constant (1 parameter), a straight line (2), a curve that saturates, {@code a
 *       + b e^(−t/τ)} (3)
 *   <li>a transition: one level until {@code start}, a straight way to another level at {@code end}
 *       (4; a jump between two neighbouring steps is the sharpest case), all places tried (of
 *       longer curves than 250 values, on means of neighbours)
 * </ul>
 *
 * {@code BIC = m ln(RSS / n) + k ln m}, where the n values count as only {@code m = n (1 − ρ) / (1
 * + ρ)} independent ones for a lag-1 autocorrelation ρ of the residuals, as noise of training
 * curves lasts over steps. A transition is <i>found</i> if its BIC is lower than that of every
 * other shape by more than 10 ("very strong" in Kass and Raftery 1995), and the way between the
 * levels takes at most half of the run.
 *
 * @param found whether there is one
 * @param start the last step on the first level
 * @param step the middle of the way, which is where half of the rise is made
 * @param end the first step on the second level
 * @param before the first level
 * @param after the second level
 * @param evidence by how much the transition's BIC is lower than that of the best other shape
 */
public record PhaseTransition(
        boolean found,
        double start,
        double step,
        double end,
        double before,
        double after,
        double evidence) {

    /** The curves that the paper's claim is about: two of the format and the accuracy. */
    public static final List<String> METRICS =
            List.of("rewards/format/mean", "completions/mean_length", "rewards/accuracy/mean");

    private static final double VERY_STRONG = 10;
    private static final double SHARPEST_PART = 0.5;
    private static final int FEWEST = 8;
    private static final int MOST = 250;
    private static final PhaseTransition NONE =
            new PhaseTransition(
                    false, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);

    /** The middle of the transition, NaN if none was found. */
    public double foundStep() {
        return found ? step : Double.NaN;
    }

    // ---------------------------------------------------------------- of runs

    /** The transition of one metric of a run; not found where the run hasn't the metric. */
    public static PhaseTransition of(StudyRun run, String metric) {
        List<Double> steps = run.metrics().getOrDefault("step", List.of());
        List<Double> values = run.metrics().getOrDefault(metric, List.of());
        int both = Math.min(steps.size(), values.size());
        return find(doubles(steps.subList(0, both)), doubles(values.subList(0, both)));
    }

    /**
     * One row a run and metric of {@link #METRICS}: {@code arm}, {@code seed}, {@code metric},
     * {@code found}, {@code start}, {@code step}, {@code end}, {@code before}, {@code after},
     * {@code evidence}, {@code best step}. A run without the metric has no row for it.
     */
    public static Table table(List<StudyRun> log) {
        Rows rows = new Rows("phase transitions");
        for (StudyRun run : log) {
            for (String metric : METRICS) {
                if (run.metrics().containsKey(metric)) {
                    PhaseTransition t = of(run, metric);
                    rows.row().text("arm", run.arm()).whole("seed", run.seed());
                    rows.text("metric", metric).flag("found", t.found);
                    rows.number("start", t.start).number("step", t.step).number("end", t.end);
                    rows.number("before", t.before).number("after", t.after);
                    rows.number("evidence", t.evidence).whole("best step", run.bestStep());
                }
            }
        }
        return rows.table();
    }

    /**
     * Is the checkpoint nearest to the transition better than one drawn at random? One row a run in
     * which the metric has a transition: {@code arm}, {@code seed}, {@code transition}, {@code
     * nearest} (that checkpoint's step), {@code pass@1 there}, {@code pass@1 at random} (the mean
     * over all checkpoints, the base left out), {@code difference}, {@code share worse} (of the
     * other checkpoints, equals counting half). Pass@1 is that on the validation problems.
     *
     * @param metric as in {@link #METRICS}
     */
    public static Table nearTransition(List<StudyRun> log, String metric) {
        Rows rows = new Rows("near the transition of " + metric);
        for (StudyRun run : log) {
            PhaseTransition t = of(run, metric);
            TreeMap<Integer, Double> checkpoints = Arms.passAt1ByStep(run);
            checkpoints.remove(0);
            if (!t.found || checkpoints.size() < 2) {
                continue;
            }
            int nearest =
                    checkpoints.keySet().stream()
                            .reduce((a, b) -> Math.abs(b - t.step) < Math.abs(a - t.step) ? b : a)
                            .orElseThrow();
            double there = checkpoints.get(nearest);
            double random = mean(checkpoints.values().stream().mapToDouble(v -> v).toArray());
            rows.row().text("arm", run.arm()).whole("seed", run.seed());
            rows.number("transition", t.step).whole("nearest", nearest);
            rows.number("pass@1 there", there).number("pass@1 at random", random);
            rows.number("difference", there - random);
            rows.number("share worse", shareWorse(checkpoints, nearest));
        }
        return rows.table();
    }

    /**
     * The mean {@code difference} of {@link #nearTransition} with its 95% interval over runs: above
     * 0, the checkpoint near the transition is better than one drawn at random.
     *
     * @throws IllegalArgumentException if no run has a transition of this metric
     */
    public static Interval nearTransitionGain(List<StudyRun> log, String metric) {
        Table table = nearTransition(log, metric);
        if (table.isEmpty()) {
            throw new IllegalArgumentException("no run has a phase transition of " + metric);
        }
        return Interval.bootstrap(table.doubleColumn("difference").asDoubleArray());
    }

    private static double shareWorse(TreeMap<Integer, Double> checkpoints, int nearest) {
        double worse = 0;
        for (Map.Entry<Integer, Double> other : checkpoints.entrySet()) {
            if (other.getKey() != nearest) {
                int order = Double.compare(other.getValue(), checkpoints.get(nearest));
                worse += order < 0 ? 1 : order == 0 ? 0.5 : 0;
            }
        }
        return worse / (checkpoints.size() - 1);
    }

    // ---------------------------------------------------------------- the method

    /**
     * Looks for a transition in a curve. Values that are not finite are left out; of fewer than 8,
     * or all equal ones, nothing is found.
     *
     * @param steps ascending
     * @param values one a step
     */
    public static PhaseTransition find(double[] steps, double[] values) {
        if (steps.length != values.length) {
            throw new IllegalArgumentException(
                    steps.length + " steps and " + values.length + " values");
        }
        List<Integer> finite = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            if (Double.isFinite(values[i])) {
                finite.add(i);
            }
        }
        double[] t = thinned(finite.stream().mapToDouble(i -> steps[i]).toArray());
        double[] y = thinned(finite.stream().mapToDouble(i -> values[i]).toArray());
        double[] constant = new double[y.length];
        if (y.length < FEWEST || new Fit(constant, y).total == 0) {
            return NONE;
        }
        Way way = bestWay(t, y);
        double independent = independentValues(way.fit.residuals(y));
        double other = bic(new Fit(constant, y), y, 1, independent);
        other = Math.min(other, bic(new Fit(t, y), y, 2, independent));
        other = Math.min(other, bic(saturating(t, y), y, 3, independent));
        double evidence = other - bic(way.fit, y, 4, independent);
        double length = t[way.end] - t[way.start];
        boolean sharp = length <= SHARPEST_PART * (t[t.length - 1] - t[0]);
        return new PhaseTransition(
                evidence > VERY_STRONG && sharp,
                t[way.start],
                (t[way.start] + t[way.end]) / 2,
                t[way.end],
                way.fit.at(0),
                way.fit.at(1),
                evidence);
    }

    /** The least-squares line of y over x: {@code squares} are what it leaves of {@code total}. */
    private static final class Fit {
        private final double[] x;
        private final double slope;
        private final double offset;
        private final double total;
        private final double squares;

        Fit(double[] x, double[] y) {
            this.x = x;
            double meanX = mean(x);
            double meanY = mean(y);
            double xx = 0;
            double xy = 0;
            double yy = 0;
            for (int i = 0; i < x.length; i++) {
                xx += (x[i] - meanX) * (x[i] - meanX);
                xy += (x[i] - meanX) * (y[i] - meanY);
                yy += (y[i] - meanY) * (y[i] - meanY);
            }
            slope = xx == 0 ? 0 : xy / xx;
            offset = meanY - slope * meanX;
            total = yy;
            squares = Math.max(0, yy - slope * xy);
        }

        double at(double x) {
            return offset + slope * x;
        }

        double[] residuals(double[] y) {
            double[] residuals = new double[y.length];
            Arrays.setAll(residuals, i -> y[i] - at(x[i]));
            return residuals;
        }
    }

    /** A fit whose x is 0 up to one index, 1 from another one on and a straight way between. */
    private record Way(int start, int end, Fit fit) {}

    /** The best of all ways that have two values on each level. */
    private static Way bestWay(double[] t, double[] y) {
        Way best = null;
        double[] x = new double[t.length];
        for (int start = 1; start < t.length - 2; start++) {
            for (int end = start + 1; end < t.length - 1; end++) {
                for (int i = 0; i < x.length; i++) {
                    x[i] = Math.min(1, Math.max(0, (t[i] - t[start]) / (t[end] - t[start])));
                }
                Fit fit = new Fit(x, y);
                if (best == null || fit.squares < best.fit.squares) {
                    best = new Way(start, end, new Fit(x.clone(), y));
                }
            }
        }
        return best;
    }

    /** The best curve {@code a + b e^(−t/τ)}, τ from a fiftieth of the run to twice its length. */
    private static Fit saturating(double[] t, double[] y) {
        double run = t[t.length - 1] - t[0];
        Fit best = null;
        for (double tau = run / 50; tau <= 2 * run; tau *= 1.15) {
            double[] x = new double[t.length];
            for (int i = 0; i < x.length; i++) {
                x[i] = Math.exp(-(t[i] - t[0]) / tau);
            }
            Fit fit = new Fit(x, y);
            if (best == null || fit.squares < best.squares) {
                best = fit;
            }
        }
        return best;
    }

    private static double bic(Fit fit, double[] y, int parameters, double independent) {
        // a perfect fit counts as one to a millionth of the curve's spread
        double squares = Math.max(fit.squares, 1e-12 * fit.total);
        return independent * Math.log(squares / y.length) + parameters * Math.log(independent);
    }

    /** Means of neighbours where there are too many values to try every pair of places. */
    private static double[] thinned(double[] values) {
        int together = (values.length + MOST - 1) / MOST;
        double[] out = new double[together == 0 ? 0 : values.length / together];
        for (int i = 0; i < out.length; i++) {
            out[i] = mean(Arrays.copyOfRange(values, i * together, (i + 1) * together));
        }
        return out;
    }

    /** How many independent values so many residuals are worth. */
    private static double independentValues(double[] residuals) {
        double squares = 0;
        double neighbours = 0;
        for (int i = 0; i < residuals.length; i++) {
            squares += residuals[i] * residuals[i];
            neighbours += i == 0 ? 0 : residuals[i] * residuals[i - 1];
        }
        double rho = squares == 0 ? 0 : Math.min(0.9, Math.max(0, neighbours / squares));
        return Math.max(FEWEST / 2.0, residuals.length * (1 - rho) / (1 + rho));
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    private static double[] doubles(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
