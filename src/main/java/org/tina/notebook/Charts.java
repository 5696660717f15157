package org.tina.notebook;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.math.BigDecimal;
import java.math.MathContext;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Arrays;
import java.util.Collection;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.internal.series.Series;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.tina.eval.Evaluation;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/**
 * Charts of this project's results. All have a transparent ground with mid-grey text and grid,
 * which reads on light and dark pages; a chart shows itself as the result of a cell.
 */
public final class Charts {
    static final Color GREY = new Color(0x80, 0x80, 0x80);

    /** Readable on white and on black. */
    static final List<Color> COLORS =
            List.of(
                    new Color(0x3b, 0x8e, 0xea),
                    new Color(0xe8, 0x71, 0x0a),
                    new Color(0x2d, 0xa4, 0x4e),
                    new Color(0xa3, 0x71, 0xf7),
                    new Color(0xd6, 0x48, 0x5f),
                    new Color(0x1f, 0xa6, 0xa6));

    static final Color CLEAR = new Color(0, 0, 0, 0);
    static final Color GRID = new Color(0x80, 0x80, 0x80, 0x50);
    private static final int WIDTH = 640;
    private static final int HEIGHT = 320;

    /** The first metrics of an evaluation, those between 0 and 1. */
    private static final int SHARES = 3;

    /** How much of the past a smoothed value keeps. */
    private static final double SMOOTHING = 0.6;

    private Charts() {}

    /**
     * Curves over training steps 1, 2, ….
     *
     * @param curves name → one value a step, drawn in the map's order; NaN leaves a gap
     */
    public static XYChart lines(String title, String yTitle, Map<String, double[]> curves) {
        return xy(title, "step", yTitle, Charts::steps, curves);
    }

    /**
     * Curves over anything.
     *
     * @param x ascending
     * @param curves name → one value for each x, drawn in the map's order; NaN leaves a gap
     */
    public static XYChart curves(
            String title, String xTitle, String yTitle, double[] x, Map<String, double[]> curves) {
        return xy(title, xTitle, yTitle, length -> x, curves);
    }

    private static XYChart xy(
            String title,
            String xTitle,
            String yTitle,
            IntFunction<double[]> x,
            Map<String, double[]> curves) {
        XYChart chart =
                new XYChartBuilder()
                        .width(WIDTH)
                        .height(HEIGHT)
                        .title(title)
                        .xAxisTitle(xTitle)
                        .yAxisTitle(yTitle)
                        .build();
        style(chart.getStyler());
        curves.forEach((name, values) -> line(chart, name, x.apply(values.length), values));
        chart.getStyler().setLegendVisible(curves.size() > 1);
        return chart;
    }

    /**
     * Columns side by side.
     *
     * @param names below the columns
     * @param series name → one value for each of the names, drawn in the map's order; NaN leaves a
     *     gap
     */
    public static CategoryChart columns(
            String title, List<String> names, Map<String, double[]> series) {
        CategoryChart chart = category(title, series.size());
        series.forEach(
                (name, values) ->
                        chart.addSeries(name, names, Arrays.stream(values).boxed().toList())
                                .setFillColor(lastColor(chart)));
        return chart;
    }

    /**
     * How often values occur: a column for each range of values, named by where it begins.
     *
     * @param samples name → its values, drawn in the map's order; at least one value in all
     */
    public static CategoryChart histogram(
            String title, String xTitle, Map<String, double[]> samples) {
        DoubleSummaryStatistics all =
                samples.values().stream().flatMapToDouble(Arrays::stream).summaryStatistics();
        double width = rangeWidth(all.getMax() - all.getMin());
        long first = (long) Math.floor(all.getMin() / width);
        int ranges = (int) ((long) Math.floor(all.getMax() / width) - first) + 1;
        DecimalFormat plain =
                new DecimalFormat("0.###", DecimalFormatSymbols.getInstance(Locale.ROOT));
        List<String> names =
                IntStream.range(0, ranges)
                        .mapToObj(i -> plain.format((first + i) * width))
                        .toList();
        Map<String, double[]> counts = new LinkedHashMap<>();
        samples.forEach(
                (name, values) -> {
                    double[] count = new double[ranges];
                    for (double value : values) {
                        count[(int) ((long) Math.floor(value / width) - first)]++;
                    }
                    counts.put(name, count);
                });
        CategoryChart chart = columns(title, names, counts);
        chart.getStyler().setAvailableSpaceFill(0.9);
        chart.setXAxisTitle(xTitle);
        return chart;
    }

    /** 1, 2 or 5 times a power of ten, so that there are about 10 to 25 ranges. */
    private static double rangeWidth(double spread) {
        if (spread == 0) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(spread / 10)));
        double times = spread / 10 / power;
        return power * (times < 2 ? 1 : times < 5 ? 2 : 5);
    }

    /** What training changed: {@link #bars} of an evaluation before and one after it. */
    public static CategoryChart beforeAfter(Evaluation before, Evaluation after) {
        Map<String, Evaluation> evaluations = new LinkedHashMap<>();
        evaluations.put("before", before);
        evaluations.put("after", after);
        return bars("Before and after training", evaluations);
    }

    /**
     * Pass@1, format rate and lenient accuracy of evaluations side by side, with 95% intervals.
     *
     * @param evaluations name → evaluation, drawn in the map's order
     */
    public static CategoryChart bars(String title, Map<String, Evaluation> evaluations) {
        CategoryChart chart = category(title, evaluations.size());
        chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.0);
        evaluations.forEach(
                (name, evaluation) -> {
                    Table shares = evaluation.table().first(SHARES);
                    DoubleColumn halfWidth =
                            shares.doubleColumn("high")
                                    .subtract(shares.doubleColumn("low"))
                                    .divide(2);
                    chart.addSeries(
                                    name,
                                    shares.stringColumn("metric").asList(),
                                    shares.doubleColumn("value").asList(),
                                    halfWidth.asList())
                            .setFillColor(lastColor(chart));
                });
        return chart;
    }

    private static CategoryChart category(String title, int series) {
        CategoryChart chart =
                new CategoryChartBuilder().width(WIDTH).height(HEIGHT).title(title).build();
        style(chart.getStyler());
        chart.getStyler().setAvailableSpaceFill(0.6).setLegendVisible(series > 1);
        return chart;
    }

    /** The colour of the series that was added last. */
    private static Color lastColor(Chart<?, ? extends Series> chart) {
        return COLORS.get((chart.getSeriesMap().size() - 1) % COLORS.size());
    }

    /** Exponential moving average that starts at the first value; NaN is passed over. */
    static double[] smooth(double[] values) {
        double[] smooth = new double[values.length];
        double state = Double.NaN;
        for (int i = 0; i < values.length; i++) {
            if (!Double.isNaN(values[i])) {
                state =
                        Double.isNaN(state)
                                ? values[i]
                                : SMOOTHING * state + (1 - SMOOTHING) * values[i];
            }
            smooth[i] = state;
        }
        return smooth;
    }

    static double[] steps(int count) {
        return IntStream.rangeClosed(1, count).asDoubleStream().toArray();
    }

    private static void line(XYChart chart, String name, double[] x, double[] values) {
        XYSeries series = chart.addSeries(name, x, values);
        series.setMarker(SeriesMarkers.NONE).setLineColor(lastColor(chart)).setLineWidth(2f);
    }

    /** A noisy curve: its values thin, their moving average thick. */
    static void noisyLine(XYChart chart, double[] x, double[] y, Color color) {
        Color faint = new Color(color.getRed(), color.getGreen(), color.getBlue(), 0x60);
        chart.addSeries("value", x, y)
                .setMarker(SeriesMarkers.NONE)
                .setLineColor(faint)
                .setLineWidth(1f);
        chart.addSeries("smoothed", x, smooth(y))
                .setMarker(SeriesMarkers.NONE)
                .setLineColor(color)
                .setLineWidth(2f);
    }

    static void style(AxesChartStyler styler) {
        styler.setChartBackgroundColor(CLEAR).setChartFontColor(GREY).setChartPadding(6);
        styler.setPlotContentSize(0.98);
        styler.setLegendBackgroundColor(CLEAR)
                .setLegendBorderColor(CLEAR)
                .setLegendPosition(Styler.LegendPosition.OutsideE);
        styler.setLegendFont(font(12)).setChartTitleFont(font(14)).setChartTitleBoxVisible(false);
        styler.setPlotBackgroundColor(CLEAR).setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(GRID).setPlotGridLinesStroke(new BasicStroke(1f));
        styler.setPlotGridVerticalLinesVisible(false);
        styler.setAxisTickLabelsColor(GREY)
                .setAxisTicksMarksVisible(false)
                .setAxisTickLabelsFont(font(11));
        styler.setAxisTitleFont(font(12));
        styler.setXAxisTitleColor(GREY).setYAxisGroupTitleColor(0, GREY);
        styler.setErrorBarsColor(GREY);
    }

    static Font font(int size) {
        return new Font(Font.SANS_SERIF, Font.PLAIN, size);
    }

    /** A colour as a style sheet has it. */
    static String css(Color color) {
        return "#%06x".formatted(color.getRGB() & 0xffffff);
    }

    /**
     * Labels the x axis of a panel with a few training steps; XChart itself puts a label wherever
     * it fits, which reads as one number.
     *
     * @param total where the axis ends
     */
    static void stepAxis(XYChart chart, int total) {
        int power = (int) Math.pow(10, Math.floor(Math.log10(Math.max(total, 6) / 6.0)));
        int apart =
                IntStream.of(1, 2, 4, 5, 10)
                        .map(times -> times * power)
                        .filter(step -> total <= 6 * step)
                        .findFirst()
                        .getAsInt();
        chart.getStyler()
                .setXAxisMin(0.0)
                .setXAxisMax((double) Math.max(total, 1))
                .setxAxisTickLabelsFormattingFunction(
                        x ->
                                x % apart == 0
                                        ? String.valueOf(x.intValue())
                                        : " "); // none would be an error
    }

    /** A number to four digits. */
    static double fourDigits(double value) {
        return new BigDecimal(value, new MathContext(4)).doubleValue();
    }

    /** What a chart shows, in words: its title and each series' last value. */
    static String describe(Chart<?, ? extends Series> chart) {
        Collection<? extends Series> series = chart.getSeriesMap().values();
        String names = series.stream().map(Series::getName).collect(Collectors.joining(", "));
        return "Chart: "
                + (chart.getTitle().isEmpty() ? names : chart.getTitle() + " (" + names + ")");
    }
}
