package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.XYChart;

class GuessTest {
    private static final double[] X = {1, 5, 9};

    @Test
    void aGuessStandsBesideTheResult() {
        assertEquals(
                "share: no guess yet; put one into the cell", Guess.of("share", null).toString());
        assertEquals("share: 0.500", Guess.of("share", 0.5).toString());
        assertEquals(
                "share: it is 0.450; your guess was 0.500",
                Guess.of("share", 0.5).reveal(0.45).toString());
        assertEquals(
                "share: it is 0.100; your guess was 0.500. What did you not expect?",
                Guess.of("share", 0.5).reveal(0.1).toString());
        assertEquals(
                "share: it is 0.100; you made no guess",
                Guess.of("share", null).reveal(0.1).toString());
    }

    @Test
    void aWordIsAGuessToo() {
        assertEquals(
                "first: it is format; your guess was Format",
                Guess.of("first", "Format").reveal("format").toString());
        assertTrue(Guess.of("first", "length").reveal("format").toString().endsWith("not expect?"));
    }

    @Test
    void aGuessedNumberIsALineAcrossTheChart() {
        XYChart curves = Charts.curves("", "", "", X, Map.of("a", new double[] {1, 2, 3}));
        Guess.of("end", 2).on(curves);
        assertArrayEquals(new double[] {1, 9}, curves.getSeriesMap().get("your guess").getXData());
        assertArrayEquals(new double[] {2, 2}, curves.getSeriesMap().get("your guess").getYData());

        CategoryChart columns =
                Charts.columns("", List.of("x", "y"), Map.of("a", new double[] {1, 2}));
        Guess.of("end", 1.5).on(columns);
        assertEquals(List.of(1.5, 1.5), columns.getSeriesMap().get("your guess").getYData());
    }

    @Test
    void withoutAGuessedNumberTheChartStaysAsItIs() {
        XYChart curves = Charts.curves("", "", "", X, Map.of("a", X));
        Guess.of("end", null).on(curves);
        Guess.of("end", "up").on(curves);
        Guess.of("end", 2).on(Charts.curves("", "", "", X, Map.of()));
        assertEquals(1, curves.getSeriesMap().size());
    }
}
