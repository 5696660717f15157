package org.tina.notebook;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.knowm.xchart.AnnotationLine;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.tina.analysis.Arms;
import org.tina.analysis.Arms.Moment;
import org.tina.analysis.PaperNoise;
import org.tina.analysis.PaperTables;
import org.tina.analysis.PhaseTransition;
import org.tina.analysis.Trajectories;
import org.tina.data.Names;
import org.tina.eval.Interval;
import org.tina.notebook.DotPlot.Dot;
import org.tina.study.StudyRun;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

/**
 * Charts of studies. An arm has its colour from its place in the whole log, so that it keeps it in
 * every chart of the study, also where only some arms are drawn; from the seventh arm on the
 * colours begin again, dashed. Several seeds are a band from the lowest to the highest around their
 * mean; curves of single training steps are smoothed first, as in the live chart.
 */
public final class StudyCharts {
    private static final int PANEL_WIDTH = 410;
    private static final int PANEL_HEIGHT = 190;
    private static final int COLUMNS = 2;
    private static final int WIDTH = 820;
    private static final int HEIGHT = 340;
    private static final int TITLE = 30;
    private static final int LEGEND_ROW = 20;
    private static final String LENGTH = "completions/mean_length";

    /** From light to middle, so that black numbers can be read on all of them. */
    private static final Color[] HEAT = {
        new Color(0xf1, 0xf5, 0xfa), new Color(0xa9, 0xcd, 0xf5), new Color(0x3b, 0x8e, 0xea)
    };

    private static final Color VALUE = Color.BLACK;

    private static final String MARK = "mark ";

    private static final float[] DASHES = {6, 4};

    private StudyCharts() {}

    // ---------------------------------------------------------------- over the steps

    /**
     * Reward, each reward function, completion length, KL and Pass@1 on the validation problems
     * over the steps, a panel each, a band an arm.
     *
     * @param arms to draw, all if none are named
     */
    public static Picture trajectories(List<StudyRun> log, String... arms) {
        List<String> chosen = chosen(log, arms);
        Table table = Trajectories.of(of(chosen, log));
        List<XYChart> panels =
                panelMetrics(table).stream()
                        .map(metric -> panel(log, table, metric, chosen))
                        .toList();
        return panels(log, log.get(0).study() + ": trajectories", chosen, panels, Map.of());
    }

    /** One metric over the steps, larger: a name such as {@code kl}, or {@code pass@1}. */
    public static Picture trajectory(List<StudyRun> log, String metric, String... arms) {
        List<String> chosen = chosen(log, arms);
        Table table = Trajectories.of(log);
        requireColumn(table, metric);
        XYChart chart = panel(log, table, metric, chosen);
        chart.setTitle("");
        return figure(
                log.get(0).study() + ": " + title(metric),
                List.of(chart),
                HEIGHT,
                legend(log, chosen, Map.of()),
                g -> chart.paint(g, WIDTH, HEIGHT));
    }

    /**
     * A run of the reader's, laid over the stored runs of an arm: theirs as a band, the reader's as
     * a line of another colour.
     *
     * @param run as {@link Trajectories#read} gives it
     */
    public static Picture overlay(List<StudyRun> log, String arm, Table run) {
        List<String> chosen = chosen(log, arm);
        Table stored = Trajectories.of(of(chosen, log));
        Color mine = Charts.COLORS.get((place(log, arm) + 1) % Charts.COLORS.size());
        List<XYChart> panels = new ArrayList<>();
        for (String metric : panelMetrics(stored)) {
            XYChart panel = panel(log, stored, metric, chosen);
            if (run.containsColumn(metric)) {
                seeds(run, metric, null)
                        .forEach(curve -> line(panel, "your run", curve, mine, 2f, false));
            }
            panels.add(panel);
        }
        String title = log.get(0).study() + ": your run over the stored ones";
        return panels(log, title, chosen, panels, Map.of("your run", mine));
    }

    /**
     * The curves of one arm, a line a seed, with a vertical line where a phase transition was found
     * ({@link PhaseTransition}) in the seed's colour, and in the panel of Pass@1 one at the best
     * step.
     */
    public static Picture transitions(List<StudyRun> log, String arm) {
        List<StudyRun> runs = Arms.arm(log, arm);
        Table table = Trajectories.of(runs);
        List<XYChart> panels = new ArrayList<>();
        List<String> metrics =
                panelMetrics(table).stream()
                        .filter(m -> !m.equals("reward") && !m.equals("kl"))
                        .toList();
        for (String metric : metrics) {
            XYChart panel = chart(title(metric), PANEL_WIDTH, PANEL_HEIGHT);
            for (int i = 0; i < runs.size(); i++) {
                StudyRun run = runs.get(i);
                Color color = Charts.COLORS.get(i % Charts.COLORS.size());
                seeds(table, metric, run.seed())
                        .forEach(c -> line(panel, "seed " + run.seed(), c, color, 1.6f, false));
                double at =
                        metric.equals(Trajectories.PASS_AT_1)
                                ? run.bestStep()
                                : PhaseTransition.of(run, metric).foundStep();
                if (Double.isFinite(at)) {
                    mark(panel, at, table.numberColumn(metric), color);
                }
            }
            limit(panel, metric, table);
            panels.add(panel);
        }
        Map<String, Color> seeds = new LinkedHashMap<>();
        for (int i = 0; i < runs.size(); i++) {
            seeds.put("seed " + runs.get(i).seed(), Charts.COLORS.get(i % Charts.COLORS.size()));
        }
        String title =
                log.get(0).study()
                        + ": arm "
                        + arm
                        + ", dashed: phase transition (Pass@1: best step)";
        return panels(log, title, List.of(), panels, seeds);
    }

    // ---------------------------------------------------------------- arms side by side

    /**
     * Pass@1 of every arm's best steps on the test problems with 95% intervals and the single
     * seeds, beside the base's.
     */
    public static Picture arms(List<StudyRun> log) {
        return arms(log, Map.of());
    }

    /**
     * {@link #arms(List)} beside what the paper has for the same arms.
     *
     * @param paper arm → average Pass@1 in percent, such as {@link PaperTables#averages}; drawn
     *     with what the seed alone does to such a number
     */
    public static Picture arms(List<StudyRun> log, Map<String, Double> paper) {
        String benchmark = Arms.testBenchmark(log);
        List<String> names = chosen(log);
        List<Dot> ours = new ArrayList<>();
        Table runs = Arms.runs(log);
        double base = runs.doubleColumn("base").mean();
        for (String name : names) {
            Table seeds = runs.where(runs.stringColumn("arm").isEqualTo(name));
            double[] best = seeds.doubleColumn("best").removeMissing().asDoubleArray();
            if (best.length == 0) {
                ours.add(Dot.NONE);
            } else {
                Interval interval = Arms.interval(log, name, benchmark, Moment.BEST);
                ours.add(new Dot(interval.mean(), interval.low(), interval.high(), best));
            }
        }
        DotPlot plot =
                new DotPlot(
                                log.get(0).study() + ": best checkpoint of each arm",
                                names,
                                names.stream().map(name -> color(log, name)).toList())
                        .with(
                                new DotPlot.Column(
                                        "ours, Pass@1 on " + benchmark, ours, base, "base"));
        if (!paper.isEmpty()) {
            plot.with(paperColumn(names, paper));
        }
        return plot.picture(WIDTH);
    }

    private static DotPlot.Column paperColumn(List<String> names, Map<String, Double> paper) {
        double noise = 1.96 * PaperNoise.oneRun();
        List<Dot> dots =
                names.stream()
                        .map(name -> paper.getOrDefault(name, Double.NaN))
                        .map(v -> new Dot(v, v - noise, v + noise, new double[0]))
                        .toList();
        double base = PaperTables.baselines().row(0).getDouble("avg");
        return new DotPlot.Column(
                "paper, average of six in %, ± noise of a seed", dots, base, "base");
    }

    /**
     * Any table of estimates as dots with intervals: the names from its first column of texts, the
     * ends of the intervals from {@code low} and {@code high}.
     *
     * @param value the column to draw
     * @param reference where to draw a dashed line, such as 0 for differences; NaN for none
     */
    public static Picture dots(String title, Table table, String value, double reference) {
        requireColumn(table, value);
        String names = table.columnsOfType(ColumnType.STRING).get(0).name();
        List<Dot> dots = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (Row row : table) {
            texts.add(row.getString(names));
            dots.add(
                    new Dot(
                            number(row, value),
                            number(row, "low"),
                            number(row, "high"),
                            new double[0]));
        }
        List<Color> colors = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            colors.add(Charts.COLORS.get(i % Charts.COLORS.size()));
        }
        return new DotPlot(title, texts, colors)
                .with(new DotPlot.Column(value, dots, reference, Grid.text(reference)))
                .picture(WIDTH);
    }

    private static double number(Row row, String column) {
        boolean missing = !row.columnNames().contains(column) || row.isMissing(column);
        return missing ? Double.NaN : row.getNumber(column);
    }

    /** {@link #sweep(List, String, Function)} as one curve. */
    public static Picture sweep(List<StudyRun> log, String key) {
        return sweep(log, key, run -> "");
    }

    /**
     * Pass@1 of the best steps against a setting of the recipe, on a logarithmic axis, with 95%
     * intervals; a curve a family of arms, its points in the setting's order.
     *
     * @param key a number of the recipe, such as {@code learning_rate} or {@code lora_r}, or {@code
     *     trainable_parameters}
     * @param family of a run, such as {@code run -> run.recipe().get("use_peft") + ""}
     */
    public static Picture sweep(List<StudyRun> log, String key, Function<StudyRun, String> family) {
        String benchmark = Arms.testBenchmark(log);
        Map<String, TreeMap<Double, Interval>> families = new LinkedHashMap<>();
        Arms.byArm(log)
                .forEach(
                        (arm, runs) ->
                                families.computeIfAbsent(
                                                family.apply(runs.get(0)), f -> new TreeMap<>())
                                        .put(
                                                setting(runs.get(0), key),
                                                Arms.interval(log, arm, benchmark, Moment.BEST)));
        XYChart chart = chart("", WIDTH, HEIGHT);
        chart.getStyler().setXAxisTicksVisible(false);
        List<Entry> legend = new ArrayList<>();
        families.forEach(
                (name, points) -> {
                    Color color = Charts.COLORS.get(indexOf(families.keySet(), name));
                    if (!name.isEmpty()) {
                        legend.add(new Entry(name, color, false));
                    }
                    double[] x = points.keySet().stream().mapToDouble(Math::log10).toArray();
                    double[] y = points.values().stream().mapToDouble(Interval::mean).toArray();
                    XYSeries series = chart.addSeries(name.isEmpty() ? "Pass@1" : name, x, y);
                    series.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(color);
                    series.setLineColor(color).setLineStyle(SeriesLines.SOLID).setLineWidth(2f);
                    points.forEach(
                            (at, interval) ->
                                    interval(chart, name, Math.log10(at), interval, color));
                });
        double base = Arms.runs(log).doubleColumn("base").mean();
        if (Double.isFinite(base)) {
            double lowest =
                    families.values().stream()
                            .flatMap(points -> points.values().stream())
                            .mapToDouble(Interval::low)
                            .min()
                            .orElse(base);
            chart.getStyler().setYAxisMin(Math.max(0, Math.min(base, lowest) - 0.03));
            chart.getStyler().setAnnotationLineColor(Charts.GREY);
            chart.getStyler().setAnnotationLineStroke(dashed());
            chart.addAnnotation(new AnnotationLine(base, false, false));
        }
        Set<Double> values = new TreeSet<>();
        families.values().forEach(points -> values.addAll(points.keySet()));
        String name = key.replace('_', ' ');
        String title =
                "%s: Pass@1 on %s by %s, dashed: base"
                        .formatted(log.get(0).study(), benchmark, name);
        return figure(
                title,
                List.of(chart),
                HEIGHT + 32,
                legend,
                g -> {
                    chart.paint(g, WIDTH, HEIGHT);
                    logLabels(g, chart, values, name);
                });
    }

    /**
     * The settings' own values as the labels of a logarithmic axis, which XChart can only label by
     * powers of ten; a label that would touch the one before is left out.
     */
    private static void logLabels(Graphics2D g, XYChart chart, Set<Double> values, String key) {
        g.setFont(Charts.font(11));
        g.setColor(Charts.GREY);
        double free = 0;
        for (double value : values) {
            String text = settingText(value);
            double x = chart.getScreenXFromChart(Math.log10(value));
            double left = x - g.getFontMetrics().stringWidth(text) / 2.0;
            if (left >= free) {
                g.drawString(text, (float) left, HEIGHT + 8);
                free = left + g.getFontMetrics().stringWidth(text) + 6;
            }
        }
        g.drawString(key + ", logarithmic", WIDTH / 2 - 60, HEIGHT + 26);
    }

    /** 0.0015 as {@code 1.5e-3}, 16 as it is. */
    private static String settingText(double value) {
        DecimalFormatSymbols symbols = DecimalFormatSymbols.getInstance(Locale.ROOT);
        symbols.setExponentSeparator("e");
        return value < 0.1
                ? new DecimalFormat("0.##E0", symbols).format(value)
                : Grid.text(Charts.fourDigits(value));
    }

    private static double setting(StudyRun run, String key) {
        Object value =
                key.equals("trainable_parameters")
                        ? run.trainableParameters()
                        : run.recipe().get(key);
        if (value instanceof Number number && number.doubleValue() > 0) {
            return number.doubleValue();
        }
        throw new IllegalArgumentException(
                "arm "
                        + run.arm()
                        + " has "
                        + key
                        + " "
                        + value
                        + "; a logarithmic axis needs a number above 0");
    }

    private static void interval(
            XYChart chart, String family, double x, Interval interval, Color color) {
        XYSeries series =
                chart.addSeries(
                        family + " interval at " + x,
                        new double[] {x, x},
                        new double[] {interval.low(), interval.high()});
        series.setMarker(SeriesMarkers.NONE).setLineColor(color).setLineWidth(1.4f);
        series.setLineStyle(SeriesLines.SOLID); // else its place in the chart decides
        series.setShowInLegend(false);
    }

    /**
     * What training changed in an arm, means over seeds: Pass@1, lenient accuracy and format rate
     * of the base, the best and the last step.
     */
    public static CategoryChart beforeAfter(List<StudyRun> log, String arm) {
        String benchmark = Arms.testBenchmark(log);
        List<StudyRun> runs = Arms.arm(log, arm);
        Map<String, double[]> moments = new LinkedHashMap<>();
        for (Moment moment : Moment.values()) {
            moments.put(
                    moment.toString(),
                    DoubleStream.of(
                                    Arms.mean(runs, benchmark, moment, e -> e.passAt1()),
                                    Arms.mean(runs, benchmark, moment, e -> e.lenient()),
                                    Arms.mean(runs, benchmark, moment, e -> e.format()))
                            .toArray());
        }
        CategoryChart chart =
                Charts.columns(
                        "Arm " + arm + ", " + benchmark,
                        List.of("Pass@1", "lenient accuracy", "format rate"),
                        moments);
        chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.0);
        return chart;
    }

    /** Shares of the ways to reason in an arm, before training, at the best and the last step. */
    public static CategoryChart styles(List<StudyRun> log, String arm) {
        Table styles = Arms.styles(Arms.arm(log, arm));
        List<String> names = styles.columnNames().subList(2, styles.columnCount());
        Map<String, double[]> moments = new LinkedHashMap<>();
        for (Row row : styles) {
            moments.put(
                    row.getString("moment"),
                    names.stream().mapToDouble(name -> number(row, name)).toArray());
        }
        CategoryChart chart = Charts.columns("Arm " + arm + ": how it reasons", names, moments);
        chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.0);
        return chart;
    }

    // ---------------------------------------------------------------- matrices

    /**
     * A value by layer and module as a heat map; several rows of one layer and module (seeds) are
     * averaged.
     *
     * @param table has {@code layer}, {@code module} and the value, as the tables of spectra have
     */
    public static HeatMapChart heatMap(String title, Table table, String value) {
        requireColumn(table, value);
        List<Integer> layers =
                table.intColumn("layer").unique().asList().stream().sorted().toList();
        List<String> modules =
                new ArrayList<>(new LinkedHashSet<>(table.stringColumn("module").asList()));
        Collections.reverse(modules); // the first one on top
        Map<List<Integer>, List<Double>> cells = new LinkedHashMap<>();
        for (Row row : table) {
            if (!row.isMissing(value)) {
                List<Integer> at =
                        List.of(
                                layers.indexOf(row.getInt("layer")),
                                modules.indexOf(row.getString("module")));
                cells.computeIfAbsent(at, c -> new ArrayList<>()).add(row.getNumber(value));
            }
        }
        List<Number[]> data = new ArrayList<>();
        cells.forEach(
                (at, values) -> {
                    double mean = values.stream().mapToDouble(v -> v).average().getAsDouble();
                    data.add(new Number[] {at.get(0), at.get(1), Charts.fourDigits(mean)});
                });
        HeatMapChart chart = new HeatMapChartBuilder().width(640).height(320).title(title).build();
        Charts.style(chart.getStyler());
        double[] all = data.stream().mapToDouble(cell -> cell[2].doubleValue()).toArray();
        double low = Arrays.stream(all).min().orElse(0);
        double high = Arrays.stream(all).max().orElse(1);
        chart.getStyler().setRangeColors(HEAT).setMin(low).setMax(high > low ? high : low + 1);
        chart.getStyler()
                .setShowValue(layers.size() <= 8)
                .setValueFont(Charts.font(11))
                .setValueFontColor(VALUE)
                .setHeatMapDecimalValueFormatter(Grid::text);
        chart.setXAxisTitle("layer");
        chart.addSeries(value, layers, modules, data);
        return chart;
    }

    // ---------------------------------------------------------------- one panel

    private static XYChart panel(
            List<StudyRun> log, Table table, String metric, List<String> arms) {
        XYChart chart = chart(title(metric), PANEL_WIDTH, PANEL_HEIGHT);
        for (String arm : arms) {
            List<TreeMap<Integer, Double>> seeds =
                    table.containsColumn(metric)
                            ? seeds(
                                    table.where(table.stringColumn("arm").isEqualTo(arm)),
                                    metric,
                                    null)
                            : List.of();
            if (!seeds.isEmpty()) {
                band(chart, arm, seeds, color(log, arm));
            }
        }
        for (String arm : arms) {
            if (chart.getSeriesMap().containsKey(arm + " seeds")) {
                meanLine(log, chart, table, metric, arm);
            }
        }
        limit(chart, metric, table);
        return chart;
    }

    private static void meanLine(
            List<StudyRun> log, XYChart chart, Table table, String metric, String arm) {
        List<TreeMap<Integer, Double>> seeds =
                seeds(table.where(table.stringColumn("arm").isEqualTo(arm)), metric, null);
        TreeMap<Integer, Double> mean = new TreeMap<>();
        atSteps(seeds).forEach((step, v) -> mean.put(step, v.average().orElse(Double.NaN)));
        XYSeries line = line(chart, arm, mean, color(log, arm), 2f, isDashed(log, arm));
        if (metric.equals(Trajectories.PASS_AT_1)) {
            line.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(color(log, arm));
            chart.getStyler().setMarkerSize(5);
        }
    }

    /** The area between the lowest and the highest seed. */
    private static void band(
            XYChart chart, String arm, List<TreeMap<Integer, Double>> seeds, Color color) {
        TreeMap<Integer, double[]> ends = new TreeMap<>();
        atSteps(seeds)
                .forEach(
                        (step, values) -> {
                            var all = values.summaryStatistics();
                            ends.put(step, new double[] {all.getMin(), all.getMax()});
                        });
        double[] forth = unevenly(ends.keySet());
        double[] back = ends.descendingKeySet().stream().mapToDouble(step -> step).toArray();
        double[] low = ends.values().stream().mapToDouble(e -> e[0]).toArray();
        double[] high = ends.descendingMap().values().stream().mapToDouble(e -> e[1]).toArray();
        XYSeries band = chart.addSeries(arm + " seeds", concat(forth, back), concat(low, high));
        band.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea).setShowInLegend(false);
        band.setMarker(SeriesMarkers.NONE).setLineColor(Charts.CLEAR);
        band.setFillColor(new Color(color.getRed(), color.getGreen(), color.getBlue(), 0x38));
    }

    /**
     * Steps as numbers, the first one moved by next to nothing: XChart labels evenly spaced values
     * one by one, until they touch, and uneven ones at round numbers.
     */
    private static double[] unevenly(Set<Integer> steps) {
        double[] x = steps.stream().mapToDouble(Integer::doubleValue).toArray();
        x[0] += 1e-6;
        return x;
    }

    private static double[] concat(double[] a, double[] b) {
        return DoubleStream.concat(Arrays.stream(a), Arrays.stream(b)).toArray();
    }

    private static Map<Integer, DoubleStream> atSteps(List<TreeMap<Integer, Double>> seeds) {
        TreeMap<Integer, List<Double>> steps = new TreeMap<>();
        seeds.forEach(
                curve ->
                        curve.forEach(
                                (step, v) ->
                                        steps.computeIfAbsent(step, s -> new ArrayList<>())
                                                .add(v)));
        Map<Integer, DoubleStream> out = new TreeMap<>();
        steps.forEach((step, v) -> out.put(step, v.stream().mapToDouble(x -> x)));
        return out;
    }

    /**
     * The curves of a table by seed, smoothed unless they are measured at few steps only.
     *
     * @param seed null for all
     */
    private static List<TreeMap<Integer, Double>> seeds(Table table, String metric, Integer seed) {
        Map<Integer, TreeMap<Integer, Double>> curves = new TreeMap<>();
        for (Row row : table) {
            int of = row.isMissing("seed") ? 0 : row.getInt("seed");
            if (!row.isMissing(metric) && (seed == null || seed == of)) {
                curves.computeIfAbsent(of, s -> new TreeMap<>())
                        .put(row.getInt("step"), row.getNumber(metric));
            }
        }
        return curves.values().stream()
                .map(curve -> metric.equals(Trajectories.PASS_AT_1) ? curve : smooth(curve))
                .toList();
    }

    private static TreeMap<Integer, Double> smooth(TreeMap<Integer, Double> curve) {
        double[] values =
                Charts.smooth(curve.values().stream().mapToDouble(Double::doubleValue).toArray());
        TreeMap<Integer, Double> smooth = new TreeMap<>();
        int at = 0;
        for (int step : curve.keySet()) {
            smooth.put(step, values[at++]);
        }
        return smooth;
    }

    static XYSeries line(
            XYChart chart,
            String name,
            TreeMap<Integer, Double> curve,
            Color color,
            float width,
            boolean dashed) {
        XYSeries series =
                chart.addSeries(
                        name,
                        unevenly(curve.keySet()),
                        curve.values().stream().mapToDouble(v -> v).toArray());
        series.setMarker(SeriesMarkers.NONE).setLineColor(color);
        series.setLineStyle(dashed ? dashed() : SeriesLines.SOLID).setLineWidth(width);
        return series;
    }

    /** A vertical line over the whole height of a metric's values. */
    private static void mark(XYChart chart, double step, NumericColumn<?> values, Color color) {
        double low = Math.min(0, values.min());
        double high = Math.max(low + 1e-9, values.max() <= 1 ? 1 : values.max());
        XYSeries line =
                chart.addSeries(
                        MARK + chart.getSeriesMap().size(),
                        new double[] {step, step},
                        new double[] {low, high});
        line.setMarker(SeriesMarkers.NONE).setLineColor(color).setLineStyle(dashed());
    }

    private static BasicStroke dashed() {
        return new BasicStroke(1.4f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 0, DASHES, 0);
    }

    static XYChart chart(String title, int width, int height) {
        XYChart chart = new XYChartBuilder().width(width).height(height).title(title).build();
        Charts.style(chart.getStyler());
        chart.getStyler().setXAxisTickMarkSpacingHint(70);
        chart.getStyler().setLegendVisible(false).setChartTitleFont(Charts.font(13));
        return chart;
    }

    /** Shares go from 0 to 1, lengths and KL from 0; steps from 0 to the last one. */
    private static void limit(XYChart chart, String metric, Table table) {
        chart.getStyler().setXAxisMin(0.0).setXAxisMax(table.intColumn("step").max());
        if (!table.containsColumn(metric)) {
            return;
        }
        NumericColumn<?> values = table.numberColumn(metric);
        boolean share = values.min() >= 0 && values.max() <= 1 && !metric.equals("kl");
        if (share) {
            chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.0);
        } else if (values.min() >= 0) {
            chart.getStyler().setYAxisMin(0.0);
        }
        digits(chart, values.max());
    }

    /** As many digits at all labels of small values: where they vary, labels are cut off. */
    static void digits(XYChart chart, double highest) {
        if (highest < 0.5) {
            chart.getStyler()
                    .setYAxisDecimalPattern(
                            highest < 0.005 ? "0.0000" : highest < 0.05 ? "0.000" : "0.00");
        }
    }

    private static List<StudyRun> of(List<String> arms, List<StudyRun> log) {
        return log.stream().filter(run -> arms.contains(run.arm())).toList();
    }

    /** What any of the runs has values of. */
    private static List<String> panelMetrics(Table table) {
        Set<String> metrics = new LinkedHashSet<>();
        metrics.add("reward");
        metrics.add("rewards/format/mean");
        metrics.add("rewards/accuracy/mean");
        table.columnNames().stream()
                .filter(name -> name.matches("rewards/[^/]+/mean"))
                .forEach(metrics::add);
        metrics.addAll(List.of(LENGTH, "kl", Trajectories.PASS_AT_1));
        return metrics.stream()
                .filter(table::containsColumn)
                .filter(name -> table.column(name).countMissing() < table.rowCount())
                .toList();
    }

    static String title(String metric) {
        return switch (metric) {
            case LENGTH -> "completion length (tokens)";
            case "kl" -> "KL to the base (nats a token)";
            case Trajectories.PASS_AT_1 -> "Pass@1 on validation";
            default ->
                    metric.startsWith("rewards/")
                            ? metric.split("/")[1].replace('_', ' ') + " reward"
                            : metric;
        };
    }

    // ---------------------------------------------------------------- arms and their colours

    private static List<String> chosen(List<StudyRun> log, String... arms) {
        List<String> all = List.copyOf(Arms.byArm(log).keySet());
        for (String arm : arms) {
            Arms.arm(log, arm);
        }
        return arms.length == 0 ? all : all.stream().filter(List.of(arms)::contains).toList();
    }

    /** The colour of an arm, the same in every chart of its study. */
    static Color color(List<StudyRun> log, String arm) {
        return Charts.COLORS.get(place(log, arm) % Charts.COLORS.size());
    }

    private static boolean isDashed(List<StudyRun> log, String arm) {
        return place(log, arm) >= Charts.COLORS.size();
    }

    private static int place(List<StudyRun> log, String arm) {
        return indexOf(Arms.byArm(log).keySet(), arm);
    }

    private static int indexOf(Set<String> names, String name) {
        return List.copyOf(names).indexOf(name);
    }

    private static void requireColumn(Table table, String column) {
        if (!table.containsColumn(column)) {
            throw Names.unknown("column", column, table.columnNames());
        }
    }

    // ---------------------------------------------------------------- figures with a legend

    /** What a legend says: a name and the colour of its line. */
    record Entry(String name, Color color, boolean dashed) {}

    private static List<Entry> legend(
            List<StudyRun> log, List<String> arms, Map<String, Color> others) {
        List<Entry> entries = new ArrayList<>();
        arms.forEach(arm -> entries.add(new Entry(arm, color(log, arm), isDashed(log, arm))));
        others.forEach((name, color) -> entries.add(new Entry(name, color, false)));
        return entries;
    }

    private static Picture panels(
            List<StudyRun> log,
            String title,
            List<String> arms,
            List<XYChart> panels,
            Map<String, Color> others) {
        int rows = (panels.size() + COLUMNS - 1) / COLUMNS;
        return figure(
                title,
                panels,
                rows * PANEL_HEIGHT,
                legend(log, arms, others),
                g -> Picture.panels(g, panels, COLUMNS, PANEL_WIDTH, PANEL_HEIGHT));
    }

    /** A title, a legend in as many rows as it takes, and charts below. */
    static Picture figure(
            String title,
            List<XYChart> charts,
            int height,
            List<Entry> legend,
            Consumer<Graphics2D> drawing) {
        int top = TITLE + (legend.isEmpty() ? 0 : LEGEND_ROW * (1 + lastRow(legend)));
        return new Picture(
                WIDTH,
                top + height,
                alt(title, charts),
                g -> {
                    g.setFont(Charts.font(14));
                    g.setColor(Charts.GREY);
                    g.drawString(title, 10, 18);
                    g.setFont(Charts.font(12));
                    draw(g, legend);
                    g.translate(0, top);
                    drawing.accept(g);
                });
    }

    private static int lastRow(List<Entry> legend) {
        BufferedImage scratch = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
        Graphics2D g = scratch.createGraphics();
        g.setFont(Charts.font(12));
        return draw(g, legend);
    }

    /** Draws the legend's entries row after row; gives the last row's number. */
    private static int draw(Graphics2D g, List<Entry> legend) {
        int x = 10;
        int row = 0;
        for (Entry entry : legend) {
            int width = 28 + g.getFontMetrics().stringWidth(entry.name) + 16;
            if (x > 10 && x + width > WIDTH) {
                x = 10;
                row++;
            }
            int y = TITLE + LEGEND_ROW * row + 10;
            g.setColor(entry.color);
            g.setStroke(entry.dashed ? dashed() : new BasicStroke(3f));
            g.drawLine(x, y - 4, x + 20, y - 4);
            g.setColor(Charts.GREY);
            g.drawString(entry.name, x + 27, y);
            x += width;
        }
        return row;
    }

    /** What a figure shows, in words: its panels with each line's last value. */
    private static String alt(String title, List<XYChart> panels) {
        return title
                + panels.stream()
                        .map(StudyCharts::lastValues)
                        .map(text -> " · " + text)
                        .collect(Collectors.joining());
    }

    private static String lastValues(XYChart panel) {
        return (panel.getTitle().isEmpty() ? "" : panel.getTitle() + ": ")
                + panel.getSeriesMap().values().stream()
                        .filter(s -> s.getXYSeriesRenderStyle() != XYSeriesRenderStyle.PolygonArea)
                        .filter(s -> !s.getName().contains(" interval at "))
                        .map(StudyCharts::inWords)
                        .collect(Collectors.joining(", "));
    }

    private static String inWords(XYSeries series) {
        return series.getName().startsWith(MARK)
                ? "line at " + Grid.text(series.getXData()[0])
                : series.getName()
                        + " "
                        + Grid.text(series.getYData()[series.getYData().length - 1]);
    }
}
