package org.tina.reward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tina.data.Problem;

class RewardsTest {
    private static final Problem GOLD = new Problem("How many now?", "$92$");
    private static final String PROPER =
            "<think>\n16+48=64\n64+28=92\n</think>\n<answer>\n\\boxed{92}\n</answer>";

    @Test
    void formatWantsOneClosingLine() {
        assertEquals(1, Rewards.format(GOLD, PROPER));
        assertEquals(0, Rewards.format(GOLD, ""));
        assertEquals(0, Rewards.format(GOLD, "Easy. 92</think><answer>\\boxed{92}</answer>"));
        assertEquals(0, Rewards.format(GOLD, PROPER + "\n</think>\n"));
        assertEquals(0, Rewards.format(GOLD, "\n</think>\n\n</think>\n"));
        // the line between is shared, so Python's str.count, and hence Tina, sees one
        assertEquals(1, Rewards.format(GOLD, "\n</think>\n</think>\n"));
    }

    @Test
    void tagsCountHalfEach() {
        assertEquals(1, Rewards.tagCount(GOLD, PROPER));
        assertEquals(0.5, Rewards.tagCount(GOLD, "<think>\nEasy."));
        assertEquals(0.5, Rewards.tagCount(GOLD, "Easy.\n</think>\n92"));
        assertEquals(0.5, Rewards.tagCount(GOLD, "<think>\n" + PROPER));
        assertEquals(0, Rewards.tagCount(GOLD, "<think>Easy.</think>"));
    }

    @Test
    void accuracyReadsLatexOnly() {
        assertEquals(1, Rewards.accuracy(GOLD, PROPER));
        assertEquals(1, Rewards.accuracy(GOLD, "It is $92.0$."));
        assertEquals(1, Rewards.accuracy(GOLD, "\\boxed{92} of $93$"));
        assertEquals(0, Rewards.accuracy(GOLD, "\\boxed{93}"));
        assertEquals(0, Rewards.accuracy(GOLD, "The answer is 92"));
        assertEquals(0, Rewards.accuracy(GOLD, ""));
    }

    @Test
    void accuracyHasNoValueWithoutAGoldAnswer() {
        assertTrue(Double.isNaN(Rewards.accuracy(new Problem("Why?", "because"), PROPER)));
        assertTrue(Double.isNaN(Rewards.accuracy(new Problem("Why?", ""), PROPER)));
        assertEquals(1, Rewards.accuracy(new Problem("Why?", "It is 92."), PROPER));
    }

    @Test
    void rewardsAreFoundByName() {
        assertEquals(1, Reward.named("format").score(GOLD, PROPER));
        assertEquals(1, Reward.named("tag_count").score(GOLD, PROPER));
        assertEquals(1, Reward.named("accuracy").score(GOLD, PROPER));
        var error = assertThrows(IllegalArgumentException.class, () -> Reward.named("acuracy"));
        assertEquals(
                "unknown reward 'acuracy': did you mean 'accuracy'? Known: accuracy, format,"
                        + " tag_count",
                error.getMessage());
    }

    @Test
    void aLambdaIsAReward() {
        Reward brevity = (problem, completion) -> -completion.length();
        assertArrayEquals(
                new double[] {-3, 0}, brevity.scores(List.of(GOLD, GOLD), List.of("abc", "")));
        assertThrows(
                IllegalArgumentException.class,
                () -> brevity.scores(List.of(GOLD), List.of("a", "b")));
    }

    @Test
    void theSumLeavesOutWhatHasNoValue() {
        var rewards =
                List.of(WeightedReward.named("format", 1), WeightedReward.named("accuracy", 2));
        var problems = List.of(GOLD, GOLD, new Problem("Why?", "because"));
        var completions = List.of(PROPER, "\\boxed{92}", PROPER);
        double[][] scores = {
            rewards.get(0).scores(problems, completions),
            rewards.get(1).scores(problems, completions)
        };
        assertArrayEquals(new double[] {3, 2, 1}, WeightedReward.total(rewards, scores));
    }

    @Test
    void aBadRewardIsNamed() {
        assertNamed((problem, completion) -> Integer.parseInt(completion));
        assertNamed((problem, completion) -> 1.0 / 0);
        assertThrows(
                IllegalArgumentException.class,
                () -> new WeightedReward("mine", Double.NaN, Rewards::format));
    }

    private static void assertNamed(Reward reward) {
        var mine = new WeightedReward("mine", 1, reward);
        var error =
                assertThrows(
                        IllegalStateException.class,
                        () -> mine.scores(List.of(GOLD), List.of("not a number")));
        assertTrue(error.getMessage().contains("reward mine"), error::getMessage);
        assertTrue(error.getMessage().contains("not a number"), error::getMessage);
    }
}
