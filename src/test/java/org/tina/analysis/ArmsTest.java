package org.tina.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tina.analysis.Arms.Moment;
import org.tina.eval.Interval;
import org.tina.study.StudyRun;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

class ArmsTest {
    private static final List<StudyRun> LOG = Made.log();

    @Test
    void anArmIsARowWithItsSeedsMeanSpreadAndInterval() {
        Table table = Arms.table(LOG);

        assertEquals(List.of("4", "16", "64"), table.stringColumn("arm").asList());
        Row row = table.row(1);
        double[] best =
                Arms.arm(LOG, "16").stream()
                        .mapToDouble(r -> Arms.at(r, "mini/test", r.bestStep()).passAt1())
                        .toArray();
        double mean = Arrays.stream(best).average().getAsDouble();
        double squares = Arrays.stream(best).map(x -> (x - mean) * (x - mean)).sum();
        assertEquals(3, row.getInt("seeds"));
        assertEquals(mean, row.getDouble("best"), 1e-9);
        assertEquals(Math.sqrt(squares / 2), row.getDouble("sd"), 1e-9);
        assertTrue(row.getDouble("low") < mean && mean < row.getDouble("high"));
        assertEquals(0.4, row.getDouble("base"), 0.08);
        assertEquals(36, row.getDouble("half step"), 5);
        assertEquals(34, row.getDouble("base length"), 1e-6);
        assertEquals(68, row.getDouble("length"), 0.1);
    }

    @Test
    void aDifferenceKnowsOfTheSeedsOfBothArms() {
        double[][] seeds = new double[5][400];
        for (int s = 0; s < 5; s++) {
            Arrays.fill(seeds[s], 0.2 * s); // seeds differ, problems do not
        }
        double width =
                width(
                        Bootstrap.interval(
                                means -> means[0][0] - means[1][0],
                                new double[][][] {seeds},
                                new double[][][] {seeds}));
        double deviation = Math.sqrt(0.1); // of 0, 0.2, … 0.8
        assertEquals(2 * 1.96 * Math.sqrt(2) * deviation / Math.sqrt(5), width, 0.08);
    }

    @Test
    void sharedProblemsMakeADifferenceSharper() {
        Random random = new Random(2);
        double[][] a = {new double[400]};
        Arrays.setAll(a[0], i -> random.nextDouble() < 0.5 ? 1 : 0);
        double[][] better = {a[0].clone()};
        Arrays.fill(better[0], 0, 40, 1); // the same answers, some repaired
        Interval difference =
                Bootstrap.interval(
                        means -> means[0][0] - means[1][0],
                        new double[][][] {better},
                        new double[][][] {a});
        assertTrue(difference.excludesZero(), difference.toString());
        assertTrue(width(difference) < width(Interval.bootstrap(a)) / 2);
    }

    @Test
    void armsAreComparedAndTheReferenceDiffersFromItselfByNothing() {
        Table table = Arms.against(LOG, "16");
        assertTrue(table.row(0).getDouble("high") < 0, "4 is worse");
        assertEquals(0, table.row(1).getDouble("difference"));
        assertTrue(Arms.gain(LOG, "16").low() > 0.3);
    }

    @Test
    void halfOfTheGainLiesBetweenTwoMeasurements() {
        StudyRun run = Made.run("a", 1, 0.2, 0.8, 35).get();
        assertEquals(35, Arms.halfGainStep(run), 5);
        StudyRun none = Made.run("a", 1, 0, 0, 35).get();
        assertTrue(Double.isNaN(Arms.halfGainStep(none)));
    }

    @Test
    void benchmarksStylesAndDriftHaveARowEach() {
        List<StudyRun> log =
                List.of(Made.run("16", 1, 0.4, 0.9, 30).on("mini/sibling", 0.5, 0.3, 0.3).get());
        Table benchmarks = Arms.benchmarks(log);
        Table sibling =
                benchmarks.where(benchmarks.stringColumn("benchmark").isEqualTo("mini/sibling"));
        assertEquals(-0.2, sibling.row(0).getDouble("change"), 0.12);
        assertEquals(0.5, Arms.styles(log).row(0).getDouble("quick"));
        assertEquals(0.6, Arms.drift(log).row(0).getDouble("corpus loss"));
        assertEquals(0.1, Arms.drift(log).row(0).getDouble("kl"), 0.01);
        assertEquals("mini/validation", Arms.validationBenchmark(log));
        assertEquals("mini/test", Arms.testBenchmark(log));
    }

    @Test
    void whatIsNotThereIsSaid() {
        var arm = assertThrows(IllegalArgumentException.class, () -> Arms.gain(LOG, "61"));
        assertTrue(arm.getMessage().contains("did you mean '64'"), arm.getMessage());
        var benchmark =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Arms.interval(LOG, "16", "aime24", Moment.LAST));
        assertTrue(benchmark.getMessage().contains("mini/test"), benchmark.getMessage());
        var empty = assertThrows(IllegalArgumentException.class, () -> Arms.table(List.of(), "x"));
        assertTrue(empty.getMessage().contains("no runs"), empty.getMessage());
        assertTrue(Arms.table(LOG, "aime24").column("best").isMissing(0), "missing, no error");
    }

    private static double width(Interval interval) {
        return interval.high() - interval.low();
    }
}
