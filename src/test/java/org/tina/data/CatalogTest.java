package org.tina.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogTest {
    @TempDir Path snapshot;

    private static final String ENTRY =
            """
            a:
              purpose: train
              id: owner/a
              config: default
              split: train
              revision: main
              files: data/*.parquet
              published: [problem, answer]
              columns: {problem: problem, answer: answer}
              rows: 10
              license: mit
            """;

    /** The names on the Hub that Tina's paper and recipes give. */
    @Test
    void hasEverythingThatTinaTrainedOnAndWasMeasuredBy() {
        Map<String, String> ids =
                Catalog.all().stream().collect(Collectors.toMap(Dataset::name, Dataset::id));
        assertEquals(
                Map.ofEntries(
                        Map.entry("still", "RUC-AIBOX/STILL-3-Preview-RL-Data"),
                        Map.entry("deepscaler", "agentica-org/DeepScaleR-Preview-Dataset"),
                        Map.entry("open_s1", "knoveleng/open-s1"),
                        Map.entry("open_rs", "knoveleng/open-rs"),
                        Map.entry("limr", "GAIR/LIMR"),
                        Map.entry("open_r1", "open-r1/OpenR1-Math-220k"),
                        Map.entry("thoughts", "bethgelab/CuratedThoughts"),
                        Map.entry("2thought", "Intelligent-Internet/II-Thought-RL-v0-Math-50K"),
                        Map.entry("fastcurl", "Nickyang/FastCuRL"),
                        Map.entry("aime24", "HuggingFaceH4/aime_2024"),
                        Map.entry("aime25", "yentinglin/aime_2025"),
                        Map.entry("amc23", "knoveleng/AMC-23"),
                        Map.entry("math500", "HuggingFaceH4/MATH-500"),
                        Map.entry("gpqa_diamond", "Idavidrein/gpqa"),
                        Map.entry("minerva", "knoveleng/Minerva-Math")),
                ids);
        assertEquals(List.of(30, 30, 40, 500, 198, 272), benchmarkSizes());
    }

    private static List<Integer> benchmarkSizes() {
        return Catalog.all().stream()
                .filter(dataset -> dataset.purpose().equals("benchmark"))
                .map(Dataset::rows)
                .toList();
    }

    @Test
    void everyRuleUsesColumnsThatAreThere() {
        for (Dataset dataset : Catalog.all()) {
            assertTrue(
                    dataset.published().containsAll(dataset.columns().names()),
                    () -> dataset.name() + ": " + dataset.columns() + " of " + dataset.published());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "limr, limr",
        "LIMR, limr",
        "gair/limr, limr",
        "limr_tiny_rank_ablation, limr",
        "open_rs1, open_s1",
        "open_rs3, open_rs",
        "l1_max, deepscaler",
        "Idavidrein/gpqa, gpqa_diamond"
    })
    void isAskedByNameAliasOrId(String asked, String name) {
        assertEquals(name, Catalog.named(asked).name());
    }

    @Test
    void anUnknownNameIsAnsweredWithTheNearest() {
        var error = assertThrows(IllegalArgumentException.class, () -> Catalog.named("math50"));
        assertTrue(error.getMessage().contains("did you mean 'math500'"), error::getMessage);
    }

    @Test
    void findsItsFilesInASnapshot() throws IOException {
        Dataset still = Catalog.named("still");
        Files.createDirectories(snapshot.resolve("data"));
        for (String name : List.of("test-00000-of-00001", "train-00001-of-00002")) {
            Files.createFile(snapshot.resolve("data/" + name + ".parquet"));
        }
        var error = assertThrows(IllegalArgumentException.class, () -> still.in(snapshot));
        assertTrue(
                error.getMessage().contains("data/train-00000-of-00002.parquet is missing")
                        && error.getMessage().contains("download " + still.id() + " --dataset"),
                error::getMessage);
        Files.createFile(snapshot.resolve("data/train-00000-of-00002.parquet"));
        assertEquals(
                List.of(
                        snapshot.resolve("data/train-00000-of-00002.parquet"),
                        snapshot.resolve("data/train-00001-of-00002.parquet")),
                still.in(snapshot));
    }

    @Test
    void isATable() {
        var table = Catalog.table();
        assertEquals(Catalog.all().size(), table.rowCount());
        assertEquals("GAIR/LIMR", table.stringColumn("id").get(Catalog.names().indexOf("limr")));
        assertEquals(
                "messages[0].content → $verification_info.answer.value$",
                table.stringColumn("columns").get(Catalog.names().indexOf("2thought")));
    }

    @Test
    void aMistakeIsNamed() {
        assertEquals(1, Catalog.parse(ENTRY).size());
        assertError(
                ENTRY.replace("rows: 10", "rows: many"), "a: rows is many, must be a whole number");
        assertError(ENTRY.replace("rows: 10", "rows: -1"), "a: rows is -1");
        assertError(ENTRY.replace("license:", "licence:"), "a: unknown key 'licence'");
        assertError(ENTRY.replace("purpose: train", "purpose: fun"), "a: unknown purpose 'fun'");
        assertError(ENTRY.replace("owner/a", "a"), "a: id is a, must look like owner/name");
        assertError(ENTRY.replace("answer: answer", "seed: 1"), "a: columns need a problem");
        assertError(ENTRY.replace("{problem: problem,", "{problem: a..b,"), "\"a..b\" is no path");
        assertError(ENTRY.replace("files: data/*.parquet", "files: []"), "a: files is empty");
        assertError(
                ENTRY + ENTRY.replace("a:\n", "b:\n"), "b: owner/a is the name of two data sets");
        assertError("[1, 2]", "must be a mapping");
        assertError("a: [", "not YAML");
    }

    private static void assertError(String yaml, String part) {
        var error = assertThrows(IllegalArgumentException.class, () -> Catalog.parse(yaml));
        assertTrue(error.getMessage().contains(part), error::getMessage);
    }
}
