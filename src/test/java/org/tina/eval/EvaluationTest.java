package org.tina.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tina.data.Problem;
import org.tina.generate.Completion;

class EvaluationTest {

    private static final Problem SEVEN = new Problem("3 + 4?", "$7$");
    private static final Problem NINE = new Problem("4 + 5?", "$9$");
    private static final Problem NO_GOLD = new Problem("Why?", "because");

    /** Two problems with three completions each; 3 of 6 are correct, 2 more are right unboxed. */
    private static final Evaluation TWO =
            evaluation(
                    answer(SEVEN, "\n</think>\n\\boxed{7}", "so it is 7", "\\boxed{8}"),
                    answer(NINE, "\\boxed{9}", "\\boxed{9.0}", "9"));

    @Test
    void figuresAreMeans() {
        assertEquals(3 / 6.0, TWO.passAt1(), 1e-12);
        assertEquals(5 / 6.0, TWO.lenientAccuracy(), 1e-12);
        assertEquals(1 / 6.0, TWO.formatRate(), 1e-12);
        assertEquals(1 / 6.0, TWO.formattedAndCorrect(), 1e-12);
        assertEquals(3 / 4.0, TWO.accuracyOfFinished(), 1e-12);
        assertArrayEquals(new int[] {1, 2}, TWO.correctCounts());
        assertEquals((19 + 10 + 9 + 9 + 11 + 1) / 6.0, TWO.meanLength(), 1e-12);
        assertEquals(2 / 6.0, TWO.truncatedRate(), 1e-12);
        assertEquals(59 / 2.0, TWO.tokensPerSecond(), 1e-12);
        assertEquals(3, TWO.samples());
        Interval interval = TWO.passAt1Interval();
        assertEquals(TWO.passAt1(), interval.mean());
        assertEquals(1 / 3.0, interval.low(), 1e-12);
        assertEquals(2 / 3.0, interval.high(), 1e-12);
    }

    @Test
    void passAtKIsTheMeanOfTheEstimates() {
        assertEquals(TWO.passAt1(), TWO.passAt(1), 1e-12);
        assertEquals((2 / 3.0 + 1) / 2, TWO.passAt(2), 1e-12);
        assertEquals(1, TWO.passAt(3));
        assertThrows(IllegalArgumentException.class, () -> TWO.passAt(4));
    }

    @Test
    void theMajorityVotesWithItsBoxes() {
        Evaluation votes =
                evaluation(
                        answer(SEVEN, "\\boxed{8}", "\\boxed{7}", "\\boxed{7.0}"),
                        answer(NINE, "none", "none", "\\boxed{9}"));
        assertEquals(0, votes.majority(1)); // 8, and no vote at all
        assertEquals(0, votes.majority(2)); // 8 came before 7
        assertEquals(1, votes.majority(3));
        assertThrows(IllegalArgumentException.class, () -> votes.majority(4));
        assertThrows(IllegalArgumentException.class, () -> votes.majority(0));
    }

    @Test
    void nothingIsCorrectWithoutAGoldAnswer() {
        Evaluation evaluation = evaluation(answer(NO_GOLD, "\\boxed{7}"));
        assertEquals(0, evaluation.passAt1());
        assertEquals(0, evaluation.lenientAccuracy());
    }

    @Test
    void theDifferenceIsPaired() {
        List<Answer> before = new ArrayList<>();
        List<Answer> after = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            // 30 of 100 are solved before; of the others every second is solved after
            before.add(answer(SEVEN, i < 30 ? "\\boxed{7}" : "\\boxed{1}"));
            after.add(answer(SEVEN, i < 30 || i % 2 == 0 ? "\\boxed{7}" : "\\boxed{1}"));
        }
        Evaluation first = new Evaluation("set", before, 1);
        Evaluation second = new Evaluation("set", after, 1);
        Interval difference = second.minus(first);
        assertEquals(0.35, difference.mean(), 1e-12);
        assertTrue(difference.excludesZero());
        assertEquals(1.96 * Math.sqrt(0.35 * 0.65 / 100), difference.high() - 0.35, 0.02);
        assertEquals(-0.35, first.minus(second).mean(), 1e-12);
        assertEquals(new Interval(0, 0, 0), first.minus(first));
    }

    @Test
    void differentProblemsHaveNoDifference() {
        Evaluation other = evaluation(answer(SEVEN, "7"), answer(SEVEN, "7"));
        var error = assertThrows(IllegalArgumentException.class, () -> TWO.minus(other));
        assertTrue(error.getMessage().contains("different problems"), error::getMessage);
    }

    @Test
    void readsInOneLine() {
        assertEquals(
                "set: Pass@1 50.0% (33.3 to 66.7), format 0.167, lenient 0.833, 9.8 tokens,"
                        + " truncated 0.333 (2 problems, 3 samples each)",
                TWO.toString());
    }

    @Test
    void isTables() {
        var table = TWO.table();
        assertEquals(List.of("metric", "value", "low", "high"), table.columnNames());
        assertEquals("pass@1", table.getString(0, "metric"));
        assertEquals(TWO.passAt1(), table.doubleColumn("value").get(0), 1e-12);
        assertEquals(1 / 3.0, table.doubleColumn("low").get(0), 1e-12);
        assertEquals("tokens a second", table.getString(7, "metric"));
        assertTrue(table.doubleColumn("low").isMissing(7));

        var samples = TWO.samples(1);
        assertEquals(1, samples.rowCount());
        assertEquals("3 + 4?", samples.getString(0, "problem"));
        assertEquals("$7$", samples.getString(0, "gold"));
        assertEquals("\n</think>\n\\boxed{7}", samples.getString(0, "completion"));
        assertTrue(samples.booleanColumn("correct").get(0));
        assertEquals(2, TWO.samples(99).rowCount());
    }

    @Test
    void unevenOrEmptyEvaluationsAreRefused() {
        assertThrows(IllegalArgumentException.class, EvaluationTest::evaluation);
        assertThrows(
                IllegalArgumentException.class,
                () -> evaluation(answer(SEVEN, "7"), answer(NINE, "9", "9")));
        assertThrows(IllegalArgumentException.class, () -> answer(SEVEN));
    }

    @Test
    void theMiniaturesBenchmarksAreHeldOut() {
        Benchmark test = Benchmark.mini();
        assertEquals("mini/test", test.name());
        assertEquals(500, test.problems().size());
        assertEquals(96, test.maxNewTokens());
        assertEquals(1, test.samples());
        assertEquals(7, test.take(7).problems().size());
        Benchmark validation = Benchmark.named("mini/validation");
        assertFalse(validation.problems().problems().contains(test.problems().get(0)));
        assertThrows(IllegalArgumentException.class, () -> Benchmark.named("mini/tests"));
        var error = assertThrows(IllegalArgumentException.class, () -> test.take(0));
        assertEquals(
                "benchmark's problems is empty, must be at least one problem", error.getMessage());
    }

    private static Evaluation evaluation(Answer... answers) {
        return new Evaluation("set", List.of(answers), 2);
    }

    /** A token a character; completions without a box are cut off. */
    private static Answer answer(Problem problem, String... texts) {
        List<Completion> completions = new ArrayList<>();
        for (String text : texts) {
            int length = text.length();
            completions.add(
                    new Completion(
                            new int[length], new float[length], text.contains("boxed"), text));
        }
        return Answer.judge(problem, completions);
    }
}
