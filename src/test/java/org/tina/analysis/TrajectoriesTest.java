package org.tina.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Table;

class TrajectoriesTest {
    @TempDir Path folder;
    private final List<String> notices = new ArrayList<>();

    @Test
    void aStudyHasARowARunAndStep() {
        Table table = Trajectories.of(Made.log());

        assertEquals(9 * (Made.STEPS + 1), table.rowCount()); // step 0 is the base
        assertEquals(List.of("arm", "seed", "step"), table.columnNames().subList(0, 3));
        Table base = table.where(table.intColumn("step").isEqualTo(0));
        assertEquals(9, base.doubleColumn("pass@1").countMissing() + 9);
        assertEquals(9, base.doubleColumn("reward").countMissing());
    }

    @Test
    void bandsAreOverSeeds() {
        Table bands = Trajectories.bands(Trajectories.of(Made.log()), "kl");
        assertEquals(3 * Made.STEPS, bands.rowCount());
        assertEquals(3, bands.row(0).getInt("seeds"));
        double mean = bands.row(5).getDouble("mean");
        assertTrue(bands.row(5).getDouble("min") < mean && mean < bands.row(5).getDouble("max"));
    }

    @Test
    void aTornLastLineAndAGapAreSaidAndTheRestIsShown() throws IOException {
        Path run = folder.resolve("16/seed-2");
        Files.createDirectories(run);
        Files.writeString(
                run.resolve("metrics.jsonl"),
                """
                {"step":1,"reward":1.5,"rewards/format/mean":0.5}
                {"step":2,"reward":1.6,"rewards/format/mean":0.6}
                {"step":5,"reward":2,"rewards/format/mean":0.7}
                {"step":6,"rew""");

        Table table = Trajectories.read(run, notices::add);

        assertEquals(3, table.rowCount());
        assertEquals("16", table.row(0).getString("arm"));
        assertEquals(2, table.row(0).getInt("seed"));
        assertEquals(2.0, table.row(2).getDouble("reward"));
        assertEquals(2, notices.size());
        assertTrue(notices.get(0).contains("line 4"), notices.get(0));
        assertTrue(notices.get(1).contains("between steps 2 and 5"), notices.get(1));
    }

    @Test
    void aRunThatHasOnlyBegunIsEmptyAndADirectoryOfAnotherKindIsRefused() throws IOException {
        Files.writeString(folder.resolve("metrics.jsonl"), "");
        assertEquals(0, Trajectories.read(folder, notices::add).rowCount());
        assertTrue(notices.get(0).contains("no steps yet"));

        Path other = Files.createDirectory(folder.resolve("other"));
        var none =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Trajectories.read(other, notices::add));
        assertTrue(none.getMessage().contains("metrics.jsonl"), none.getMessage());
    }

    @Test
    void trlsStateOfTheLatestCheckpointIsReadUnderOurNames() throws IOException {
        String row =
                "{\"step\":%d,\"loss\":0.1,\"reward\":%d,\"rewards/format_reward\":0.25,\"rewards/accuracy_reward/mean\":0.5,\"completion_length\":900}";
        for (int step : List.of(10, 100)) {
            Path checkpoint = Files.createDirectory(folder.resolve("checkpoint-" + step));
            Files.writeString(
                    checkpoint.resolve("trainer_state.json"),
                    "{\"log_history\":["
                            + row.formatted(step, step)
                            + ",{\"eval_reward\":1,\"step\":"
                            + step
                            + "},{\"train_runtime\":5,\"step\":"
                            + step
                            + "}]}");
        }
        Table table = Trajectories.read(folder, notices::add);

        assertEquals(1, table.rowCount());
        assertEquals(100, table.row(0).getInt("step"));
        assertEquals(0.25, table.row(0).getDouble("rewards/format/mean"));
        assertEquals(0.5, table.row(0).getDouble("rewards/accuracy/mean"));
        assertEquals(900, table.row(0).getDouble("completions/mean_length"));
        assertEquals(List.of(), notices);
    }
}
