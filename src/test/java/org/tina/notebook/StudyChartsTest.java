package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tina.analysis.Arms;
import org.tina.analysis.Made;
import org.tina.analysis.Trajectories;
import org.tina.study.StudyRun;
import tech.tablesaw.api.Table;

class StudyChartsTest {
    private static final List<StudyRun> LOG = Made.log();

    @Test
    void trajectoriesHaveAPanelAMetricAndSayTheLastValues() {
        Picture picture = StudyCharts.trajectories(LOG);

        assertEquals(820, picture.width());
        for (String title :
                List.of(
                        "made: trajectories",
                        "format reward: 4 ",
                        "completion length (tokens): ",
                        "KL",
                        "Pass@1 on validation")) {
            assertTrue(picture.alt().contains(title), picture.alt());
        }
        BufferedImage image = picture.image();
        assertEquals(2 * picture.width(), image.getWidth());
        assertEquals(2 * picture.height(), image.getHeight());
        assertEquals(0, image.getRGB(image.getWidth() - 1, 0) >>> 24, "the ground is transparent");
        for (String arm : List.of("4", "16", "64")) {
            assertTrue(
                    pixels(image, StudyCharts.color(LOG, arm).getRGB()) > 500, arm + " is drawn");
        }
    }

    @Test
    void anArmKeepsItsColourWhereOnlySomeAreDrawn() {
        BufferedImage image = StudyCharts.trajectory(LOG, "pass@1", "64").image();
        assertTrue(pixels(image, StudyCharts.color(LOG, "64").getRGB()) > 500);
        assertEquals(0, pixels(image, StudyCharts.color(LOG, "4").getRGB()));
        assertNotEquals(StudyCharts.color(LOG, "4"), StudyCharts.color(LOG, "16"));
    }

    @Test
    void aRunIsLaidOverTheStoredOnes() {
        Table mine = Trajectories.of(List.of(Made.run("mine", 1, 0.4, 0.8, 30).get()));
        String alt = StudyCharts.overlay(LOG, "16", mine).alt();
        assertTrue(alt.contains("your run 0."), alt);
        assertTrue(alt.contains("Pass@1 on validation: 16 0."), alt);
    }

    @Test
    void transitionsAreMarkedWithTheirSteps() {
        String alt = StudyCharts.transitions(LOG, "16").alt();
        assertTrue(
                alt.matches(".*completion length \\(tokens\\): seed 1 [\\d.]+, line at 3[567].*"),
                alt);
    }

    @Test
    void armsShowIntervalsAndThePapersNumbersBesideThem() {
        Picture picture = StudyCharts.arms(LOG, Map.of("16", 48.92));
        assertTrue(picture.alt().contains("16 48.9 (46.3 to 51.6)"), picture.alt());
        assertTrue(picture.alt().contains("64 –"), picture.alt());
        assertEquals(820, picture.width());
        assertTrue(pixels(picture.image(), StudyCharts.color(LOG, "16").getRGB()) > 200);
    }

    @Test
    void anyTableOfEstimatesIsADotPlot() {
        String alt = StudyCharts.dots("Minus 16", Arms.against(LOG, "16"), "difference", 0).alt();
        assertTrue(alt.startsWith("Minus 16 · difference, 0 0: 4 -0."), alt);
        var unknown =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> StudyCharts.dots("", Arms.table(LOG), "bets", 0));
        assertTrue(unknown.getMessage().contains("did you mean 'best'"), unknown.getMessage());
    }

    @Test
    void aSweepIsOverANumberOfTheRecipe() {
        String alt = StudyCharts.sweep(LOG, "trainable_parameters").alt();
        assertTrue(alt.contains("trainable parameters"), alt);
        var text =
                assertThrows(
                        IllegalArgumentException.class, () -> StudyCharts.sweep(LOG, "use_peft"));
        assertTrue(text.getMessage().contains("use_peft true"), text.getMessage());
    }

    @Test
    void heatMapsAverageSeedsAndKeepTheModulesOrder() {
        Table table =
                Table.create(
                        tech.tablesaw.api.IntColumn.create("layer", 0, 0, 1, 0),
                        tech.tablesaw.api.StringColumn.create("module", "q", "k", "q", "q"),
                        tech.tablesaw.api.DoubleColumn.create("rank", 1, 2, 3, 2));
        var chart = StudyCharts.heatMap("Rank", table, "rank");
        assertEquals(List.of(0, 1), chart.getHeatMapSeries().getXData());
        assertEquals(List.of("k", "q"), chart.getHeatMapSeries().getYData());
        Number[] first = chart.getHeatMapSeries().getHeatData().iterator().next();
        assertEquals(1.5, first[2]);
    }

    private static long pixels(BufferedImage image, int rgb) {
        int[] all =
                image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        return IntStream.of(all).filter(pixel -> pixel == rgb).count();
    }

    @Test
    void aMeanHasNoMoreDigitsThanItsInterval() {
        assertEquals(
                "0.001 (-0.009 to 0.010)",
                new DotPlot.Dot(6.67e-4, -0.0094, 0.0096, new double[0]).text());
        assertEquals(
                "2E-4 (1E-4 to 3E-4)", new DotPlot.Dot(2e-4, 1e-4, 3e-4, new double[0]).text());
    }
}
