package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.XYChart;
import org.tina.notebook.widget.Control;

class GuessTest {
    private static final double[] X = {1, 5, 9};

    @Test
    void whoLeavesTheSliderAloneHasMadeNoGuess() {
        Guess guess = Guess.between("share", 0, 1);
        assertEquals(Optional.empty(), guess.value());
        assertEquals("share: no guess yet", guess.toString());
        assertEquals("share: it is 0.100; you made no guess", guess.reveal(0.1).toString());
    }

    @Test
    void aGuessStandsBesideTheResult() {
        Guess guess = guessed(Guess.between("share", 0, 1), 0.4);
        assertEquals("share: 0.400", guess.toString());
        assertEquals("share: it is 0.450; your guess was 0.400", guess.reveal(0.45).toString());
        assertEquals(
                "share: it is 0.100; your guess was 0.400. What did you not expect?",
                guess.reveal(0.1).toString());
        assertTrue(guessed(Guess.count("rows", 0, 6), 5).reveal(5L).toString().endsWith("was 5"));
    }

    @Test
    void aWordIsAGuessToo() {
        Guess guess = guessed(Guess.oneOf("first", "format", "length"), "format");
        assertEquals(
                "first: it is format; your guess was format", guess.reveal("format").toString());
        assertTrue(guess.reveal("length").toString().endsWith("not expect?"));
        assertFalse(guess.reveal("length").html().contains("<svg"), "words are on no line");
        assertEquals(Optional.empty(), guessed(guess, "?").value());
    }

    @Test
    void aNumberLiesOnTheSlidersLine() {
        Guess guess = guessed(Guess.between("share", 0, 1), 0.25);
        String html = guess.reveal(0.5).html();
        assertTrue(html.contains("<circle cx=\"200.0\""), html);
        assertTrue(html.contains("<path d=\"M120.0 "), html);
        String outside = guess.reveal(2).html();
        assertTrue(outside.contains("<circle cx=\"360.0\""), "the line grows to the result");
        assertTrue(outside.contains("<path d=\"M80.0 "), outside);
    }

    @Test
    void aGuessedNumberIsALineAcrossTheChart() {
        XYChart curves = Charts.curves("", "", "", X, Map.of("a", new double[] {1, 2, 3}));
        guessed(Guess.between("end", 0, 3), 2.0).on(curves);
        assertArrayEquals(new double[] {1, 9}, curves.getSeriesMap().get("your guess").getXData());
        assertArrayEquals(new double[] {2, 2}, curves.getSeriesMap().get("your guess").getYData());

        CategoryChart columns =
                Charts.columns("", List.of("x", "y"), Map.of("a", new double[] {1, 2}));
        guessed(Guess.between("end", 0, 3), 1.4).on(columns);
        assertEquals(List.of(1.4, 1.4), columns.getSeriesMap().get("your guess").getYData());
    }

    @Test
    void withoutAGuessedNumberTheChartStaysAsItIs() {
        XYChart curves = Charts.curves("", "", "", X, Map.of("a", X));
        Guess.between("end", 0, 1).on(curves);
        guessed(Guess.oneOf("end", "up", "down"), "up").on(curves);
        guessed(Guess.between("end", 0, 1), 0.2).on(Charts.curves("", "", "", X, Map.of()));
        assertEquals(1, curves.getSeriesMap().size());
    }

    /** As a hand on the page. */
    @SuppressWarnings("unchecked")
    private static Guess guessed(Guess guess, Object value) {
        ((Control<Object>) guess.control()).set(value);
        return guess;
    }
}
