package org.tina.notebook;

import java.awt.BasicStroke;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.tina.notebook.widget.Box;
import org.tina.notebook.widget.Control;
import org.tina.notebook.widget.Dropdown;
import org.tina.notebook.widget.Html;
import org.tina.notebook.widget.IntSlider;
import org.tina.notebook.widget.Slider;
import org.tina.notebook.widget.Widget;

/**
 * What the reader expects before a result is shown: a result that was guessed is looked at twice.
 * One cell asks for it by a slider, a later one shows it beside the result, or draws it into its
 * chart:
 *
 * <pre>{@code
 * var guess = Guess.between("Pass@1 after training", 0, 1);
 * guess
 *
 * guess.reveal(after.passAt1())
 * guess.on(chart)
 * }</pre>
 *
 * Who leaves the slider alone has made no guess, and all goes on just the same.
 */
public final class Guess implements Panel {
    static final String LABEL = "your guess";
    private static final String NONE = "?";

    private static final BasicStroke DASHED =
            new BasicStroke(
                    1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 1, new float[] {6, 4}, 0);

    private final String question;
    private final double low; // NaN where words are guessed
    private final double high;
    private final Control<?> control;
    private final Widget widget;
    private volatile Object value; // null until the reader has made one

    private Guess(String question, double low, double high, Control<?> control) {
        this.question = question;
        this.low = low;
        this.high = high;
        this.control = control;
        Html asked = new Html("<b>" + Html.escaped(question) + "</b>");
        widget = Box.column(asked, control);
        control.onChange(chosen -> value = NONE.equals(chosen) ? null : chosen);
    }

    /** A number, by a slider from {@code low} to {@code high}. */
    public static Guess between(String question, double low, double high) {
        return new Guess(question, low, high, new Slider(LABEL, low, high, (low + high) / 2));
    }

    /** A whole number, by a slider from {@code low} to {@code high}. */
    public static Guess count(String question, int low, int high) {
        return new Guess(question, low, high, new IntSlider(LABEL, low, high, (low + high) / 2));
    }

    /** One of some words. */
    public static Guess oneOf(String question, String... words) {
        List<String> options = Stream.concat(Stream.of(NONE), Stream.of(words)).toList();
        return new Guess(question, Double.NaN, Double.NaN, new Dropdown<>(LABEL, options));
    }

    /** The guess; none if the reader has left the slider where it was. */
    public Optional<Object> value() {
        return Optional.ofNullable(value);
    }

    /** The slider or the list of words, to be set by code as by a hand. */
    Control<?> control() {
        return control;
    }

    /** The guess with what came out beside it. */
    public Revealed reveal(Object result) {
        return new Revealed(question, value, result, low, high);
    }

    /** Draws a guessed number as a dashed line across the chart; without one, nothing. */
    public XYChart on(XYChart chart) {
        if (value instanceof Number number && !chart.getSeriesMap().isEmpty()) {
            DoubleSummaryStatistics x =
                    chart.getSeriesMap().values().stream()
                            .flatMapToDouble(series -> Arrays.stream(series.getXData()))
                            .summaryStatistics();
            double y = number.doubleValue();
            chart.addSeries(LABEL, new double[] {x.getMin(), x.getMax()}, new double[] {y, y})
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
            chart.addSeries(LABEL, names, Collections.nCopies(names.size(), number.doubleValue()))
                    .setChartCategorySeriesRenderStyle(
                            CategorySeries.CategorySeriesRenderStyle.Line)
                    .setMarker(SeriesMarkers.NONE)
                    .setLineColor(Charts.GREY)
                    .setLineStyle(DASHED);
            chart.getStyler().setLegendVisible(true);
        }
        return chart;
    }

    @Override
    public Widget widget() {
        return widget;
    }

    @Override
    public String toString() {
        return question + ": " + (value == null ? "no guess yet" : Grid.text(value));
    }
}
