package org.tina.reward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tina.data.Problem;

class RepetitionPenaltyTest {
    private static final Problem ANY = new Problem("", "");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "\"\"                  | 0",
                "\"  \"                | 0",
                "wait wait             | 0", // fewer than 3 words
                "wait wait wait        | 0", // 1 of 1
                "wait wait wait wait   | -0.5", // 1 of 2
                "Wait WAIT wait  wait  | -0.5", // case and space don't count
                "a b c d e f           | 0", // 4 of 4
                "a b c a b c           | -0.25", // abc bca cab abc: 3 of 4
                "a b c x a b c y a b c | -0.2222222222222222", // 7 of 9: -2/9
                "a b. c a b c          | 0", // b. is another word: all 4 differ
            })
    void theShareOfRepeatedPhrasesCosts(String text, double expected) {
        assertEquals(expected, RepetitionPenalty.tina().score(ANY, text), 1e-12);
    }

    @Test
    void phraseAndPenaltyAreSettings() {
        // of "a b", "b a", "a b" 2 differ: -6 · (1 - 2/3)
        assertEquals(-2, new RepetitionPenalty(2, -6).score(ANY, "a b a b"), 1e-12);
        // of a, b, a, b 2 differ: -6 · (1 - 2/4)
        assertEquals(-3, new RepetitionPenalty(1, -6).score(ANY, "a b a b"), 1e-12);
        assertEquals(0, new RepetitionPenalty(5, -6).score(ANY, "a a a a"), "fewer than 5");
    }

    @Test
    void nothingButRepetitionComesNearTheWhole() {
        // 1 of 998 phrases differs
        assertEquals(
                -(1 - 1.0 / 998), RepetitionPenalty.tina().score(ANY, "wait ".repeat(1000)), 1e-12);
    }

    @ParameterizedTest
    @CsvSource({
        "0, -1,        repetition_n_grams is 0",
        "3, 0.1,       repetition_max_penalty is 0.1",
        "3, NaN,       repetition_max_penalty is NaN",
        "3, -Infinity, repetition_max_penalty is -Infinity",
    })
    void wrongSettingsAreNamed(int words, double penalty, String said) {
        var error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new RepetitionPenalty(words, penalty));
        assertTrue(error.getMessage().startsWith(said), error.getMessage());
    }
}
