package org.tina.mini;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tina.mini.Arithmetic.Operation;

class ArithmeticTest {
    private final SplittableRandom random = new SplittableRandom(11);

    @Test
    void readsAsAStory() {
        var problem =
                new Arithmetic(
                        16,
                        List.of(
                                new Operation('+', 48),
                                new Operation('-', 40),
                                new Operation('*', 2)));
        assertEquals(48, problem.answer());
        String text = problem.text(random);
        String story = "\\w+ has 16 \\w+, [\\w ]+ 48, [\\w ]+ 40, doubles them\\. How many now\\?";
        assertTrue(text.matches(story), text);
        assertEquals("$48$", problem.problem(random).solution());
    }

    @Test
    void everyValueLiesInRange() {
        for (int i = 0; i < 3000; i++) {
            Arithmetic problem = Arithmetic.draw(random, 1 + i % 4, Split.TRAIN);
            int value = problem.start();
            assertTrue(value >= 5 && value <= 60, problem::toString);
            for (Operation operation : problem.operations()) {
                assertTrue(operation.operand() >= 2, problem::toString);
                assertTrue(operation.operand() <= (operation.sign() == '*' ? 3 : 60));
                value = operation.apply(value);
                assertTrue(value >= 1 && value <= 99, problem::toString);
            }
        }
    }

    @Test
    void aTenthOfTheProblemsIsHeldOutInTwoHalves() {
        Map<Split, Integer> counts = new EnumMap<>(Split.class);
        for (int start = 5; start <= 60; start++) {
            for (int first = 2; first <= 39; first++) {
                for (int second = 2; second <= 60; second++) {
                    var operations = List.of(new Operation('+', first), new Operation('-', second));
                    counts.merge(new Arithmetic(start, operations).split(), 1, Integer::sum);
                }
            }
        }
        double all = counts.values().stream().mapToInt(Integer::intValue).sum();
        assertEquals(0.90, counts.get(Split.TRAIN) / all, 0.01);
        assertEquals(0.05, counts.get(Split.VALIDATION) / all, 0.01);
        assertEquals(0.05, counts.get(Split.TEST) / all, 0.01);
    }

    @Test
    void theSplitIsTheDescribedHash() {
        // h = 31 a + k; for each operation h = (131 h + 61 index + b) mod 1000003; 0 mod 10 is out
        for (int subtrahend = 2; subtrahend < 50; subtrahend++) {
            long hash = 16 * 31 + 2;
            hash = (hash * 131 + 48) % 1_000_003;
            hash = (hash * 131 + 61 + subtrahend) % 1_000_003;
            var plus = new Operation('+', 48);
            var problem = new Arithmetic(16, List.of(plus, new Operation('-', subtrahend)));
            assertEquals(hash % 10 == 0, problem.split() != Split.TRAIN, problem::toString);
        }
        assertEquals(Split.TRAIN, Split.of(1));
        assertEquals(Split.TEST, Split.of(20));
        assertEquals(Split.VALIDATION, Split.of(30));
    }

    @Test
    void carriesAndBorrows() {
        assertEquals(1, new Operation('+', 48).carry(16));
        assertEquals(0, new Operation('+', 3).carry(16));
        assertEquals(1, new Operation('-', 8).carry(42));
        assertEquals(0, new Operation('-', 2).carry(42));
        assertEquals(2, new Operation('*', 3).carry(28));
        assertEquals(54, new Operation('+', 48).applyWithoutCarry(16));
        assertEquals(44, new Operation('-', 8).applyWithoutCarry(42));
        assertEquals(64, new Operation('*', 3).applyWithoutCarry(28));
    }

    @Test
    void refusesWhatDoesNotExist() {
        assertThrows(IllegalArgumentException.class, () -> new Operation('/', 2));
        assertThrows(IllegalArgumentException.class, () -> Arithmetic.draw(random, 0, Split.TRAIN));
    }

    @Test
    void siblingsAreRight() {
        for (int i = 0; i < 500; i++) {
            Sibling sibling = Sibling.draw(random, i % 2 == 0 ? Split.TRAIN : Split.TEST);
            String[] asked = sibling.prompt().replaceAll("[^0-9,]", "").split(",");
            List<Integer> answer =
                    List.of(sibling.answer().split(", ")).stream().map(Integer::valueOf).toList();
            assertEquals(4, answer.size());
            if (asked.length == 1) {
                int start = Integer.parseInt(asked[0]);
                assertEquals(List.of(start + 1, start + 2, start + 3, start + 4), answer);
            } else {
                assertEquals(
                        List.of(asked).stream().map(Integer::valueOf).sorted().toList(), answer);
            }
        }
    }
}
