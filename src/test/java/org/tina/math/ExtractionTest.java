package org.tina.math;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tina.math.ExtractionSettings.Kind;

class ExtractionTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "\\boxed{1} and \\boxed{2} | 1 , 2",
                "\\boxed{1} was my first guess, in truth it is \\boxed{2} | 2",
                "\\boxed{255}. The final answer is $7$. I hope it is correct. | 7",
                "\\boxed{5} so the answer: $6$ | 5",
                "the answer: $6$ is better than $7$ | 6",
                "$1$, $2$ and $3$ | 1 , 2 , 3",
                "about $28$ percent | 28\\%",
                "\\boxed{20} percent | 20\\%",
                "the final result of it is 12. | 12",
                "the final answer to your question is 12, not 13 | 12",
                "it costs 1 234 € | 1234",
                "in total 2,74 $ | 2.74",
                "the chance is 1/2 + 1/6 | 1/2 + 1/6",
                "\\fbox{3} | 3",
            })
    void findsWhatIsSaidToBeTheAnswer(String text, String answer) {
        assertEquals(Optional.of(answer), MathVerifier.extractLenient(text));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "final answer is $9999$, \\boxed{1} | 0 | 1",
                "final answer is $9999$, \\boxed{1} | 100 | 9999",
                "\\boxed{1} | -1 | ",
            })
    void theBoxHasASettablePriority(String text, int priority, String answer) {
        assertEquals(
                Optional.ofNullable(answer),
                MathVerifier.extract(text, ExtractionSettings.latex().withBoxedPriority(priority)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "The answer is A. | A",
                "Final answer is (B) | B",
                "A. Because C is not valid | A",
                "Because B is valid | B",
                "I take the bus | ",
            })
    void findsTheLetterOfAChoice(String text, String answer) {
        assertEquals(
                Optional.ofNullable(answer),
                MathVerifier.extract(text, ExtractionSettings.of(Kind.CHOICE)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"the answer is $5$ | 5", "we see $5$ | "})
    void whatIsNotBoxedMayHaveToFollowTheWord(String text, String answer) {
        assertEquals(
                Optional.ofNullable(answer),
                MathVerifier.extract(text, ExtractionSettings.latex().withAnchored(true)));
    }
}
