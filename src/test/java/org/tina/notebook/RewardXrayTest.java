package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tina.data.Problem;
import org.tina.notebook.RewardXray.Part;
import org.tina.reward.WeightedReward;

class RewardXrayTest {
    private static final Problem PROBLEM = new Problem("16 + 48?", "$64$");
    private static final String PROPER =
            "<think>\nFirst, 16+48=64\n</think>\n<answer>\n\\boxed{64}\n</answer>";

    @Test
    void aGoodCompletionShowsAnswerGoldAndTags() {
        RewardXray xray = RewardXray.of(PROBLEM, PROPER);
        assertPart(xray, "accuracy", 1, "answer 64, gold 64: equal");
        assertPart(xray, "format", 1, "exactly once");
        assertPart(xray, "tag_count", 1, "<think> at the end of a line: once");
        assertPart(xray, "reasoning_steps", 1 / 3.0, "1 of 3 signs");
        assertPart(xray, "cosine", 0.99, "the curve of right answers at 62 characters of 1000");
        assertPart(xray, "repetition_penalty", 0, "no phrase of 3 words comes twice");
    }

    @Test
    void whatIsMissingIsSaid() {
        RewardXray plain = RewardXray.of(PROBLEM, "The answer is 64");
        assertPart(
                plain,
                "accuracy",
                0,
                "no answer in LaTeX, such as \\boxed{64}; the last number is 64");
        assertPart(plain, "format", 0, "</think> on a line of its own is missing");
        assertPart(plain, "cosine", 0, "the curve of wrong answers");

        RewardXray inline = RewardXray.of(PROBLEM, "16+48=64</think>\\boxed{63}");
        assertPart(inline, "accuracy", 0, "answer 63, gold 64: not equal");
        assertPart(inline, "format", 0, "it is there, but beside other text");
        assertPart(
                RewardXray.of(PROBLEM, PROPER.replace("</think>", "</think>\n\n</think>")),
                "format",
                0,
                "2 times, must be once");
        assertPart(
                RewardXray.of(PROBLEM, "a b c a b c a b c"),
                "repetition_penalty",
                -4 / 7.0,
                "57% of the phrases of 3 words");
        assertPart(
                RewardXray.of(new Problem("?", "see above"), PROPER),
                "accuracy",
                Double.NaN,
                "the gold answer see above can't be read");
    }

    @Test
    void theSumIsThatOfTraining() {
        List<WeightedReward> rewards =
                List.of(
                        WeightedReward.named("format", 1),
                        WeightedReward.named("accuracy", 2),
                        new WeightedReward("mine", -1, (problem, text) -> 0.5));
        RewardXray xray = RewardXray.of(PROBLEM, PROPER, rewards);
        assertEquals(2.5, xray.total());
        assertPart(xray, "mine", 0.5, "only its code says why");
    }

    @Test
    void theCosineShowsTheCompletion() {
        RewardXray xray = RewardXray.of(PROBLEM, PROPER);
        var point = xray.cosineChart().getSeriesMap().get("this one");
        assertEquals(62, point.getXData()[0]);
        assertEquals(0.995, point.getYData()[0], 1e-3);
    }

    @Test
    void textsAreEscaped() {
        String html = RewardXray.of(PROBLEM, "<b>\n</think>\n").html();
        assertTrue(html.contains("&lt;b&gt;\n&lt;/think&gt;"), html);
        assertFalse(html.contains("<think>"), html);
    }

    @Test
    void thePanelWorksWithoutAPage() {
        assertTrue(RewardXray.panel(List.of(PROBLEM)).toString().contains("problem: "));
    }

    private static void assertPart(RewardXray xray, String name, double value, String why) {
        Part part =
                xray.parts().stream()
                        .filter(p -> p.reward().equals(name))
                        .findFirst()
                        .orElseThrow();
        assertEquals(value, part.value(), 1e-2, part::toString);
        assertTrue(part.why().contains(why), part::toString);
    }
}
