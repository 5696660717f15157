package org.tina.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Table;

class ResultTest {

    private static Result result(double[] ours, double[] peer) {
        Double floor = peer.length == 0 ? null : 0.5;
        Limits limits = peer.length == 0 ? null : new Limits(1e11, 2e10);
        return new Result(
                "grpo-mini", ours, peer, "1 thread", 0, 3e8, null, limits, floor, Map.of("a", "b"));
    }

    @Test
    void medianTakesTheMiddle() {
        assertEquals(2, Result.median(3, 1, 2));
        assertEquals(2.5, Result.median(4, 1, 3, 2));
        assertTrue(Double.isNaN(Result.median()));
    }

    /** A machine that slows down for some turns slows both: pairs see nothing of it. */
    @Test
    void ratiosAreTakenTurnByTurn() {
        Result result = result(new double[] {1, 10, 2}, new double[] {4, 40, 6});
        assertArrayEquals(new double[] {3, 4, 4}, result.ratios());
        assertEquals(4, result.ratio());
        assertEquals(0.25, result.share());
    }

    @Property
    void aCommonFactorATurnChangesNoRatio(
            @ForAll @Size(5) List<@DoubleRange(min = 0.1, max = 10) Double> slowness) {
        double[] ours = {1, 2, 3, 4, 5};
        double[] peer = {5, 4, 3, 2, 1};
        double[] slowOurs = new double[5];
        double[] slowPeer = new double[5];
        for (int i = 0; i < 5; i++) {
            slowOurs[i] = ours[i] * slowness.get(i);
            slowPeer[i] = peer[i] * slowness.get(i);
        }
        assertArrayEquals(result(ours, peer).ratios(), result(slowOurs, slowPeer).ratios(), 1e-12);
    }

    @Test
    void turnsMustBePaired() {
        double[] two = {1, 2};
        double[] one = {1};
        assertThrows(IllegalArgumentException.class, () -> result(two, one));
        assertThrows(IllegalArgumentException.class, () -> result(new double[0], new double[0]));
    }

    @Test
    void isKeptInAFileBesideThoseOfOtherItems(@TempDir Path directory) throws IOException {
        Result both = result(new double[] {1, 2, 3}, new double[] {4, 5, 6});
        Result alone = result(new double[] {1}, new double[0]);
        Path file = directory.resolve("bench.jsonl");
        Files.writeString(file, both.toJson().replace("grpo-mini", "verify") + "\n");
        both.saveTo(file);
        alone.saveTo(file); // in the place of the one before
        List<Result> read = Result.read(file);
        assertEquals(2, read.size());
        assertArrayEquals(both.ratios(), read.get(0).ratios());
        assertEquals(alone.toJson(), read.get(1).toJson());
        assertTrue(Double.isNaN(read.get(1).share()));
    }

    @Test
    void tableAndPictureShowBothWithAndWithoutPeer(@TempDir Path directory) throws IOException {
        List<Result> results =
                List.of(
                        result(new double[] {1, 2, 3}, new double[] {4, 5, 6}),
                        result(new double[] {1}, new double[0]));
        Table table = Report.table(results);
        assertEquals("2.00 s", table.getString(0, "ours"));
        assertEquals("2.5× (2.0× to 4.0×)", table.getString(0, "ratio"));
        assertEquals("25%", table.getString(0, "of the limit"));
        assertEquals("300 MB", table.getString(1, "our memory"));
        assertEquals("–", table.getString(1, "ratio"));
        Path picture = directory.resolve("bench.png");
        Report.save(Report.chart(results), picture);
        assertTrue(Files.size(picture) > 1000);
        List<Result> alone = results.subList(1, 2);
        assertThrows(IllegalArgumentException.class, () -> Report.chart(alone));
    }
}
