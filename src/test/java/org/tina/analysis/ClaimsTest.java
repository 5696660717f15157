package org.tina.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tina.eval.Interval;
import org.tina.study.Study;
import org.tina.study.StudyRun;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

class ClaimsTest {
    @Test
    void aVerdictIsWhereTheWholeIntervalLies() {
        assertEquals(Verdict.SUPPORTED, Verdict.above(new Interval(0.3, 0.25, 0.35), 0.2));
        assertEquals(Verdict.CONTRADICTED, Verdict.above(new Interval(0.1, 0.05, 0.15), 0.2));
        assertEquals(Verdict.NOT_DISTINGUISHABLE, Verdict.above(new Interval(0.2, 0.1, 0.3), 0.2));
        assertEquals(Verdict.SUPPORTED, Verdict.below(new Interval(0.1, 0.05, 0.15), 0.2));
        assertEquals(Verdict.CONTRADICTED, Verdict.below(new Interval(0.3, 0.25, 0.35), 0.2));
        assertEquals(Verdict.NOT_DISTINGUISHABLE, Verdict.below(new Interval(0.2, 0.1, 0.3), 0.2));
    }

    @Test
    void withoutStudiesNothingIsMeasuredAndEveryClaimStillHasItsRow() {
        Table table = Claims.table(study -> List.of());
        assertEquals(Claims.all().size(), table.rowCount());
        assertEquals(List.of("not measured"), table.stringColumn("verdict").unique().asList());
        assertTrue(table.stringColumn("note").get(0).contains("no log"));
        Claims.all().forEach(c -> assertTrue(Study.names().contains(c.study()), c.study()));
    }

    @Test
    void studiesMadeToSupportOrToContradictDoSo() {
        assertEquals("supported", verdict("lift", runs("a", 0.4, 0.9, 36)));
        assertEquals("contradicted", verdict("lift", runs("a", 0.4, 0.3, 36)));
        assertEquals("supported", verdict("lora-or-full", lora(0.9, 0.7)));
        assertEquals("contradicted", verdict("lora-or-full", lora(0.5, 0.9)));
        assertEquals("supported", verdict("small data", two("limr", 0.9, "open_r1", 0.7)));
        assertEquals("contradicted", verdict("small data", two("limr", 0.5, "open_r1", 0.9)));
        assertEquals("contradicted", verdict("ranks", two("4", 0.5, "32", 0.9)));
        assertEquals("contradicted", verdict("learning rates", two("6e-4", 0.9, "3e-3", 0.5)));
        assertEquals("supported", verdict("transition", runs("a", 0.4, 0.9, 36)));
        assertEquals("contradicted", verdict("accuracy without", runs("a", 0.4, 0.9, 36)));
        List<StudyRun> algorithm = runs("grpo", 0.4, 0.9, 50);
        algorithm.addAll(runs("dr_grpo", 0.4, 0.9, 25));
        assertEquals("supported", verdict("dr_grpo", algorithm));
        assertEquals("supported", verdict("compute", runs("a", 0.4, 0.9, 30)));
    }

    @Test
    void aLogWithoutTheClaimsArmsSaysWhichItMisses() {
        Table table = Claims.table(study -> runs("a", 0.4, 0.9, 36));
        Row row = row(table, "small data");
        assertEquals("not measured", row.getString("verdict"));
        assertTrue(row.getString("note").contains("limr"), row.getString("note"));
        assertEquals("environment/tina study datasets", row.getString("make again"));
    }

    private static String verdict(String claim, List<StudyRun> log) {
        return row(Claims.table(study -> log), claim).getString("verdict");
    }

    private static Row row(Table table, String claim) {
        return table.where(table.stringColumn("claim").isEqualTo(claim)).row(0);
    }

    private static List<StudyRun> runs(String arm, double base, double end, double half) {
        List<StudyRun> runs = new ArrayList<>();
        for (int seed = 1; seed <= 4; seed++) {
            runs.add(Made.run(arm, seed, base, end, half).get());
        }
        return runs;
    }

    private static List<StudyRun> two(String arm, double end, String other, double otherEnd) {
        List<StudyRun> runs = runs(arm, 0.4, end, 30);
        runs.addAll(runs(other, 0.4, otherEnd, 30));
        return runs;
    }

    private static List<StudyRun> lora(double lora, double full) {
        List<StudyRun> runs = runs("lora-1e-3", 0.4, lora, 30);
        for (int seed = 1; seed <= 4; seed++) {
            runs.add(Made.run("full-6e-4", seed, 0.4, full, 30).with("use_peft", false).get());
        }
        return runs;
    }
}
