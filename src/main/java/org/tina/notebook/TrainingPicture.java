package org.tina.notebook;

import java.awt.BasicStroke;
import java.awt.Graphics2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.knowm.xchart.AnnotationLine;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.AxesChartStyler;
import org.tina.grpo.StepMetrics;
import org.tina.recipe.RunEvent;

/**
 * The curves of a training run as small panels: reward, every reward function, completion length
 * and the share cut off, KL and entropy. Each shows the values of the steps thin and their moving
 * average thick, and a line where a setting was changed. Above them stand the run's progress and
 * its changes.
 */
final class TrainingPicture {
    private static final int PANEL_WIDTH = 280;
    private static final int PANEL_HEIGHT = 160;
    private static final int TOP = 54;
    private static final int COLUMNS = 3;

    /** Changes that are written above the panels; all have their line. */
    private static final int WRITTEN = 3;

    /** Metrics after the rewards, and what the panels call them. */
    private static final Map<String, String> TITLES =
            Map.of(
                    "completions/mean_length", "completion length (tokens)",
                    "completions/clipped_ratio", "share cut off",
                    "kl", "KL to the base (nats/token)",
                    "entropy", "entropy (nats/token)");

    /** What is known of the run so far: metric → its values, aligned with {@link #steps}. */
    private final Map<String, List<Double>> curves = new LinkedHashMap<>();

    private final List<Double> steps = new ArrayList<>();

    void add(StepMetrics metrics) {
        if (steps.isEmpty()) {
            panels(metrics.values()).forEach(name -> curves.put(name, new ArrayList<>()));
        }
        steps.add((double) metrics.step());
        curves.forEach((name, values) -> values.add(metrics.getOrNaN(name)));
    }

    /** The metrics worth a panel, in TRL's names. */
    private static List<String> panels(Map<String, Double> metrics) {
        List<String> panels = new ArrayList<>();
        panels.add("reward");
        metrics.keySet().stream()
                .filter(name -> name.matches("rewards/[^/]+/mean"))
                .forEach(panels::add);
        Stream.of("completions/mean_length", "completions/clipped_ratio", "kl", "entropy")
                .filter(metrics::containsKey)
                .forEach(panels::add);
        return panels;
    }

    /**
     * @param progress one line of text
     * @param total steps of the whole run, so that the curves grow towards the right edge
     * @param events what was done to the run; its changes are marked
     */
    Picture picture(String progress, int total, List<RunEvent> events) {
        List<RunEvent> changes =
                events.stream().filter(event -> event.event().equals("change")).toList();
        String written =
                changes.stream()
                        .skip(Math.max(0, changes.size() - WRITTEN))
                        .map(change -> "┊ after step " + change.step() + ": " + change.text())
                        .collect(Collectors.joining("   "));
        int rows = (curves.size() + COLUMNS - 1) / COLUMNS;
        String alt =
                (written.isEmpty() ? progress : progress + " · " + written)
                        + curves.entrySet().stream()
                                .map(
                                        curve ->
                                                " · "
                                                        + title(curve.getKey())
                                                        + " "
                                                        + Grid.text(last(curve.getValue())))
                                .collect(Collectors.joining());
        List<XYChart> panels =
                curves.entrySet().stream()
                        .map(curve -> panel(curve.getKey(), curve.getValue(), total, changes))
                        .toList();
        double done = last(steps) / total;
        return new Picture(
                COLUMNS * PANEL_WIDTH,
                TOP + rows * PANEL_HEIGHT,
                alt,
                graphics -> draw(graphics, panels, progress, written, done));
    }

    private static void draw(
            Graphics2D graphics,
            List<XYChart> panels,
            String progress,
            String written,
            double done) {
        graphics.setFont(Charts.font(13));
        graphics.setColor(Charts.GREY);
        graphics.drawString(progress, 10, 15);
        graphics.fillRect(10, 23, COLUMNS * PANEL_WIDTH - 20, 2);
        graphics.setColor(Charts.COLORS.get(0));
        graphics.fillRect(
                10, 22, (int) Math.round((COLUMNS * PANEL_WIDTH - 20) * Math.min(1, done)), 4);
        graphics.setFont(Charts.font(11));
        graphics.setColor(Charts.GREY);
        graphics.drawString(written, 10, 42);
        graphics.translate(0, TOP);
        Picture.panels(graphics, panels, COLUMNS, PANEL_WIDTH, PANEL_HEIGHT);
    }

    private XYChart panel(String metric, List<Double> values, int total, List<RunEvent> changes) {
        XYChart chart =
                new XYChartBuilder()
                        .width(PANEL_WIDTH)
                        .height(PANEL_HEIGHT)
                        .title(title(metric))
                        .build();
        AxesChartStyler styler = chart.getStyler();
        Charts.style(styler);
        chart.getStyler().setLegendVisible(false).setChartTitleFont(Charts.font(13));
        styler.setAnnotationLineColor(Charts.GREY)
                .setAnnotationLineStroke(new BasicStroke(1.5f, 0, 0, 1, new float[] {3, 3}, 0));
        Charts.stepAxis(chart, total);
        double[] y = values.stream().mapToDouble(Double::doubleValue).toArray();
        if (isShare(metric, y)) {
            chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.0);
        } else if (!metric.equals("reward")) {
            chart.getStyler().setYAxisMin(0.0);
            StudyCharts.digits(chart, Arrays.stream(y).max().orElse(0));
        }
        double[] x = steps.stream().mapToDouble(Double::doubleValue).toArray();
        int color = List.copyOf(curves.keySet()).indexOf(metric) % Charts.COLORS.size();
        Charts.noisyLine(chart, x, y, Charts.COLORS.get(color));
        for (RunEvent change : changes) {
            chart.addAnnotation(new AnnotationLine(change.step() + 0.5, true, false));
        }
        return chart;
    }

    private static boolean isShare(String metric, double[] values) {
        for (double value : values) {
            if (value < 0 || value > 1) {
                return false;
            }
        }
        return metric.startsWith("rewards/") || metric.equals("completions/clipped_ratio");
    }

    /** "rewards/format/mean" → "format reward". */
    private static String title(String metric) {
        if (metric.startsWith("rewards/")) {
            return metric.split("/")[1].replace('_', ' ') + " reward";
        }
        return TITLES.getOrDefault(metric, metric);
    }

    private static double last(List<Double> values) {
        return values.get(values.size() - 1);
    }
}
