package org.tina.notebook;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;
import org.tina.grpo.StepMetrics;
import org.tina.recipe.Recipe;

/**
 * Training runs laid over one another: reward, each reward function, completion length, KL and
 * entropy as small panels, a line a run, smoothed as in the live chart. The legend says what each
 * run changed.
 */
final class RunsPicture {
    private static final int COLUMNS = 3;
    private static final int PANEL_WIDTH = 273;
    private static final int PANEL_HEIGHT = 165;
    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_VALUE = 40;

    private RunsPicture() {}

    /**
     * @param curves name of a run → its steps, drawn in the map's order
     * @param total steps of the longest run, so that a running one grows towards the right edge
     */
    static Picture of(String title, Map<String, List<StepMetrics>> curves, int total) {
        List<StudyCharts.Entry> legend = new ArrayList<>();
        curves.keySet()
                .forEach(
                        name ->
                                legend.add(
                                        new StudyCharts.Entry(
                                                cut(name, LONGEST_NAME),
                                                Charts.COLORS.get(
                                                        legend.size() % Charts.COLORS.size()),
                                                legend.size() >= Charts.COLORS.size())));
        List<XYChart> panels =
                metrics(curves).stream()
                        .map(metric -> panel(metric, List.copyOf(curves.values()), legend, total))
                        .toList();
        int rows = (panels.size() + COLUMNS - 1) / COLUMNS;
        return StudyCharts.figure(
                title,
                panels,
                rows * PANEL_HEIGHT,
                legend,
                g -> Picture.panels(g, panels, COLUMNS, PANEL_WIDTH, PANEL_HEIGHT));
    }

    /** What any of the runs has values of, those of the rewards first. */
    private static List<String> metrics(Map<String, List<StepMetrics>> curves) {
        Set<String> known = new LinkedHashSet<>();
        curves.values().stream()
                .flatMap(List::stream)
                .forEach(step -> known.addAll(step.values().keySet()));
        return Stream.of(
                        Stream.of("reward"),
                        known.stream().filter(name -> name.matches("rewards/[^/]+/mean")),
                        Stream.of("completions/mean_length", "kl", "entropy"))
                .flatMap(names -> names)
                .filter(known::contains)
                .toList();
    }

    private static XYChart panel(
            String metric,
            List<List<StepMetrics>> runs,
            List<StudyCharts.Entry> legend,
            int total) {
        XYChart panel = StudyCharts.chart(StudyCharts.title(metric), PANEL_WIDTH, PANEL_HEIGHT);
        Charts.stepAxis(panel, total);
        double low = 0;
        double high = 0;
        for (int i = 0; i < runs.size(); i++) {
            double[] values =
                    runs.get(i).stream().mapToDouble(step -> step.getOrNaN(metric)).toArray();
            double[] smooth = Charts.smooth(values);
            TreeMap<Integer, Double> curve = new TreeMap<>();
            for (int at = 0; at < values.length; at++) {
                if (!Double.isNaN(smooth[at])) {
                    curve.put(runs.get(i).get(at).step(), smooth[at]);
                    low = Math.min(low, smooth[at]);
                    high = Math.max(high, smooth[at]);
                }
            }
            StudyCharts.Entry entry = legend.get(i);
            if (!curve.isEmpty()) {
                StudyCharts.line(panel, entry.name(), curve, entry.color(), 2f, entry.dashed());
            }
        }
        if (metric.startsWith("rewards/") && low >= 0 && high <= 1) {
            panel.getStyler().setYAxisMin(0.0).setYAxisMax(1.0);
        } else if (low >= 0) {
            panel.getStyler().setYAxisMin(0.0);
            StudyCharts.digits(panel, high);
        }
        return panel;
    }

    /** What a recipe changes of another, such as {@code beta 0, seed 7}; its name if nothing. */
    static String changes(Recipe recipe, Recipe from) {
        Map<String, Object> before = from.settings();
        List<String> changed =
                recipe.explained().stream()
                        .filter(setting -> !setting.value().equals(before.get(setting.key())))
                        .map(setting -> setting.shortName() + " " + brief(setting.value()))
                        .toList();
        return changed.isEmpty() ? from.name() : String.join(", ", changed);
    }

    /** A setting's value in a few characters of one line. */
    static String brief(Object value) {
        String text = Grid.text(value).replace('\n', ' ');
        return text.isEmpty() ? "empty" : cut(text, LONGEST_VALUE);
    }

    private static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length - 1) + "…";
    }
}
