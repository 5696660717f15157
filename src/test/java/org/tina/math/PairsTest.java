package org.tina.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of pairs, grouped by what they are about, each bare and inside a model's words. */
class PairsTest {
    record Pair(String kind, String gold, String answer, boolean same) {}

    static List<Pair> pairs() throws IOException {
        try (var reader =
                new BufferedReader(
                        new InputStreamReader(
                                PairsTest.class.getResourceAsStream("pairs.jsonl"),
                                StandardCharsets.UTF_8))) {
            return reader.lines().map(PairsTest::pair).toList();
        }
    }

    private static Pair pair(String line) {
        JsonObject row = JsonParser.parseString(line).getAsJsonObject();
        return new Pair(
                row.get("kind").getAsString(),
                row.get("gold").getAsString(),
                row.get("answer").getAsString(),
                row.get("same").getAsBoolean());
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void asTheTableSays(Pair pair) {
        assertEquals(pair.same(), MathVerifier.equivalent(pair.gold(), pair.answer()));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void theSameInsideATextAndABox(Pair pair) {
        String gold = "$" + pair.gold() + "$";
        String completion = "First $x = 7$. So the answer is \\boxed{" + pair.answer() + "}.";
        if (isWhole(pair.answer())) {
            MathVerifier.Verdict verdict =
                    MathVerifier.judge(
                            gold,
                            completion,
                            ExtractionSettings.latex(),
                            VerifierSettings.standard());
            assertEquals(pair.same(), verdict.correct(), () -> verdict.toString());
        }
    }

    /** A missing brace would take the box's own. */
    private static boolean isWhole(String answer) {
        int open = 0;
        for (char c : answer.toCharArray()) {
            open += c == '{' ? 1 : c == '}' ? -1 : 0;
        }
        return open == 0;
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void everythingIsItselfInOtherSpellings(Pair pair) {
        for (String text : List.of(pair.gold(), pair.answer())) {
            for (String spelled :
                    List.of(
                            text,
                            "$" + text + "$",
                            " " + text + " ",
                            text.replace("\\frac", "\\dfrac"),
                            text.replace("(", "\\left(").replace(")", "\\right)"))) {
                assertTrue(MathVerifier.equivalent(text, spelled), spelled);
                assertTrue(MathVerifier.equivalent(spelled, text), spelled);
            }
        }
    }
}
