package org.tina.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No input makes the verifier throw, hang or work without bound. */
class SafetyTest {
    /** One megabyte. */
    private static final int LONG = 1 << 20;

    /** What the work of a judgement may take in all, a generous multiple of the bound. */
    private static final long MOST_MILLISECONDS = 2_000;

    private static final String[] PIECES = {
        "\\frac",
        "{",
        "}",
        "^",
        "_",
        "(",
        ")",
        "[",
        "]",
        "\\{",
        "\\}",
        "|",
        "\\pm",
        ",",
        ";",
        "=",
        "<",
        "\\le",
        "!",
        "\\sqrt",
        "\\sum_{k=1}^{9}",
        "9^9^9",
        "\\infty",
        "i",
        "e",
        "\\cup",
        "\\in",
        "%",
        "\\text{",
        "\\begin{pmatrix}",
        "\\\\",
        "&",
        "\\end{pmatrix}",
        "$",
        "\\boxed{",
        "0",
        "1/0",
        "\\log",
        "\\sin",
        "^\\circ",
        "-",
        "10^{10^{10}}!",
        "\\overline{",
        "x",
        "f(x)",
        "f()",
        "\\int",
        "\\mathbb{R}",
        "\\setminus",
        "é",
        "\ud83d",
        "\\",
        "'",
        "_2",
        ":",
        "\\binom"
    };

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9^9^9^9^9",
                "9^{9^{9^{9^9}}}",
                "10^{10^{10}}!",
                "((((((((9!)!)!)!)!)!)!)!)!",
                "99999999!",
                "\\binom{1000000}{500000}",
                "\\sum_{k=1}^{1000000000} k!",
                "\\prod_{i=1}^{99}\\prod_{j=1}^{99}\\prod_{k=1}^{99}(i+j+k)",
                "(a+b+c+d+e)^{1000000}",
                "2^{2^{2^{2^{2^2}}}}",
                "1e9999",
                "0.00000000000000000000001^{99999}",
                "\\gcd(10^{4000},7^{4000})",
                "\\begin{vmatrix}1&2\\\\3\\end{vmatrix}",
                "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}^{1000000}",
                "\\frac{0}{0}",
                "\\log_1 5",
                "\\sqrt[0]{5}",
                "0^{-1}",
                "\\tan\\frac{\\pi}{2}",
                "|||||||x|||||||",
                "f()",
                "x=y=z<w>\\ne",
            })
    void towersAndNonsenseAreDecidedWithinTheBudget(String text) {
        assertTrue(MathVerifier.equivalent(text, "$" + text + "$"), "itself");
        assertFalse(MathVerifier.equivalent(text, "4711"));
        assertTrue(MathVerifier.work(text, text + " ") <= Budget.FULL);
        assertTrue(MathVerifier.work("4711+x", text) <= Budget.FULL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "}",
                "(",
                "[",
                "\\{",
                "|",
                "\\frac",
                "\\sqrt",
                "\\sqrt{",
                "\\boxed{",
                "\\boxed",
                "-",
                "(-",
                "x^",
                "2^{",
                "1+",
                "1 111 ",
                "1,",
                "1/1",
                "1/0 ",
                "$",
                "$1",
                "$$",
                "\\(",
                "\\[",
                " [",
                " [1",
                "answer",
                "answer: ",
                "final answer is",
                "final answer is 1 ",
                "and ",
                "\\text{",
                "\\begin{pmatrix}",
                "\\pm1",
                "f(",
                "\n",
                "A ",
                "%",
                "\\overline{",
                "{,}",
                "\\!1",
                "é",
            })
    void aMegabyteIsReadInTimeLinearInItsLength(String piece) {
        String text = piece.repeat(LONG / piece.length());
        ExtractionSettings everything =
                ExtractionSettings.of(
                        ExtractionSettings.Kind.LATEX,
                        ExtractionSettings.Kind.EXPRESSION,
                        ExtractionSettings.Kind.CHOICE);
        long start = milliseconds();
        for (String any : List.of(text, "\\boxed{" + text + "}", text + " $2$")) {
            MathVerifier.judge("$2$", any, everything, VerifierSettings.standard());
            MathVerifier.equivalent(any, "2");
            MathVerifier.equivalent(any, any + "$");
        }
        assertTrue(milliseconds() - start < MOST_MILLISECONDS, milliseconds() - start + " ms");
    }

    @Test
    void bracesNestAsDeepAsTheyLike() {
        for (String[] pair :
                new String[][] {{"{", "}"}, {"(", ")"}, {"\\sqrt{", "}"}, {"|", "|"}}) {
            for (int depth : new int[] {50, 500, 100_000}) {
                String text = pair[0].repeat(depth) + "5" + pair[1].repeat(depth);
                MathVerifier.judge(
                        "$5$",
                        "\\boxed{" + text + "}",
                        ExtractionSettings.lenient(),
                        VerifierSettings.standard());
                assertTrue(MathVerifier.equivalent(text, " " + text));
            }
        }
        assertTrue(MathVerifier.equivalent("5", "((((((((((5))))))))))"));
    }

    @Test
    void mutatedAnswersDoNoHarm() throws IOException {
        mutate(20_000, 1);
    }

    @Tag("slow")
    @Test
    void aMillionMutatedAnswersDoNoHarm() throws IOException {
        mutate(1_000_000, 2);
    }

    private static void mutate(int times, long seed) throws IOException {
        List<String> seeds = new ArrayList<>();
        Path table = Path.of("src/test/resources/org/tina/math/pairs.jsonl");
        for (String line : Files.readAllLines(table)) {
            var row = JsonParser.parseString(line).getAsJsonObject();
            seeds.add(row.get("gold").getAsString());
            seeds.add("So the answer is $\\boxed{" + row.get("answer").getAsString() + "}$.");
        }
        Random random = new Random(seed);
        for (int i = 0; i < times; i++) {
            String text = mutated(seeds.get(random.nextInt(seeds.size())), random);
            String other = seeds.get(random.nextInt(seeds.size()));
            MathVerifier.judge(
                    other, text, ExtractionSettings.lenient(), VerifierSettings.standard());
            assertTrue(MathVerifier.work(text, other) <= Budget.FULL, text);
            assertEquals(!text.isBlank(), MathVerifier.equivalent(text, text), text);
        }
    }

    private static String mutated(String seed, Random random) {
        var text = new StringBuilder(seed);
        for (int n = random.nextInt(6); n >= 0; n--) {
            int at = random.nextInt(text.length() + 1);
            switch (random.nextInt(4)) {
                case 0 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
                case 1 -> text.delete(at, Math.min(text.length(), at + 1));
                case 2 -> {
                    int end = Math.min(text.length(), at + random.nextInt(12));
                    text.insert(random.nextInt(text.length() + 1), text.substring(at, end));
                }
                default -> {
                    boolean any = random.nextInt(10) == 0;
                    char c = (char) (any ? random.nextInt(65_536) : 32 + random.nextInt(95));
                    text.insert(at, c);
                }
            }
        }
        return text.toString();
    }

    /** The processor time of this thread: other work on the machine doesn't count. */
    private static long milliseconds() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1_000_000;
    }
}
