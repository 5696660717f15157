package org.tina.reward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tina.data.Problem;
import org.tina.reward.TargetLengthReward.Kind;

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

    /** A third for each sign, by hand. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "\"\"                                          | 0",
                "Twelve.                                     | 0",
                "Step 1: add.                                | 1",
                "Step 1: add. Step 22: done.                 | 2",
                "Step one: add. step 1: add. Step 1 add      | 0",
                "1. add 2. double                            | 1", // only at the text's start
                "Add:¶1. this¶2. that                        | 0",
                "Add:¶- this¶- that¶* these                  | 3",
                "- this¶- that                               | 1", // a line break before it
                "First, add. Second, double. Next, halve.    | 3",
                "first, add. Finally done. Third, halve.     | 0",
                "First, a Second, b Next, c Finally, d       | 3", // no more than 1 in all
                "1. add¶- this. Finally, 12                  | 3",
            })
    void reasoningStepsCountAThirdEach(String text, int thirds) {
        assertEquals(thirds / 3.0, Rewards.reasoningSteps(GOLD, text.replace('¶', '\n')));
    }

    @Test
    void rewardsAreFoundByName() {
        assertEquals(1, Reward.named("format").score(GOLD, PROPER));
        assertEquals(1, Reward.named("tag_count").score(GOLD, PROPER));
        assertEquals(1, Reward.named("accuracy").score(GOLD, PROPER));
        assertEquals(1 / 3.0, Reward.named("reasoning_steps").score(GOLD, "Next, 92"));
        assertEquals(new LengthReward(), Reward.named("length"));
        assertEquals(new CosineReward(0, -0.5, 0.5, 1, 1000), Reward.named("cosine"));
        assertEquals(new RepetitionPenalty(3, -1), Reward.named("repetition_penalty"));
        assertEquals(
                List.of(Kind.EXACT, Kind.MAX),
                Stream.of("length_l1_exact", "length_l1_max")
                        .map(name -> ((TargetLengthReward) Reward.named(name)).kind())
                        .toList());
        var error = assertThrows(IllegalArgumentException.class, () -> Reward.named("acuracy"));
        assertEquals(
                "unknown reward 'acuracy': did you mean 'accuracy'? Known: accuracy, format,"
                        + " tag_count, reasoning_steps, length, length_l1_exact, length_l1_max,"
                        + " cosine, repetition_penalty, random",
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
    void aGroupRewardScoresOneAsAGroupOfOne() {
        GroupReward first = (problems, texts) -> new double[] {texts.size()};
        assertEquals(1, first.score(GOLD, "abc"));
    }

    @Test
    void theRewardByChanceIsFairAndTheSameForTheSameText() {
        var problem = new Problem("1 + 1?", "$2$");
        var reward = new RandomReward(1);
        int ones = 0;
        int otherSeed = 0;
        for (int i = 0; i < 1000; i++) {
            double score = reward.score(problem, "text " + i);
            assertEquals(score, new RandomReward(1).score(problem, "text " + i));
            ones += (int) score;
            otherSeed += score == new RandomReward(2).score(problem, "text " + i) ? 1 : 0;
        }
        assertEquals(500, ones, 60);
        assertEquals(500, otherSeed, 60);
    }
}
