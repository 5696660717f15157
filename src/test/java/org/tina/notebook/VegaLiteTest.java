package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.Renderer;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.knowm.xchart.XYChart;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

class VegaLiteTest {
    @Test
    void linesHaveAPointAStepAndCurve() {
        Map<String, double[]> curves = new LinkedHashMap<>();
        curves.put("seed 1", new double[] {0.5, Double.NaN});
        curves.put("seed 2", new double[] {0.25});
        JsonObject json = VegaLite.lines("Reward", "reward", curves).json().getAsJsonObject();

        assertEquals("Reward", json.get("title").getAsString());
        assertTrue(json.get("background").isJsonNull(), "the page's ground");
        JsonArray points = json.getAsJsonObject("data").getAsJsonArray("values");
        assertEquals(
                "[{\"x\":1.0,\"curve\":\"seed 1\",\"y\":0.5},"
                        + "{\"x\":2.0,\"curve\":\"seed 1\",\"y\":null},"
                        + "{\"x\":1.0,\"curve\":\"seed 2\",\"y\":0.25}]",
                points.toString());
        JsonObject encoding = json.getAsJsonObject("encoding");
        assertEquals("step", encoding.getAsJsonObject("x").get("title").getAsString());
        JsonArray layers = json.getAsJsonArray("layer");
        assertEquals(
                "hover",
                layers.get(1)
                        .getAsJsonObject()
                        .getAsJsonArray("params")
                        .get(0)
                        .getAsJsonObject()
                        .get("name")
                        .getAsString());
    }

    @Test
    void aTablesColumnsAreCurves() {
        Table table =
                Table.create(
                        IntColumn.create("rank", 4, 16), DoubleColumn.create("Pass@1", 0.5, 0.75));
        VegaLite chart = VegaLite.curves("Rank", "share", table, "rank", "Pass@1");

        JsonArray points =
                chart.json().getAsJsonObject().getAsJsonObject("data").getAsJsonArray("values");
        assertEquals("{\"x\":16.0,\"curve\":\"Pass@1\",\"y\":0.75}", points.get(1).toString());
        assertEquals(0.75, ((XYChart) chart.twin()).getSeriesMap().get("Pass@1").getYData()[1]);
        assertThrows(
                IllegalArgumentException.class,
                () -> VegaLite.curves("Rank", "share", table, "rank", "no column"));
    }

    @Test
    void itBringsAPictureAlong() {
        Renderer renderer = new Renderer();
        Renderers.register(renderer);
        VegaLite chart =
                VegaLite.of(
                        Map.of("mark", "bar", "width", 99),
                        Charts.lines("Reward", "reward", Map.of("a", new double[] {1, 2})));
        DisplayData shown = renderer.render(chart);

        assertEquals(99, chart.specification().get("width"), "what is said stays");
        assertTrue(shown.hasDataForType(MIMEType.parse("application/vnd.vegalite.v5+json")));
        assertTrue(shown.hasDataForType(MIMEType.IMAGE_PNG));
        assertEquals("Chart: Reward (a)", shown.getData(MIMEType.TEXT_PLAIN));
    }
}
