package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.tina.analysis.TokenScores;
import org.tina.generate.Completion;

class TokenViewTest {

    /** Three tokens: one that training made likelier, one that it left alone, one less likely. */
    private static TokenScores scores(double advantage) {
        float[] sampled = {(float) Math.log(0.5), 0, (float) Math.log(0.25)};
        Completion completion = new Completion(new int[] {5, 6, 7}, sampled, true, "<b>\n\"&");
        return new TokenScores(
                completion,
                advantage,
                List.of("<b>", "\n", "\"&"),
                new float[] {-0.5f, -1, -3},
                new float[] {-2.5f, -1, -2.5f},
                new float[] {0.7f, 0, 1.5f});
    }

    private static List<String> grounds(TokenView view, TokenScores scores) {
        Matcher grounds = Pattern.compile("background:([^\"]*)\"").matcher(view.html(scores));
        List<String> found = new ArrayList<>();
        while (grounds.find()) {
            found.add(grounds.group(1));
        }
        return found;
    }

    @Test
    void theSignIsTheHueAndTheSizeTheStrength() {
        TokenScores scores = scores(-2);
        TokenView ratio = TokenView.of(TokenColor.LOG_RATIO, List.of(scores));
        assertEquals(2, ratio.scale());
        assertEquals(
                List.of("rgba(59,142,234,0.60)", "rgba(59,142,234,0.00)", "rgba(232,113,10,0.30)"),
                grounds(ratio, scores));
        TokenView credit = TokenView.of(TokenColor.CREDIT, List.of(scores));
        assertEquals(1.5, credit.scale(), 1e-6);
        assertEquals("rgba(232,113,10,0.60)", grounds(credit, scores).get(2));
        assertEquals("rgba(232,113,10,0.49)", grounds(credit, scores).get(0));
    }

    @Test
    void whatHasNoAdvantageHasNoCredit() {
        TokenView view = TokenView.of(TokenColor.CREDIT, List.of(scores(Double.NaN), scores(1)));
        assertEquals(0.75, view.scale(), 1e-6);
        assertEquals(
                List.of("transparent", "transparent", "transparent"),
                grounds(view, scores(Double.NaN)));
        assertFalse(TokenView.numbers(scores(Double.NaN), 0).contains("credit"));
        assertTrue(TokenView.numbers(scores(1), 2).endsWith("\ncredit +0.750"));
    }

    @Test
    void roundingIsNotSeen() {
        TokenScores same =
                new TokenScores(
                        scores(0).completion(),
                        0,
                        List.of("a", "b", "c"),
                        new float[] {-1, -1, -1.000001f},
                        new float[] {-1, -1, -1},
                        new float[3]);
        TokenView view = TokenView.of(TokenColor.LOG_RATIO, List.of(same));
        assertTrue(grounds(view, same).get(2).endsWith(",0.01)"), view.html(same));
    }

    @Test
    void foreignTextIsNoHtmlAndALineEndIsSeen() {
        String html = TokenView.of(TokenColor.KL, List.of(scores(1))).html(scores(1));
        assertTrue(html.contains("&lt;b&gt;</span>"), html);
        assertTrue(html.contains("↵</span>\n"), html);
        assertTrue(html.contains("&quot;&amp;</span>"), html);
        assertFalse(html.contains("<b>"), html);
    }

    @Test
    void theNumbersAreOnHover() {
        TokenScores scores = scores(1);
        assertEquals(
                """
                token 1 of 3: “<b>”
                probability 0.607, base 0.082, when sampled 0.500
                log-probability −0.500, base −2.500, ratio +2
                KL 1.135, entropy 0.700
                credit +0.500""",
                TokenView.numbers(scores, 0));
        String html = TokenView.of(TokenColor.ENTROPY, List.of(scores)).html(scores);
        assertTrue(html.contains("title=\"token 1 of 3: “&lt;b&gt;”&#10;probability 0.607"), html);
    }

    @Test
    void theLegendSaysTheScaleInWordsToo() {
        String signed = new TokenView(TokenColor.LOG_RATIO, 2.5).legend();
        assertTrue(
                signed.contains("role=\"img\" aria-label=\"Scale from −2.500 to +2.500"), signed);
        String positive = new TokenView(TokenColor.KL, 2.5).legend();
        assertTrue(positive.contains("aria-label=\"Scale from 0 to 2.500"), positive);
        assertFalse(positive.contains("232,113,10"), "no colour for what can't be: " + positive);
    }
}
