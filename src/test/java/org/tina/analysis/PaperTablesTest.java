package org.tina.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tina.study.Study;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

class PaperTablesTest {
    private static final List<String> SCORES =
            List.of("aime24", "aime25", "amc23", "math500", "gpqa", "minerva");

    @Test
    void everyAverageIsTheMeanOfItsSixScores() {
        for (Table table : List.of(PaperTables.tina(), PaperTables.baselines())) {
            for (Row row : table) {
                double mean = SCORES.stream().mapToDouble(row::getNumber).average().getAsDouble();
                assertEquals(mean, row.getNumber("avg"), 0.011, row.getString("model"));
            }
        }
    }

    @Test
    void theOtherTablesAreWhole() {
        assertEquals(
                50.6, PaperTables.overall().doubleColumn("avg_percent").max(), "Tina is the best");
        assertEquals(14, PaperTables.sober().rowCount());
        Table costs = PaperTables.costs();
        Row all = costs.where(costs.stringColumn("task").isEqualTo("Total: all tasks")).row(0);
        assertEquals(526, all.getNumber("total_usd"));
    }

    @Test
    void aStudyIsPartOfTheTable() {
        assertEquals(5, PaperTables.tina("lora_rank").rowCount());
        var unknown = assertThrows(IllegalArgumentException.class, () -> PaperTables.tina("ranks"));
        assertTrue(unknown.getMessage().contains("lora_rank"), unknown.getMessage());
    }

    @Test
    void averagesStandUnderTheNamesOfTheStudiesArms() {
        for (String name : List.of("main", "datasets", "learning-rate", "lora-rank", "algorithm")) {
            List<String> arms = Study.named(name).arms().stream().map(Study.Arm::name).toList();
            PaperTables.averages(name)
                    .keySet()
                    .forEach(a -> assertTrue(arms.contains(a), name + a));
        }
        assertEquals(48.92, PaperTables.averages("lora-rank").get("16"));
    }

    @Test
    void noiseOfOneRunOfTwoAndOfTheBestOfMany() {
        assertEquals(1.358, PaperNoise.oneRun(), 0.001);
        assertEquals(1.920, PaperNoise.difference(), 0.001);
        assertEquals(3.764, PaperNoise.smallestDifference(), 0.002);
        assertEquals(0, PaperNoise.bestOf(1), 1e-12);
        assertEquals(2.43, PaperNoise.bestOf(17), 0.02); // 1.79 standard deviations
    }
}
