package org.tina.mini;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tina.data.Problem;
import org.tina.mini.Arithmetic.Operation;
import org.tina.reward.Rewards;

class StyleTest {
    private static final Arithmetic PROBLEM =
            new Arithmetic(
                    16,
                    List.of(
                            new Operation('+', 48),
                            new Operation('-', 48),
                            new Operation('*', 3),
                            new Operation('-', 8)));

    private final SplittableRandom random = new SplittableRandom(5);

    @Test
    void carefulGoesColumnByColumn() {
        assertSometimes(
                Style.CAREFUL,
                """
                First, 16+48: 6+8=14, 1+4+1=6, 64
                Next, 64-48: 14-8=6, 6-4-1=1, 16
                Next, 16*3: 6*3=18, 1*3+1=4, 48
                Finally, 48-8: 8-8=0, 4-0=4, 40""");
    }

    @Test
    void carefulSlipsInTheUnitsAndCarriesTheWrongValueOn() {
        assertSometimes(
                Style.CAREFUL,
                """
                First, 16+48: 6+8=13, 1+4+1=6, 63
                Next, 63-48: 13-8=5, 6-4-1=1, 15
                Next, 15*3: 5*3=15, 1*3+1=4, 45
                Finally, 45-8: 15-8=7, 4-0-1=3, 37""");
    }

    @Test
    void quickWritesOneEquationAStep() {
        assertSometimes(Style.QUICK, "16+48=64\n64-48=16\n16*3=48\n48-8=40");
    }

    @Test
    void quickForgetsCarriesAndBorrows() {
        assertSometimes(Style.QUICK, "16+48=54\n54-48=16\n16*3=38\n38-8=30");
    }

    @Test
    void guessJustAnswers() {
        assertSometimes(Style.GUESS, "Easy. 40");
        assertSometimes(Style.GUESS, "Easy. 50");
    }

    private void assertSometimes(Style style, String trace) {
        for (int i = 0; i < 4000; i++) {
            if (style.trace(PROBLEM, random).text().equals(trace)) {
                return;
            }
        }
        throw new AssertionError(style + " never wrote:\n" + trace);
    }

    @Test
    void carefulIsMostlyRightAndTheOthersAreNot() {
        assertEquals(0.60, shareRight(Style.GUESS), 0.03);
        assertEquals(0.47, shareRight(Style.QUICK), 0.03);
        assertEquals(0.926, shareRight(Style.CAREFUL), 0.02);
    }

    private double shareRight(Style style) {
        int n = 4000;
        int right = 0;
        for (int i = 0; i < n; i++) {
            Arithmetic problem = Arithmetic.draw(random, 2 + i % 2, Split.TRAIN);
            Trace trace = style.trace(problem, random);
            assertTrue(trace.value() >= 1, trace::text);
            assertTrue(trace.text().endsWith("" + trace.value()), "a trace ends with its value");
            right += trace.value() == problem.answer() ? 1 : 0;
        }
        return right / (double) n;
    }

    @Test
    void aCompletionTellsItsStyle() {
        for (Style style : Style.values()) {
            for (Format format : Format.values()) {
                String text = format.completion(style.trace(PROBLEM, random));
                assertEquals(Optional.of(style), Style.of(text), text);
            }
        }
        assertEquals(Optional.empty(), Style.of("7, 23, 55"));
        assertEquals(Optional.empty(), Style.of("<think>\n</think>"));
        assertEquals(Optional.empty(), Style.of(""));
    }

    @Test
    void onlyTheRightLayoutsEarnTheirRewards() {
        var gold = new Problem("How many now?", "$92$");
        var trace = new Trace("Easy. 92", 92);
        for (Format format : Format.values()) {
            String completion = format.completion(trace);
            boolean closedOnce = format == Format.PROPER || format == Format.NO_BOX;
            boolean boxed = format != Format.NO_BOX && format != Format.BARE;
            assertEquals(closedOnce ? 1 : 0, Rewards.format(gold, completion), format.name());
            assertEquals(boxed ? 1 : 0, Rewards.accuracy(gold, completion), format.name());
        }
        assertEquals(
                "<think>\nEasy. 92\n</think>\n<answer>\n\\boxed{92}\n</answer>",
                Format.PROPER.completion(trace));
    }
}
