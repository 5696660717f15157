package org.tina.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProblemSetTest {
    @TempDir Path directory;

    @Test
    void findsTheColumns() throws IOException {
        ProblemSet set =
                load(
                        """
                        {"problem": "1+1?", "solution": "$2$", "answer": "9"}
                        {"question": "1+2?", "answer": 3}

                        {"prompt": "1+3?", "answer": "\\\\frac{8}{2}", "level": null}
                        """);
        assertEquals(
                List.of(
                        new Problem("1+1?", "$2$"),
                        new Problem("1+2?", "$3$"),
                        new Problem("1+3?", "$\\frac{8}{2}$")),
                set.problems());
        assertEquals("set", set.name());
        assertEquals("set: 3 problems", set.toString());
    }

    @Test
    void errorsNameFileAndRow() {
        String good = "{\"problem\": \"p\", \"solution\": \"$1$\"}\n";
        assertError(good + "{\"problem\": ", "set.jsonl row 2", "JSON");
        assertError(good + "[1, 2]", "set.jsonl row 2", "JSON object");
        assertError(good + "{\"text\": \"p\"}", "row 2", "problem or question or prompt", "text");
        assertError("{\"problem\": \"p\"}", "row 1", "solution or answer", "[problem]");
        assertError("{\"problem\": \"p\", \"answer\": [1]}", "row 1", "answer", "[1]");
        assertError("{\"problem\": \"p\", \"solution\": null}", "row 1", "solution is missing");
        assertError("\n\n", "set", "no problems");
        Path missing = directory.resolve("none.jsonl");
        var error = assertThrows(IllegalArgumentException.class, () -> ProblemSet.load(missing));
        assertTrue(error.getMessage().contains("none.jsonl"), error::getMessage);
    }

    private void assertError(String content, String... parts) {
        var error = assertThrows(IllegalArgumentException.class, () -> load(content));
        for (String part : parts) {
            assertTrue(error.getMessage().contains(part), error::getMessage);
        }
    }

    private ProblemSet load(String content) throws IOException {
        return ProblemSet.load(Files.writeString(directory.resolve("set.jsonl"), content));
    }

    @Test
    void anUnknownNameIsAnsweredWithTheKnownOnes() {
        var error =
                assertThrows(
                        IllegalArgumentException.class, () -> ProblemSet.named("mini/training"));
        assertTrue(error.getMessage().contains("did you mean 'mini/train'"), error::getMessage);
        assertTrue(error.getMessage().contains("mini/validation"), error::getMessage);
    }

    @Test
    void shufflesBySeedAndTakesTheFirst() {
        ProblemSet test = ProblemSet.named("mini/test");
        ProblemSet shuffled = test.shuffle(1);
        assertEquals(shuffled.problems(), test.shuffle(1).problems());
        assertNotEquals(shuffled.problems(), test.shuffle(2).problems());
        assertNotEquals(shuffled.problems(), test.problems());
        assertEquals(new HashSet<>(shuffled.problems()), new HashSet<>(test.problems()));
        assertEquals(test.problems().subList(0, 8), test.take(8).problems());
        assertEquals(500, test.take(9999).size());
        assertThrows(IllegalArgumentException.class, () -> test.take(-1));
    }

    @Test
    void filters() {
        ProblemSet test = ProblemSet.named("mini/test");
        ProblemSet some = test.filter(problem -> problem.solution().equals("$12$"));
        assertTrue(some.size() > 0 && some.size() < 100);
        some.forEach(problem -> assertEquals("$12$", problem.solution()));
        assertEquals(0, test.filter(problem -> false).size());
    }

    @Test
    void findsWhatTwoSetsShare() throws IOException {
        ProblemSet train =
                load(
                        """
                        {"problem": "Find  $x + 1$,\\n where $10\\\\,000\\\\;x = 2$.", "answer": 1}
                        {"problem": "How many are 1 1?", "answer": 1}
                        {"problem": "only here", "answer": 1}
                        {"problem": "Twice", "answer": 1}
                        """);
        ProblemSet test =
                load(
                        """
                        {"problem": "How many are 11?", "answer": 1}
                        {"problem": "TWICE ", "answer": 1}
                        {"problem": "twice", "answer": 2}
                        {"problem": "find $x+1$, where $10000x=2$.", "answer": 1}
                        """);
        assertEquals(
                List.of(new Overlap(train.get(0), 0, 3), new Overlap(train.get(3), 3, 1)),
                train.overlap(test));
        assertEquals(
                List.of(0, 3),
                test.overlap(train).stream().map(Overlap::there).distinct().sorted().toList());
        assertEquals(
                List.of(), ProblemSet.named("mini/train").overlap(ProblemSet.named("mini/test")));
    }

    @Test
    void isFoundByNameOrPath() throws IOException {
        Path file = Files.writeString(directory.resolve("x.csv"), "problem,answer\np,1\n");
        assertEquals(1, ProblemSet.find(file.toString(), false).size());
        assertEquals(1, ProblemSet.find(directory.toString(), false).size());
        assertEquals(500, ProblemSet.find("mini/test", false).size());
        for (String bad : List.of("", "mini/none", "no such set", "a\0b", "none.jsonl")) {
            var error =
                    assertThrows(IllegalArgumentException.class, () -> ProblemSet.find(bad, false));
            assertTrue(error.getMessage().contains(bad), error::getMessage);
        }
    }

    @Test
    void isATable() {
        var table = ProblemSet.named("mini/test").take(3).table();
        assertEquals(List.of("problem", "solution"), table.columnNames());
        assertEquals(3, table.rowCount());
        assertEquals(ProblemSet.named("mini/test").get(2).solution(), table.getString(2, 1));
    }
}
