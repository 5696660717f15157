package org.tina.reward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tina.data.Problem;
import org.tina.reward.TargetLengthReward.Kind;

/** The rewards that look at lengths, against values worked out by hand. */
class LengthRewardsTest {
    private static final double EXACT = 1e-12;
    private static final Problem GOLD = new Problem("How many?", "$92$");
    private static final Problem NO_GOLD = new Problem("Why?", "because");

    // ---------------------------------------------------------------- length (Kimi 1.5)

    @Test
    void shorterRightAnswersEarnMoreAndWrongOnesNothing() {
        // lengths 20, 30, 40, 60: v = 0.5 - (length - 20) / 40 = 0.5, 0.25, 0, -0.5
        assertLength(List.of(right(20), right(30), right(40), right(60)), 0.5, 0.25, 0, -0.5);
        // wrong: min(0, v)
        assertLength(List.of(wrong(20), right(30), wrong(40), wrong(60)), 0, 0.25, 0, -0.5);
    }

    @Test
    void oneLengthEarnsNothing() {
        assertLength(List.of(right(20), wrong(20), right(20)), 0, 0, 0);
        assertLength(List.of(right(20)), 0);
        assertLength(List.of("", ""), 0, 0);
        assertLength(List.of());
        assertEquals(0, new LengthReward().score(GOLD, right(20)));
    }

    @Test
    void anEmptyTextIsAShortWrongAnswer() {
        // v = 0.5 - 0/20 = 0.5, wrong: 0; v = 0.5 - 20/20 = -0.5, right
        assertLength(List.of("", right(20)), 0, -0.5);
    }

    @Test
    void withoutAGoldAnswerNobodyIsWrong() {
        assertArrayEquals(
                new double[] {0.5, -0.5},
                new LengthReward().scores(List.of(NO_GOLD, NO_GOLD), List.of(wrong(20), wrong(60))),
                EXACT);
    }

    @Test
    void aCharacterIsOneWhateverItsEncoding() {
        // U+1D465, 𝑥, is two chars in Java: 12 + 8 characters, as long as right(20)
        assertLength(List.of("𝑥".repeat(8) + wrong(12), right(20), right(30)), 0, 0.5, -0.5);
    }

    // ---------------------------------------------------------------- L1

    @ParameterizedTest
    @CsvSource({
        // target 1000, alpha 0.0003
        "true,  1000, 1,      0.5", // 1 - 0; 0 + 0.5
        "true,   500, 0.85,   0.65", // 1 - 0.0003 · 500; 0.15 + 0.5
        "true,  2000, 0.7,    0.2", // 1 - 0.3; -0.3 + 0.5
        "true,  3000, 0.4,    0", // 1 - 0.6; -0.6 + 0.5 = -0.1, clipped
        "true,    20, 0.706,  0.794", // 1 - 0.294; 0.294 + 0.5
        "true,  5000, -0.2,   0", // 1 - 1.2
        "false, 1000, 0,      0",
        "false, 2000, -0.3,   0",
        "false,   20, -0.294, 0",
    })
    void theTargetsDistanceCosts(boolean right, int length, double exact, double max) {
        Problem problem = new Problem("How many? Think for 1000 tokens.", "$92$");
        List<String> group = List.of(right ? right(length) : wrong(length), wrong(700));
        assertEquals(exact, scores("length_l1_exact", problem, group)[0], EXACT);
        assertEquals(max, scores("length_l1_max", problem, group)[0], EXACT);
    }

    @Test
    void aShortAnswerToALongTargetEarnsNoMoreThanOne() {
        Problem problem = new Problem("How many? Think for 4000 tokens.", "$92$");
        // 0.0003 · (4000 - 20) + 0.5 = 1.694, clipped; wrong: 0
        assertArrayEquals(
                new double[] {1, 0},
                scores("length_l1_max", problem, List.of(right(20), wrong(30))),
                EXACT);
    }

    @ParameterizedTest
    @CsvSource({"length_l1_exact", "length_l1_max"})
    void oneLengthEarnsNothingWhateverTheTarget(String name) {
        Problem problem = new Problem("How many? Think for 100 tokens.", "$92$");
        assertArrayEquals(new double[2], scores(name, problem, List.of(right(20), wrong(20))));
        assertEquals(0, Reward.named(name).score(problem, right(20)));
    }

    @Test
    void withoutAGoldAnswerEveryLengthIsRight() {
        Problem problem = new Problem("Why? Think for 100 tokens.", "because");
        assertArrayEquals(
                new double[] {1, 0.97}, // 1 - 0, 1 - 0.0003 · 100
                scores("length_l1_exact", problem, List.of(wrong(100), wrong(200))),
                EXACT);
    }

    @Test
    void theTargetIsTheLastOneThatTheProblemNames() {
        assertEquals(700, asked("Think for 20 tokens.\nHow many?\nThink for 700 tokens."));
        for (String text : List.of("How many?", "Think for 99999999999 tokens", "think for 5")) {
            var error = assertThrows(IllegalArgumentException.class, () -> asked(text));
            assertTrue(error.getMessage().contains("Think for N tokens"), error.getMessage());
        }
    }

    @Test
    void theTargetMayBeAFunction() {
        var reward = new TargetLengthReward(Kind.EXACT, 0.01, problem -> 30);
        // 1 - 0.01 · 10; -0.01 · 20
        assertArrayEquals(
                new double[] {0.9, -0.2},
                reward.scores(List.of(GOLD, GOLD), List.of(right(20), wrong(50))),
                EXACT);
    }

    @ParameterizedTest
    @CsvSource({"-0.1", "NaN", "Infinity"})
    void aWrongPriceIsRefused(double alpha) {
        var error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new TargetLengthReward(Kind.MAX, alpha, problem -> 1));
        assertEquals("alpha is " + alpha + ", must be at least 0", error.getMessage());
    }

    // ---------------------------------------------------------------- cosine

    @ParameterizedTest
    @CsvSource({
        // c = cos(π · length / 1200); right 0.5 + 0.25 (1 + c), wrong -0.5 + 0.25 (1 + c)
        "300,  0.5,   0.9267766952966369, -0.07322330470336313", // c = √½
        "400,  1/3,   0.875, -0.125", // c = ½
        "600,  half,  0.75, -0.25", // c = 0
        "800,  2/3,   0.625, -0.375", // c = -½
        "1200, whole, 0.5, -0.5", // c = -1
        "1800, past,  0.75, -0.25", // c = 0 again: not clamped
        "2400, twice, 1, 0", // c = 1 again
    })
    void cosineFallsWithTheLength(int length, String wave, double right, double wrong) {
        CosineReward cosine = CosineReward.tina().withMaxLen(1200);
        assertEquals(right, cosine.score(GOLD, right(length)), EXACT, wave);
        assertEquals(wrong, cosine.score(GOLD, wrong(length)), EXACT, wave);
        assertEquals(1, cosine.score(NO_GOLD, wrong(length)));
    }

    @Test
    void cosineOfNothing() {
        assertEquals(0, CosineReward.tina().score(GOLD, ""), "minWrong: c = 1");
        assertEquals(1, CosineReward.tina().value(true, 0));
    }

    @Test
    void cosinesEndsAreSettings() {
        var cosine = new CosineReward(-10, -5, 2, 4, 100);
        assertEquals(-10, cosine.value(false, 0), EXACT);
        assertEquals(-5, cosine.value(false, 100), EXACT);
        assertEquals(4, cosine.value(true, 0), EXACT);
        assertEquals(2, cosine.value(true, 100), EXACT);
        assertEquals(3, cosine.value(true, 50), EXACT);
    }

    // ---------------------------------------------------------------- helpers

    private static void assertLength(List<String> completions, double... expected) {
        assertArrayEquals(expected, scores("length", GOLD, completions), EXACT);
    }

    private static double[] scores(String name, Problem problem, List<String> completions) {
        return Reward.named(name)
                .scores(Collections.nCopies(completions.size(), problem), completions);
    }

    private static int asked(String text) {
        return TargetLengthReward.asked(new Problem(text, ""));
    }

    private static String right(int length) {
        return "\\boxed{92}" + " ".repeat(length - "\\boxed{92}".length());
    }

    private static String wrong(int length) {
        return "\\boxed{93}" + " ".repeat(length - "\\boxed{93}".length());
    }
}
