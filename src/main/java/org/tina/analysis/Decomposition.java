package org.tina.analysis;

import java.util.List;
import org.tina.analysis.Arms.Moment;
import org.tina.study.StudyRun;
import org.tina.study.StudyRun.Evaluated;
import tech.tablesaw.api.Table;

/**
 * The paper's hypothesis as a sum. With f the share of completions in the format and a the share of
 * those that are correct, the share that is both is {@code f · a}, and what training added to it is
 *
 * <pre>{@code f₁a₁ − f₀a₀ = (f₁ − f₀) · (a₀ + a₁)/2  +  (f₀ + f₁)/2 · (a₁ − a₀)
 *                byFormat                byAccuracy}</pre>
 *
 * Each change is weighed by the mean of the other factor's two ends, so that it doesn't matter
 * which one is said to have come first, and the two parts add up exactly. Where nothing is in the
 * format, a is not known and counts as unchanged.
 *
 * @param byFormat what better format brought at equal accuracy
 * @param byAccuracy what better accuracy within the format brought
 */
public record Decomposition(
        double formatBefore,
        double formatAfter,
        double accuracyBefore,
        double accuracyAfter,
        double byFormat,
        double byAccuracy) {

    /**
     * Takes a gain apart.
     *
     * @param formatBefore, formatAfter shares in the format
     * @param bothBefore, bothAfter shares in the format and correct, at most the format's
     */
    public static Decomposition of(
            double formatBefore, double bothBefore, double formatAfter, double bothAfter) {
        double before = formatBefore > 0 ? bothBefore / formatBefore : Double.NaN;
        double after = formatAfter > 0 ? bothAfter / formatAfter : before;
        before = Double.isNaN(before) ? after : before;
        boolean neverFormatted = Double.isNaN(after);
        double a0 = neverFormatted ? 0 : before;
        double a1 = neverFormatted ? 0 : after;
        return new Decomposition(
                formatBefore,
                formatAfter,
                before,
                after,
                (formatAfter - formatBefore) * (a0 + a1) / 2,
                (formatBefore + formatAfter) / 2 * (a1 - a0));
    }

    /** What training added to the share of completions that are formatted and correct. */
    public double gain() {
        return byFormat + byAccuracy;
    }

    /**
     * One row a run, from the base to its best step on the reported benchmark: {@code arm}, {@code
     * seed}, {@code format before}, {@code format after}, {@code accuracy before}, {@code accuracy
     * after} (both given the format), {@code gain}, {@code by format}, {@code by accuracy}, and
     * {@code lenient gain}, that of answers counted whatever the format. A run that was not
     * measured there has no row.
     */
    public static Table table(List<StudyRun> log) {
        String benchmark = Arms.testBenchmark(log);
        Rows rows = new Rows("decomposition on " + benchmark);
        for (StudyRun run : log) {
            Evaluated base = Arms.at(run, benchmark, 0);
            Evaluated best = Arms.at(run, benchmark, Moment.BEST.step(run));
            if (base == null || best == null) {
                continue;
            }
            Decomposition parts =
                    of(
                            base.format(),
                            base.formattedAndCorrect(),
                            best.format(),
                            best.formattedAndCorrect());
            rows.row().text("arm", run.arm()).whole("seed", run.seed());
            rows.number("format before", parts.formatBefore);
            rows.number("format after", parts.formatAfter);
            rows.number("accuracy before", parts.accuracyBefore);
            rows.number("accuracy after", parts.accuracyAfter);
            rows.number("gain", parts.gain());
            rows.number("by format", parts.byFormat).number("by accuracy", parts.byAccuracy);
            rows.number("lenient gain", best.lenient() - base.lenient());
        }
        return rows.table();
    }
}
