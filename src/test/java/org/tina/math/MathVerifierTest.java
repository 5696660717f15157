package org.tina.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MathVerifierTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "\\boxed{92} | 92",
                "\\boxed{1} then \\boxed{ 2 } | 2",
                "$5$ but \\boxed{\\frac{1}{2}} and $7$ | \\frac{1}{2}",
                "\\boxed{\\boxed{5}} | 5",
                "\\boxed{3} and \\boxed{4 | 3",
                "\\boxed{\\{1, 2\\}} | \\{1, 2\\}",
                "so $x = 4$, hence $9$. | 9",
                "$$1 + 1$$ | 1 + 1",
                "it costs \\$5, \\(6\\) in all | 6",
                "\\[ 8 \\] | 8",
                "only $3 | ",
                "The answer is 92 | ",
                "$$ | ",
            })
    void extractsLatexOnly(String text, String answer) {
        assertEquals(Optional.ofNullable(answer), MathVerifier.extract(text));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "The answer is 92 | 92",
                "The answer is 1,234.5. | 1234.5",
                "16+48=64, 64-70=-6 | -6",
                "\\boxed{3} of 5 | 3",
                "12-8 | 4",
                "about 3/4 | 0.75",
            })
    void takesAnyFinalNumberWhenLenient(String text, String answer) {
        String found = MathVerifier.extractLenient(text).orElseThrow();
        assertTrue(MathVerifier.equivalent(answer, found), found);
    }

    @Test
    void findsNoNumberWhereThereIsNone() {
        assertEquals(Optional.empty(), MathVerifier.extractLenient("I don't know."));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "92 | 92",
                "$92$ | \\boxed{92}",
                "$$92$$ | 92.",
                "1000 | 1,000",
                "1234567 | 1{,}234{,}567",
                "1000 | 1\\,000",
                "0.5 | \\frac{1}{2}",
                "0.5 | \\dfrac12",
                "-\\frac{3}{4} | -0.75",
                "3/4 | .75",
                "007 | 7.00",
                "1\\frac{1}{2} | 1.5",
                "-1\\frac{1}{2} | -1.5",
                "+5 | 5",
                "−5 | -5",
                "50\\% | 0.5",
                "50% | 50",
                "-0 | 0",
                "x+1 | x + 1",
                "7, 23 | 7,23",
                "\\left(1, 2\\right) | (1,2)",
            })
    void theSameAnswer(String gold, String answer) {
        assertTrue(MathVerifier.equivalent(gold, answer));
        assertTrue(MathVerifier.equivalent(answer, gold));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "92 | 93",
                "92 | -92",
                "0.333 | 1/3",
                "1,00 | 100",
                "7 23 | 723",
                "50% | 5000%",
                "5 | 5x",
                "1/0 | 2/0",
                "92 | ''",
                "x | y",
                "100000000000000000001 | 100000000000000000000",
            })
    void anotherAnswer(String gold, String answer) {
        assertFalse(MathVerifier.equivalent(gold, answer));
        assertFalse(MathVerifier.equivalent(answer, gold));
    }

    @Property(tries = 2000)
    void anyTextIsTaken(
            @ForAll("mathematicalNoise") String a, @ForAll("mathematicalNoise") String b) {
        MathVerifier.extractLenient(a);
        assertEquals(!a.isBlank(), MathVerifier.equivalent(a, a));
        assertEquals(MathVerifier.equivalent(a, b), MathVerifier.equivalent(b, a));
        MathVerifier.extract(a).ifPresent(answer -> MathVerifier.equivalent(answer, b));
    }

    @Provide
    Arbitrary<String> mathematicalNoise() {
        Arbitrary<String> pieces =
                Arbitraries.of(
                        "\\boxed{",
                        "\\frac{",
                        "\\frac",
                        "{",
                        "}",
                        "$",
                        "$$",
                        "\\",
                        "\\(",
                        "\\)",
                        "1",
                        "23",
                        ",000",
                        ".",
                        "/",
                        "%",
                        "-",
                        "−",
                        " ",
                        "\n",
                        "0",
                        "\\,",
                        "{,}",
                        "x");
        return Arbitraries.oneOf(
                pieces.list().ofMaxSize(12).map(list -> String.join("", list)),
                Arbitraries.strings().ofMaxLength(40));
    }

    @Property(tries = 500)
    void fractionsAreExact(
            @ForAll @IntRange(min = -999, max = 999) int top,
            @ForAll @IntRange(min = 1, max = 999) int bottom,
            @ForAll @IntRange(min = 1, max = 99) int factor) {
        String sign = top < 0 ? "-" : "";
        String plain = sign + Math.abs(top) + "/" + bottom;
        String latex =
                "$%s\\frac{%d}{%d}$".formatted(sign, Math.abs(top) * factor, bottom * factor);
        assertTrue(MathVerifier.equivalent(plain, latex));
        assertFalse(MathVerifier.equivalent((top + bottom) + "/" + bottom, latex));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\\boxed{",
                "{",
                "}",
                "$",
                "$ ",
                "1",
                "1,000",
                ",000",
                "1 ",
                "-",
                "\\",
                "1/",
                "\\frac",
                "\\boxed{}",
                ". ",
                "1.",
                "\n"
            })
    void longTextsTakeNoTime(String piece) {
        String text = piece.repeat(100_000);
        assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> {
                    for (String any : List.of(text, "\\boxed{" + text + "}", text + "2")) {
                        MathVerifier.extractLenient(any);
                        MathVerifier.equivalent(any, "$" + any + "$");
                        MathVerifier.equivalent(any, "2");
                    }
                });
    }
}
