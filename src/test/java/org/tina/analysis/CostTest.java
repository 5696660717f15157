package org.tina.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tina.data.ModelHub;
import org.tina.model.ModelConfig;
import org.tina.recipe.Machine;
import org.tina.study.StudyRun;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

class CostTest {
    @Test
    void tokensOperationsAndMoneyOfAnArm() {
        List<StudyRun> log = List.of(Made.run("a", 1, 0.4, 0.9, 30).with("beta", 0.04).get());
        ModelConfig mini = ModelConfig.read(ModelHub.mini());
        Row row = Cost.table(log, 36).row(0);
        assertEquals(320_000, row.getDouble("tokens"));
        // sampled, forward, backward for inputs, reference; embeddings are tied
        assertEquals(320_000.0 * 2 * mini.parameters() * 4, row.getDouble("flops"), 1);
        assertEquals(1.2, row.getDouble("usd"), 1e-9); // 120 seconds at a cent each
    }

    @Test
    void realRecipesStandBesideWhatThePaperPaid() {
        Table table = Cost.fullSize(Machine.l40s());
        Table rs2 = table.where(table.stringColumn("recipe").isEqualTo("open_rs2"));
        assertEquals(15, rs2.row(0).getDouble("paper's training usd"));
        assertTrue(rs2.row(0).getDouble("usd") > 1);
        assertEquals(0, table.doubleColumn("hours").countMissing());
    }
}
