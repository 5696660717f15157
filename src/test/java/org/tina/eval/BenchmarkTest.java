package org.tina.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tina.data.Catalog;
import org.tina.data.Problem;
import org.tina.data.ProblemSet;
import org.tina.reward.Rewards;

class BenchmarkTest {

    @TempDir Path directory;

    // ---------------------------------------------------------------- parts

    @Test
    void theMiniaturesPartsDoNotOverlap() {
        assertEquals(7, Benchmark.miniature().size());
        for (String name : Benchmark.miniature()) {
            Benchmark test = Benchmark.named(name);
            Benchmark validation = test.validation();
            assertEquals(name, test.test().name());
            assertEquals(name, validation.test().name());
            assertEquals(validation.name(), validation.validation().name());
            assertEquals(List.of(), test.problems().overlap(validation.problems()), name);
            assertEquals(0, test.unreadable(), name);
        }
        assertEquals("mini/validation", Benchmark.mini().validation().name());
        assertEquals("mini/harder-validation", Benchmark.named("mini/harder").validation().name());
    }

    @Test
    void aFilesPartsAreItsHalves() throws IOException {
        Path file = directory.resolve("own.jsonl");
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 7; i++) {
            rows.append("{\"problem\": \"%d + 0?\", \"answer\": %d}%n".formatted(i, i));
        }
        Files.writeString(file, rows);
        Benchmark whole = Benchmark.named(file.toString());
        Benchmark validation = whole.validation();
        Benchmark test = whole.test();
        assertEquals(file + "-validation", validation.name());
        assertEquals(3, validation.problems().size());
        assertEquals(4, test.problems().size());
        Set<Problem> union = new HashSet<>(validation.problems().problems());
        union.addAll(test.problems().problems());
        assertEquals(new HashSet<>(whole.problems().problems()), union);
        assertEquals(
                test.problems().problems(), Benchmark.named(file + "-test").problems().problems());
        assertEquals(test.name(), test.test().name());
    }

    // ---------------------------------------------------------------- gold answers

    @Test
    void withoutAnyGoldAnswerThereIsNoBenchmark() {
        ProblemSet none = ProblemSet.of("why", List.of(new Problem("Why?", "because")));
        var error =
                assertThrows(
                        IllegalArgumentException.class, () -> new Benchmark("why", none, 10, 1));
        assertTrue(
                error.getMessage().startsWith("why: no gold answer of its 1"), error::getMessage);
        assertTrue(error.getMessage().contains("\"because\""), error::getMessage);
        ProblemSet some =
                ProblemSet.of(
                        "some",
                        List.of(new Problem("Why?", "because"), new Problem("1+1?", "$2$")));
        assertEquals(1, new Benchmark("some", some, 10, 1).unreadable());
    }

    @Test
    void theInstructionComesFirst() {
        ProblemSet one = ProblemSet.of("one", List.of(new Problem("1+1?", "$2$")));
        Benchmark asked = new Benchmark("one", one, "Box it.", AnswerType.MATH, 10, 1);
        assertEquals("Box it.\n\n1+1?", asked.asked(one.get(0)).problem());
        assertEquals(one.get(0), new Benchmark("one", one, 10, 1).asked(one.get(0)));
    }

    // ---------------------------------------------------------------- multiple choice

    /** The questions of a file with the columns of GPQA. */
    private ProblemSet choices() throws IOException {
        Path file = directory.resolve("choices.csv");
        StringBuilder rows =
                new StringBuilder(
                        "Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2,Incorrect Answer 3\n");
        for (int i = 0; i < 20; i++) {
            rows.append("Which %d?,right %d,wrong one,wrong two,wrong three%n".formatted(i, i));
        }
        Files.writeString(file, rows);
        return ProblemSet.load(file, Catalog.named("gpqa_diamond").columns(), false);
    }

    @Test
    void choicesAreShuffledTheSameWayEachTime() throws IOException {
        ProblemSet once = choices();
        assertEquals(once.problems(), choices().problems());
        Set<String> letters = new HashSet<>();
        for (Problem problem : once) {
            String letter = problem.solution().replace("$", "");
            assertTrue(problem.problem().contains(letter + ") right"), problem::problem);
            assertEquals(Optional.of(letter), AnswerType.LETTER.gold(problem));
            letters.add(letter);
        }
        assertEquals(Set.of("A", "B", "C", "D"), letters);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "So \\boxed{B}",
                "\\boxed{\\text{B}}",
                "\\boxed{(B)}",
                "\\boxed{\\mathbf{B}}",
                "\\boxed{B) 5 m}",
                "\\boxed{b}",
                "A? No. \\boxed{A}, wrong. Finally \\boxed{B}."
            })
    void aLetterInABoxIsAnAnswer(String completion) {
        Verdict verdict = letter(completion);
        assertEquals(Optional.of("B"), verdict.answer());
        assertTrue(verdict.correct());
        assertTrue(verdict.lenient());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "The answer is (B).|true",
                "Answer: B|true",
                "Answer: C|false",
                "\\boxed{A}|false",
                "\\boxed{5}|false",
                "I can't say|false"
            })
    void aLetterElsewhereCountsLeniently(String completion, boolean lenient) {
        assertEquals(false, letter(completion).correct());
        assertEquals(lenient, letter(completion).lenient());
    }

    private static Verdict letter(String completion) {
        Problem problem = new Problem("Which?", "$B$");
        AnswerType type = AnswerType.LETTER;
        return type.judge(problem, type.gold(problem), completion);
    }

    // ---------------------------------------------------------------- the other kinds

    @ParameterizedTest
    @ValueSource(strings = {"\\boxed{7}", "$7.0$", "7", "so it is 7", "\\boxed{8}", ""})
    void mathematicsIsJudgedAsTheRewardDoes(String completion) {
        Problem problem = new Problem("3 + 4?", "$7$");
        Verdict verdict = AnswerType.MATH.judge(problem, AnswerType.MATH.gold(problem), completion);
        assertEquals(Rewards.accuracy(problem, completion) == 1, verdict.correct());
        assertEquals(completion.contains("7"), verdict.lenient());
    }

    @Test
    void theSiblingsAnswerIsAllThatIsSaid() {
        Problem sort = Benchmark.named("mini/sibling").problems().get(0);
        AnswerType whole = Benchmark.named("mini/sibling").answers();
        String right = sort.solution().replace("$", "");
        assertTrue(whole.judge(sort, whole.gold(sort), right).correct());
        assertTrue(!whole.judge(sort, whole.gold(sort), right + ", 99").correct());
        String[] numbers = right.split(", ");
        String swapped = String.join(", ", numbers[1], numbers[0], numbers[2], numbers[3]);
        assertNotEquals(right, swapped);
        assertTrue(!whole.judge(sort, whole.gold(sort), swapped).correct());
    }
}
