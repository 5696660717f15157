package org.tina.notebook;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.DisplayDataRenderable;
import io.github.spencerpark.jupyter.kernel.display.RenderContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.knowm.xchart.internal.chartpart.Chart;
import tech.tablesaw.api.Table;

/**
 * A chart that JupyterLab draws by itself, so that a value is told where the mouse is, and the
 * wheel zooms. It brings an XChart of the same data along, which is what a page without JupyterLab
 * shows.
 *
 * <pre>{@code
 * VegaLite.lines("Reward", "reward", curves)        // as Charts.lines
 * VegaLite.of(Map.of("mark", "bar", …), chart)      // any specification of Vega-Lite 5
 * }</pre>
 *
 * @param specification Vega-Lite's, of maps, lists, texts, numbers and truth values
 * @param twin the same as a picture
 */
public record VegaLite(Map<String, ?> specification, Chart<?, ?> twin)
        implements DisplayDataRenderable {
    private static final String MIME = "application/vnd.vegalite.v5+json";
    private static final String SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json";
    private static final String GREY = "#808080";
    private static final Gson JSON = new GsonBuilder().serializeNulls().create();

    public VegaLite {
        Objects.requireNonNull(twin, "twin");
        specification = new LinkedHashMap<>(specification);
    }

    /** Any specification; the house's size, ground and colours are added where it says nothing. */
    public static VegaLite of(Map<String, ?> specification, Chart<?, ?> twin) {
        Map<String, Object> whole = new LinkedHashMap<>();
        whole.put("$schema", SCHEMA);
        whole.put("width", 520);
        whole.put("height", 260);
        whole.put("background", null);
        whole.put("config", house());
        whole.putAll(specification);
        return new VegaLite(whole, twin);
    }

    /**
     * Curves over training steps 1, 2, …, as {@link Charts#lines}.
     *
     * @param curves name → one value a step, drawn in the map's order; NaN leaves a gap
     */
    public static VegaLite lines(String title, String yTitle, Map<String, double[]> curves) {
        Map<String, double[]> x = new LinkedHashMap<>();
        curves.forEach((name, values) -> x.put(name, Charts.steps(values.length)));
        return lines(title, "step", yTitle, x, curves, Charts.lines(title, yTitle, curves));
    }

    /**
     * Curves over anything, as {@link Charts#curves}.
     *
     * @param x ascending
     * @param curves name → one value for each x, drawn in the map's order; NaN leaves a gap
     */
    public static VegaLite curves(
            String title, String xTitle, String yTitle, double[] x, Map<String, double[]> curves) {
        Chart<?, ?> twin = Charts.curves(title, xTitle, yTitle, x, curves);
        Map<String, double[]> same = new LinkedHashMap<>();
        curves.keySet().forEach(name -> same.put(name, x));
        return lines(title, xTitle, yTitle, same, curves, twin);
    }

    /**
     * Curves over a column of a table.
     *
     * @param x the column's name; its numbers ascend
     * @param y the columns that are curves
     */
    public static VegaLite curves(String title, String yTitle, Table table, String x, String... y) {
        Map<String, double[]> curves = new LinkedHashMap<>();
        for (String name : y) {
            curves.put(name, table.numberColumn(name).asDoubleArray());
        }
        return curves(title, x, yTitle, table.numberColumn(x).asDoubleArray(), curves);
    }

    private static VegaLite lines(
            String title,
            String xTitle,
            String yTitle,
            Map<String, double[]> x,
            Map<String, double[]> curves,
            Chart<?, ?> twin) {
        List<Map<String, Object>> points = new ArrayList<>();
        curves.forEach(
                (name, values) -> {
                    for (int i = 0; i < values.length; i++) {
                        Map<String, Object> point = new LinkedHashMap<>();
                        point.put("x", finite(x.get(name)[i]));
                        point.put("curve", name);
                        point.put("y", finite(values[i]));
                        points.add(point);
                    }
                });
        Map<String, Object> xAxis = axis("x", xTitle);
        Map<String, Object> yAxis = axis("y", yTitle);
        Map<String, Object> color = new LinkedHashMap<>();
        color.put("field", "curve");
        color.put("type", "nominal");
        color.put("title", null);
        color.put("sort", null);
        color.put("scale", Map.of("range", colors()));
        if (curves.size() == 1) {
            color.put("legend", null);
        }
        Map<String, Object> line =
                Map.of(
                        "mark",
                        Map.of("type", "line", "strokeWidth", 2),
                        "params",
                        List.of(Map.of("name", "zoom", "select", "interval", "bind", "scales")));
        return of(
                Map.of(
                        "title",
                        title,
                        "data",
                        Map.of("values", points),
                        "encoding",
                        Map.of("x", xAxis, "y", yAxis, "color", color),
                        "layer",
                        List.of(line, hover(xAxis, yAxis))),
                twin);
    }

    /** The point nearest to the mouse, with its numbers. */
    private static Map<String, Object> hover(Map<String, Object> x, Map<String, Object> y) {
        Map<String, Object> nearest =
                Map.of(
                        "type",
                        "point",
                        "nearest",
                        true,
                        "on",
                        "pointermove",
                        "clear",
                        "pointerout");
        Map<String, Object> curve = Map.of("field", "curve", "type", "nominal", "title", "curve");
        return Map.of(
                "mark",
                Map.of("type", "point", "filled", true, "size", 60),
                "params",
                List.of(Map.of("name", "hover", "select", nearest)),
                "encoding",
                Map.of(
                        "opacity",
                        Map.of(
                                "condition",
                                Map.of("param", "hover", "empty", false, "value", 1),
                                "value",
                                0),
                        "tooltip",
                        List.of(curve, rounded(x), rounded(y))));
    }

    private static Map<String, Object> axis(String field, String title) {
        return Map.of(
                "field",
                field,
                "type",
                "quantitative",
                "title",
                title,
                "scale",
                Map.of("zero", false));
    }

    private static Map<String, Object> rounded(Map<String, Object> axis) {
        return Map.of(
                "field",
                axis.get("field"),
                "type",
                "quantitative",
                "title",
                axis.get("title"),
                "format",
                ".4~g");
    }

    /** JSON knows no NaN: a line ends before it. */
    private static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static List<String> colors() {
        return Charts.COLORS.stream().map(Charts::css).toList();
    }

    /** Mid-grey text and grid on no ground, which reads on light and on dark pages. */
    private static Map<String, Object> house() {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("stroke", null);
        return Map.of(
                "view",
                view,
                "range",
                Map.of("category", colors()),
                "title",
                Map.of("color", GREY, "fontWeight", "normal"),
                "legend",
                Map.of("labelColor", GREY, "titleColor", GREY),
                "axis",
                Map.of(
                        "labelColor",
                        GREY,
                        "titleColor",
                        GREY,
                        "gridColor",
                        GREY,
                        "gridOpacity",
                        0.3,
                        "domain",
                        false,
                        "ticks",
                        false,
                        "titleFontWeight",
                        "normal"));
    }

    /** The specification as JSON. */
    JsonElement json() {
        return JSON.toJsonTree(specification);
    }

    @Override
    public void render(RenderContext context) {
        DisplayData out = context.getOutputContainer();
        out.putData(MIME, json());
        Renderers.chart(twin, out);
    }

    @Override
    public String toString() {
        return Charts.describe(twin);
    }
}
