package org.tina.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.tina.data.Problem;
import org.tina.generate.Completion;

class RepeatedTest {

    @Test
    void meanAndDeviationAreOverSeeds() {
        Repeated three = repeated("1100", "1110", "1000");
        assertEquals(0.5, three.passAt1(), 1e-12);
        assertEquals(0.25, three.deviation(), 1e-12);
        assertEquals(0.5, three.figures().get("pass@1"), 1e-12);
        assertTrue(Double.isNaN(repeated("10").deviation()));
        assertTrue(three.toString().endsWith("±25.0 over 3 seeds"), three::toString);
    }

    /** All problems gain alike under a seed, so what is uncertain is the seeds' mean alone. */
    @Test
    void theDifferenceIsPairedByProblemAndSeed() {
        Repeated before = repeated("1100", "1010", "0000");
        Repeated after = repeated("1110", "1110", "1000");
        Interval gain = after.minus(before);
        assertEquals(0.25, gain.mean(), 1e-12);
        assertEquals(-0.25, before.minus(after).mean(), 1e-12);
        assertEquals(new Interval(0, 0, 0), after.minus(after));
        assertEquals(7 / 12.0 - 0.5, after.minus(repeated("1100")).mean(), 1e-12);
    }

    @Test
    void whatCannotBePairedIsRefused() {
        Repeated three = repeated("10", "11", "01");
        assertThrows(IllegalArgumentException.class, () -> three.minus(repeated("10", "01")));
        assertThrows(IllegalArgumentException.class, () -> three.minus(repeated("100")));
        assertThrows(IllegalArgumentException.class, () -> repeated("10", "100"));
        assertThrows(IllegalArgumentException.class, RepeatedTest::repeated);
    }

    @Test
    void theBestCheckpointIsTheEarliestOfEquals() {
        Map<Integer, Repeated> byStep = new TreeMap<>();
        byStep.put(5, repeated("1000"));
        byStep.put(10, repeated("1011"));
        byStep.put(15, repeated("1110"));
        byStep.put(20, repeated("0011"));
        assertEquals(10, Checkpoint.best(byStep));
        byStep.clear();
        assertThrows(IllegalArgumentException.class, () -> Checkpoint.best(byStep));
    }

    /** An evaluation a seed, a digit a problem: whether it was solved. */
    private static Repeated repeated(String... seeds) {
        List<Evaluation> runs = new ArrayList<>();
        for (String solved : seeds) {
            List<Answer> answers = new ArrayList<>();
            for (int i = 0; i < solved.length(); i++) {
                String text = "\\boxed{" + solved.charAt(i) + "}";
                answers.add(
                        Answer.judge(
                                new Problem("Is " + i + " solved?", "$1$"),
                                List.of(new Completion(new int[5], new float[5], true, text))));
            }
            runs.add(new Evaluation("set", answers, 1));
        }
        return new Repeated(runs);
    }
}
