package org.tina.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tina.study.StudyRun.CorpusLoss;
import org.tina.study.StudyRun.Evaluated;

class StudyLogTest {

    @TempDir Path folder;

    static StudyRun run(String arm, int seed) {
        return new StudyRun(
                "made-up",
                arm,
                seed,
                Map.of("learning_rate", 6e-4, "lora_r", 16L, "seed", (long) seed),
                155648,
                "abc",
                "2 × a processor",
                "2026-11-24",
                12.5,
                3,
                Map.of("step", List.of(1.0, 2.0), "reward", List.of(1.25, Double.NaN)),
                List.of(
                        new Evaluated(
                                2,
                                "mini/test",
                                0.6,
                                0.95,
                                96,
                                seed,
                                4,
                                12,
                                0.5,
                                1,
                                0.5,
                                0.75,
                                40.5,
                                0,
                                "0c6b",
                                Map.of("quick", 1.0))),
                2,
                List.of(new CorpusLoss(0, 0.1078)),
                List.of(new Spectrum(0, "q_proj", List.of(2.5, 0.25))));
    }

    @Test
    void aLineReadsBackAsItWas() {
        StudyRun run = run("16", 1);
        assertEquals(run, StudyRun.fromJson(run.toJson()));
        assertEquals(2, run.steps());
        assertEquals(
                List.of(0, 12, 6, 11),
                java.util.Arrays.stream(run.evaluations().get(0).correctCounts()).boxed().toList());
    }

    @Test
    void theLinesNamesAreThoseOfTheField() {
        String line = run("16", 1).toJson();
        assertEquals(1, line.lines().count());
        for (String part :
                List.of(
                        "\"arm\":\"16\"",
                        "\"trainable_parameters\":155648",
                        "\"reward\":[1.25,null]",
                        "\"step\":[1,2]",
                        "\"pass@1\":0.5",
                        "\"formatted_and_correct\":0.5",
                        "\"max_new_tokens\":96",
                        "\"best_step\":2",
                        "\"corpus_loss\":[{\"step\":0,\"loss\":0.1078}]",
                        "\"singular\":[2.5,0.25]")) {
            assertTrue(line.contains(part), part + " in " + line);
        }
    }

    @Test
    void measurementsHaveFourDigits() {
        assertEquals(0.1235, StudyRun.rounded(0.123456));
        assertEquals(123500, StudyRun.rounded(123456));
        assertTrue(Double.isNaN(StudyRun.rounded(Double.NaN)));
    }

    @Test
    void theLastLineOfAnArmAndSeedCounts() throws IOException {
        Path file = folder.resolve("deeper/made-up.jsonl");
        StudyLog.append(file, run("1", 1));
        StudyLog.append(file, run("16", 1));
        StudyRun again = run("1", 1).as("renamed", "1");
        StudyLog.append(file, again);
        assertEquals(List.of(again, run("16", 1)), StudyLog.read(file));
    }

    @Test
    void aTornLastLineIsToldOfAndTheNextRunGetsALineOfItsOwn() throws IOException {
        Path file = folder.resolve("made-up.jsonl");
        StudyLog.append(file, run("1", 1));
        String torn = run("2", 1).toJson().substring(0, 300);
        Files.writeString(file, torn, StandardOpenOption.APPEND);
        List<String> said = new ArrayList<>();
        assertEquals(List.of(run("1", 1)), StudyLog.read(file, said::add));
        assertEquals(1, said.size());
        assertTrue(said.get(0).startsWith(file + ": line 2 (the last, perhaps torn)"), said.get(0));

        StudyLog.append(file, run("4", 1));
        said.clear();
        assertEquals(List.of(run("1", 1), run("4", 1)), StudyLog.read(file, said::add));
        assertTrue(said.get(0).startsWith(file + ": line 2 is left out"), said.get(0));
    }

    @Test
    void threadsMayAddAtTheSameTime() {
        Path file = folder.resolve("made-up.jsonl");
        IntStream.range(0, 40)
                .parallel()
                .forEach(
                        seed -> {
                            try {
                                StudyLog.append(file, run("1", seed));
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
        assertEquals(40, StudyLog.read(file).size());
    }

    @Test
    void linesOfSomethingElseAreLeftOut() throws IOException {
        Path file = folder.resolve("made-up.jsonl");
        Files.writeString(file, "{\"step\": 1}\n[1]\nnull\n\"text\"\n\n" + run("1", 1).toJson());
        List<String> said = new ArrayList<>();
        assertEquals(List.of(run("1", 1)), StudyLog.read(file, said::add));
        assertEquals(4, said.size(), said::toString);
    }

    @Test
    void aMissingLogIsNamed() {
        Path file = folder.resolve("none.jsonl");
        var error = assertThrows(IllegalArgumentException.class, () -> StudyLog.read(file));
        assertTrue(error.getMessage().contains(file + ": no such file"), error.getMessage());
        assertEquals(List.of(), StudyLog.names(folder.resolve("nowhere")));
    }
}
