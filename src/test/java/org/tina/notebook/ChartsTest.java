package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.XYChart;

class ChartsTest {
    @Test
    void linesGoOverStepsAndCurvesOverAnything() {
        double[] y = {5, 6, 7};
        XYChart lines = Charts.lines("Reward", "reward", Map.of("seed 1", y));
        XYChart curves =
                Charts.curves("Cosine", "characters", "reward", new double[] {0, 10, 30}, two(y));

        assertArrayEquals(new double[] {1, 2, 3}, lines.getSeriesMap().get("seed 1").getXData());
        assertArrayEquals(new double[] {0, 10, 30}, curves.getSeriesMap().get("a").getXData());
        assertArrayEquals(y, curves.getSeriesMap().get("b").getYData());
        assertEquals("characters", curves.getXAxisTitle());
        assertNotEquals(
                curves.getSeriesMap().get("a").getLineColor(),
                curves.getSeriesMap().get("b").getLineColor());
        assertThrows(
                IllegalArgumentException.class,
                () -> Charts.curves("", "", "", new double[] {1}, two(y)));
    }

    @Test
    void columnsStandOverTheirNames() {
        CategoryChart chart = Charts.columns("Pay", List.of("x", "y"), two(new double[] {1, -2}));

        assertEquals(List.of("a", "b"), List.copyOf(chart.getSeriesMap().keySet()));
        assertEquals(List.of("x", "y"), chart.getSeriesMap().get("a").getXData());
        assertEquals(List.of(1.0, -2.0), chart.getSeriesMap().get("b").getYData());
        assertNotEquals(
                chart.getSeriesMap().get("a").getFillColor(),
                chart.getSeriesMap().get("b").getFillColor());
    }

    @Test
    void histogramsCountValuesInRoundRanges() {
        Map<String, double[]> samples = new LinkedHashMap<>();
        samples.put("a", new double[] {3, 20, 20.5, 21.99, 43});
        samples.put("b", new double[] {30});
        CategoryChart chart = Charts.histogram("Lengths", "tokens", samples);

        List<?> starts = List.copyOf((List<?>) chart.getSeriesMap().get("a").getXData());
        assertEquals(List.of("2", "4", "6"), starts.subList(0, 3));
        assertEquals("42", starts.get(starts.size() - 1));
        int twenty = starts.indexOf("20");
        List<?> counts = List.copyOf(chart.getSeriesMap().get("a").getYData());
        assertEquals(3.0, counts.get(twenty));
        assertEquals(5.0, counts.stream().mapToDouble(x -> (Double) x).sum());
        assertEquals("tokens", chart.getXAxisTitle());
    }

    @Test
    void aHistogramOfEqualValuesHasOneColumn() {
        CategoryChart chart = Charts.histogram("", "", Map.of("a", new double[] {7, 7}));
        assertEquals(List.of("7"), chart.getSeriesMap().get("a").getXData());
        assertEquals(List.of(2.0), chart.getSeriesMap().get("a").getYData());
    }

    private static Map<String, double[]> two(double[] values) {
        Map<String, double[]> two = new LinkedHashMap<>();
        two.put("a", values);
        two.put("b", values);
        return two;
    }
}
