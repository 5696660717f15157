package org.tina.notebook;

import java.awt.BasicStroke;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * What the reader expects before a result is shown: a result that was guessed is looked at twice.
 * One cell holds the guess, a later one shows it beside the result, or draws it into its chart:
 *
 * <pre>{@code
 * var guess = Guess.of("Pass@1 after training", null); // a number between 0 and 1
 *
 * guess.reveal(after.passAt1())
 * guess.on(chart)
 * }</pre>
 *
 * Without a guess all goes on just the same.
 *
 * @param question what is guessed
 * @param value a number or a word; null for no guess
 * @param result what came out; null until {@link #reveal}
 */
public record Guess(String question, Object value, Object result) {
    private static final String LEGEND = "your guess";

    /** How far a close guess may be from the result, as a share of it. */
    private static final double CLOSE = 0.2;

    private static final BasicStroke DASHED =
            new BasicStroke(
                    1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 1, new float[] {6, 4}, 0);

    /**
     * @param value a number or a word; null for no guess
     */
    public static Guess of(String question, Object value) {
        return new Guess(question, value, null);
    }

    /** The guess with what came out beside it. */
    public Guess reveal(Object result) {
        return new Guess(question, value, result);
    }

    /** Draws a guessed number as a dashed line across the chart; without one, nothing. */
    public XYChart on(XYChart chart) {
        if (value instanceof Number number && !chart.getSeriesMap().isEmpty()) {
            DoubleSummaryStatistics x =
                    chart.getSeriesMap().values().stream()
                            .flatMapToDouble(series -> Arrays.stream(series.getXData()))
                            .summaryStatistics();
            double y = number.doubleValue();
            chart.addSeries(LEGEND, new double[] {x.getMin(), x.getMax()}, new double[] {y, y})
                    .setMarker(SeriesMarkers.NONE)
                    .setLineColor(Charts.GREY)
                    .setLineStyle(DASHED);
            chart.getStyler().setLegendVisible(true);
        }
        return chart;
    }

    /** Draws a guessed number as a dashed line across the columns; without one, nothing. */
    public CategoryChart on(CategoryChart chart) {
        if (value instanceof Number number && !chart.getSeriesMap().isEmpty()) {
            CategorySeries first = chart.getSeriesMap().values().iterator().next();
            List<?> names = List.copyOf((Collection<?>) first.getXData());
            chart.addSeries(LEGEND, names, Collections.nCopies(names.size(), number.doubleValue()))
                    .setChartCategorySeriesRenderStyle(
                            CategorySeries.CategorySeriesRenderStyle.Line)
                    .setMarker(SeriesMarkers.NONE)
                    .setLineColor(Charts.GREY)
                    .setLineStyle(DASHED);
            chart.getStyler().setLegendVisible(true);
        }
        return chart;
    }

    Box box() {
        String headline = question + ":";
        String guessed = value == null ? "" : Grid.text(value);
        if (result == null) {
            String words = value == null ? "no guess yet; put one into the cell" : guessed;
            return new Box(Charts.GREY, headline, words, "");
        }
        String words = "it is " + Grid.text(result) + "; ";
        if (value == null) {
            return new Box(Charts.GREY, headline, words + "you made no guess", "");
        }
        words += "your guess was " + guessed;
        return isClose()
                ? new Box(Charts.COLORS.get(2), headline, words, "")
                : new Box(Charts.COLORS.get(1), headline, words + ". What did you not expect?", "");
    }

    private boolean isClose() {
        if (value instanceof Number guess && result instanceof Number truth) {
            double distance = Math.abs(guess.doubleValue() - truth.doubleValue());
            return distance <= CLOSE * Math.abs(truth.doubleValue());
        }
        return value.toString().strip().equalsIgnoreCase(result.toString());
    }

    @Override
    public String toString() {
        return box().text();
    }
}
