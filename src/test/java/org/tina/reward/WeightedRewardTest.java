package org.tina.reward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tina.data.Problem;

class WeightedRewardTest {
    private static final Problem GOLD = new Problem("How many now?", "$92$");
    private static final Problem NO_GOLD = new Problem("Why?", "because");
    private static final List<Problem> TWICE = List.of(GOLD, GOLD);
    private static final Reward PARSED = (problem, text) -> Double.parseDouble(text);

    @Test
    void theSumLeavesOutWhatHasNoValue() {
        var rewards =
                List.of(WeightedReward.named("format", 1), WeightedReward.named("accuracy", 2));
        var problems = List.of(GOLD, GOLD, NO_GOLD);
        var completions = List.of("\n</think>\n\\boxed{92}", "\\boxed{92}", "\n</think>\n$92$");
        double[][] scores = {
            rewards.get(0).scores(problems, completions),
            rewards.get(1).scores(problems, completions)
        };
        assertArrayEquals(new double[] {1, 0, 1}, scores[0]);
        assertArrayEquals(new double[] {1, 1, Double.NaN}, scores[1]);
        assertArrayEquals(new double[] {3, 2, 1}, WeightedReward.total(rewards, scores));
    }

    @Test
    void onlyAccuracyMayHaveNoValueByItself() {
        assertTrue(new WeightedReward("mine", 1, Reward.named("accuracy")).mayHaveNoValue());
        for (String name : List.of("format", "length", "cosine", "length_l1_max")) {
            assertEquals(false, WeightedReward.named(name, 1).mayHaveNoValue(), name);
        }
    }

    @Test
    void aBadScoreIsNamedWithItsProblemAndCompletion() {
        assertNamed(PARSED, "not a number", "NumberFormatException");
        assertNamed((problem, text) -> 1.0 / 0, "Infinity", "reward_errors: no_value");
        assertNamed((problem, text) -> 0.0 / 0, "NaN", "orNoValue()");
        assertNamed((problem, text) -> endless(text), "StackOverflowError");
        assertNamed((GroupReward) (problems, texts) -> new double[] {1, 0.0 / 0}, "NaN");
        assertNamed((GroupReward) (problems, texts) -> new double[7], "7 scores for 2");
        assertNamed((GroupReward) (problems, texts) -> null, "NullPointerException");
        assertNamed(
                (GroupReward)
                        (problems, texts) -> {
                            throw new IllegalStateException("oops");
                        },
                "oops",
                "completion 1 of 2");
    }

    @Test
    void aLongCompletionIsShortened() {
        var mine = new WeightedReward("mine", 1, (problem, text) -> Double.NaN);
        var error =
                assertThrows(
                        IllegalStateException.class,
                        () -> mine.scores(List.of(GOLD), List.of("spam\n".repeat(2000))));
        assertTrue(error.getMessage().contains("spam\\nspam"), error.getMessage());
        assertTrue(error.getMessage().endsWith("… (10,000 characters)"), error.getMessage());
        assertTrue(error.getMessage().length() < 600, error.getMessage());
    }

    @Test
    void whatMayHaveNoValueIsLeftOutOneByOne() {
        var mine = new WeightedReward("mine", 1, PARSED).orNoValue();
        assertArrayEquals(
                new double[] {7, Double.NaN, Double.NaN, Double.NaN},
                mine.scores(
                        List.of(GOLD, GOLD, GOLD, GOLD), List.of("7", "seven", "Infinity", "NaN")));
    }

    @Test
    void aGroupThatFailsHasNoValueAtAll() {
        GroupReward reward =
                (problems, texts) -> texts.stream().mapToDouble(Double::parseDouble).toArray();
        var mine = new WeightedReward("mine", 1, reward).orNoValue();
        assertArrayEquals(new double[] {7, 8}, mine.scores(TWICE, List.of("7", "8")));
        assertArrayEquals(
                new double[] {Double.NaN, Double.NaN}, mine.scores(TWICE, List.of("7", "eight")));
    }

    @Test
    void aGroupRewardSeesItsWholeGroup() {
        List<List<String>> seen = new ArrayList<>();
        GroupReward reward =
                (problems, texts) -> {
                    seen.add(texts);
                    return new double[texts.size()];
                };
        new WeightedReward("mine", 1, reward).scores(TWICE, List.of("a", "b"));
        assertEquals(List.of(List.of("a", "b")), seen);
    }

    @Test
    void aNameAndAFiniteWeightAreNeeded() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new WeightedReward("mine", Double.NaN, Rewards::format));
        assertThrows(
                IllegalArgumentException.class, () -> new WeightedReward(" ", 1, Rewards::format));
    }

    private static void assertNamed(Reward reward, String... said) {
        var mine = new WeightedReward("mine", 1, reward);
        var error =
                assertThrows(
                        IllegalStateException.class,
                        () -> mine.scores(TWICE, List.of("not a number", "not a number")));
        List<String> all = new ArrayList<>(List.of("reward mine", "How many now?", "not a number"));
        all.addAll(List.of(said));
        for (String part : all) {
            assertTrue(error.getMessage().contains(part), error.getMessage() + " says " + part);
        }
    }

    private static double endless(String text) {
        return endless(text) + 1;
    }
}
