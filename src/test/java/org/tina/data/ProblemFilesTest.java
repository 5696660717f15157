package org.tina.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Problems from files of every format, whole or not. */
class ProblemFilesTest {
    private static final List<Problem> TWO =
            List.of(new Problem("1+1?", "$2$"), new Problem("Größe √2 😀", "$\\frac{1}{2}$"));

    @TempDir Path directory;

    @Test
    void everyFormatGivesTheSameProblems() throws IOException {
        Path parquet =
                DuckDb.parquet(
                        directory.resolve("set.parquet"),
                        "SELECT * FROM (VALUES ('1+1?', '2'), ('Größe √2 😀', '\\frac{1}{2}'))"
                                + " AS t(question, answer)");
        Path lines =
                write(
                        "set.jsonl",
                        """
                        {"question": "1+1?", "answer": 2}

                        {"question": "Größe √2 😀", "answer": "\\\\frac{1}{2}"}
                        """);
        Path array =
                write(
                        "set.json",
                        """
                        [{"question": "1+1?", "answer": 2},
                         {"question": "Größe √2 😀", "answer": "\\\\frac{1}{2}"}]
                        """);
        Path csv = write("set.csv", "question,answer\n1+1?,2\nGröße √2 😀,\\frac{1}{2}\n");
        Path tsv = write("set.tsv", "answer\tquestion\r\n2\t1+1?\r\n\\frac{1}{2}\tGröße √2 😀\r\n");
        for (Path file : List.of(parquet, lines, array, csv, tsv)) {
            ProblemSet set = ProblemSet.load(file);
            assertEquals(TWO, set.problems(), file.toString());
            assertEquals("set", set.name());
        }
    }

    @Test
    void jsonLinesMayBeCalledJsonAndBothMayBeGzipped() throws IOException {
        String text = "{\"question\": \"1+1?\", \"answer\": 2}\n";
        assertEquals(TWO.subList(0, 1), ProblemSet.load(write("lines.json", text)).problems());
        Path file = directory.resolve("packed.jsonl.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        ProblemSet packed = ProblemSet.load(file);
        assertEquals(TWO.subList(0, 1), packed.problems());
        assertEquals("packed", packed.name());
    }

    @Test
    void pandasWroteThis() {
        Path file = Path.of("src/test/resources/org/tina/data/pandas.parquet");
        ProblemSet usual = ProblemSet.load(file, true);
        assertEquals(
                List.of(
                        new Problem("1 + 1?", "$2$"),
                        new Problem("Wie groß ist √2 · √8?", "$4$"),
                        new Problem("naïve 😀 \\frac{1}{2}", "$0.5$")),
                usual.problems());
        assertEquals(
                List.of(new UnusableRow(file.toString(), 4, "answer is missing")), usual.skipped());
        assertEquals(usual.name() + ": 3 problems, 1 row skipped", usual.toString());
        ProblemSet nested =
                ProblemSet.load(
                        file,
                        Columns.of("messages[0].content", "verification_info.answer.value"),
                        true);
        assertEquals(
                List.of(
                        new Problem("m0", "$10$"),
                        new Problem("m1", "$11$"),
                        new Problem("m2", "$\\pi$")),
                nested.problems());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "42::BIGINT, $42$",
                "42::DOUBLE, $42$",
                "42.5::DOUBLE, $42.5$",
                "1e22::DOUBLE, $10000000000000000000000$",
                "12345678901234567890123::DECIMAL(30), $12345678901234567890123$",
                "-0.001::DOUBLE, $-0.001$",
                "'042', $042$",
                "true, $true$"
            })
    void anAnswerIsWrittenAsAPersonWould(String value, String solution) {
        Path file =
                DuckDb.parquet(
                        directory.resolve("a.parquet"),
                        "SELECT 'p' AS problem, " + value + " AS answer");
        assertEquals(List.of(new Problem("p", solution)), ProblemSet.load(file).problems());
    }

    @Test
    void csvHasQuotesNewlinesAndNumbersAsWritten() throws IOException {
        Path file =
                write(
                        "set.csv",
                        "id,problem,answer\n"
                                + "1,\"a, \"\"b\"\"\nsecond line\",042\n"
                                + "# 2,x # y,2024-01-31\n");
        assertEquals(
                List.of(
                        new Problem("a, \"b\"\nsecond line", "$042$"),
                        new Problem("x # y", "$2024-01-31$")),
                ProblemSet.load(file).problems());
    }

    @Test
    void shardsAreReadInTheOrderOfTheirNames() {
        for (int shard : List.of(2, 0, 1)) {
            DuckDb.parquet(
                    directory.resolve("train-0000" + shard + "-of-00003.parquet"),
                    "SELECT format('"
                            + shard
                            + "-{}', range) AS problem, range AS answer FROM range(3)");
        }
        DuckDb.parquet(
                directory.resolve("test-00000-of-00001.parquet"),
                "SELECT 't' AS problem, 1 AS answer");
        List<String> expected = IntStream.range(0, 9).mapToObj(i -> i / 3 + "-" + i % 3).toList();
        assertEquals(
                expected,
                ProblemSet.load(directory).problems().stream().map(Problem::problem).toList());
    }

    @Test
    void aShardThatIsMissingIsNoticed() {
        DuckDb.parquet(
                directory.resolve("train-00001-of-00002.parquet"),
                "SELECT 'p' AS problem, 1 AS answer");
        assertError(directory, "incomplete", "train-00000-of-00002.parquet");
    }

    @Test
    void aFolderMustSayWhatIsMeant() throws IOException {
        assertError(directory, directory.toString(), "no data files", ".parquet");
        write("README.md", "text");
        write(".hidden.json", "[]");
        write("a.json", "[{\"problem\": \"p\", \"answer\": 1}]");
        assertEquals(1, ProblemSet.load(directory).size());
        write("b.csv", "problem,answer\np,1\n");
        assertError(directory, "CSV and JSON", "name one");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a[1].csv", "it's.csv", "a*b.csv", "a?b.csv", "\"; DROP x.csv", "ü 😀.csv"})
    void aNameIsNoPattern(String name) throws IOException {
        write("axb.csv", "problem,answer\nanother,2\n");
        write("a1.csv", "problem,answer\nanother,2\n");
        assertEquals(
                List.of(new Problem("p", "$1$")),
                ProblemSet.load(write(name, "problem,answer\np,1\n")).problems());
    }

    @Test
    void aColumnsNameIsNoSql() {
        Path file =
                DuckDb.parquet(
                        directory.resolve("a.parquet"),
                        "SELECT 'p' AS \"the \"\"problem\"\"\", '1' AS \"x) FROM y; --\"");
        ProblemSet set =
                ProblemSet.load(file, Columns.of("the \"problem\"", "x) FROM y; --"), false);
        assertEquals(List.of(new Problem("p", "$1$")), set.problems());
    }

    @Test
    void whatCannotBeReadIsNamed() throws IOException {
        assertError(write("a.parquet", "junk"), "a.parquet", "Parquet");
        assertError(write("b.json", "{\"problem\": "), "b.json", "JSON");
        assertError(
                write("c.jsonl", "{\"problem\": \"p\", \"answer\": 1}\n{\"problem\": \"to"),
                "c.jsonl",
                "row 2");
        assertError(write("d.csv", "problem,answer\na,b,c\n"), "d.csv", "CSV");
        assertError(write("e.txt", "text"), "e.txt", "no known format", ".jsonl");
        assertError(write("f.jsonl", ""), "f", "no problems");
        assertError(write("g.csv", "problem,answer\n"), "g", "no problems");
        assertError(directory.resolve("none.csv"), "none.csv", "no such file");
        Path latin = directory.resolve("h.jsonl");
        Files.write(
                latin, "{\"problem\": \"ü\", \"answer\": 1}".getBytes(StandardCharsets.ISO_8859_1));
        assertError(latin, "h.jsonl", "UTF-8");
    }

    @Test
    void aTornParquetFileIsNamed() throws IOException {
        Path file =
                DuckDb.parquet(
                        directory.resolve("a.parquet"),
                        "SELECT 'p' || range AS problem, range AS answer FROM range(1000)");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        assertError(file, "a.parquet", "Parquet");
    }

    @Test
    void unusableRowsAreCountedAndSkippedIfAsked() {
        Path file =
                DuckDb.parquet(
                        directory.resolve("a.parquet"),
                        "SELECT * FROM (VALUES ('p', 's'), (NULL, 's'), ('q', ' '), ('r', NULL),"
                                + " ('t', 'u')) AS t(problem, solution)");
        assertError(
                file, "3 of 5 rows", "a.parquet row 2: problem is missing", "skip_unusable_rows");
        ProblemSet set = ProblemSet.load(file, true);
        assertEquals(List.of(new Problem("p", "s"), new Problem("t", "u")), set.problems());
        assertEquals(
                List.of(
                        "row 2: problem is missing",
                        "row 3: solution is empty",
                        "row 4: solution is missing"),
                set.skipped().stream()
                        .map(row -> row.toString().replaceFirst(".* row", "row"))
                        .toList());
        assertEquals(3, set.shuffle(1).take(1).skipped().size());
    }

    @Test
    void aFileWithoutAnyUsableRowIsAnErrorEvenThen() {
        Path file =
                DuckDb.parquet(directory.resolve("a.parquet"), "SELECT 'p' AS text, 1 AS label");
        for (boolean skip : new boolean[] {true, false}) {
            var error =
                    assertThrows(IllegalArgumentException.class, () -> ProblemSet.load(file, skip));
            assertTrue(
                    error.getMessage().contains("column problem or question or prompt is needed")
                            && error.getMessage().contains("[text, label]"),
                    error::getMessage);
        }
    }

    @Test
    @Tag("slow")
    void twoHundredThousandRowsStayInOrder() {
        Path file =
                DuckDb.parquet(
                        directory.resolve("a.parquet"),
                        "SELECT range || repeat(' problem', 40) AS problem, range AS answer,"
                                + " repeat(md5(range::VARCHAR), 400) AS generations FROM range(200000)");
        ProblemSet set = ProblemSet.load(file);
        assertEquals(200_000, set.size());
        for (int i = 0; i < set.size(); i++) {
            assertEquals("$" + i + "$", set.get(i).solution());
        }
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private static void assertError(Path path, String... parts) {
        var error = assertThrows(IllegalArgumentException.class, () -> ProblemSet.load(path));
        Stream.of(parts)
                .forEach(part -> assertTrue(error.getMessage().contains(part), error::getMessage));
    }
}
