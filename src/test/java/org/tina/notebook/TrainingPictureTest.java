package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tina.grpo.StepMetrics;
import org.tina.recipe.RunEvent;

class TrainingPictureTest {
    @Test
    void everyRewardHasAPanelAndTheTextSaysTheLastValues() {
        TrainingPicture picture = new TrainingPicture();
        picture.add(new StepMetrics(1, metrics(0.5, Double.NaN)));
        picture.add(new StepMetrics(2, metrics(1, 0.25)));

        Picture drawn = picture.picture("step 2/10", 10, List.of());

        assertEquals(
                "step 2/10 · reward 1.500 · format reward 1 · accuracy reward 0.250 · completion length (tokens) 34"
                        + " · share cut off 0.125 · entropy (nats/token) 0.900",
                drawn.alt());
    }

    @Test
    void thePictureIsTwiceItsSizeOnATransparentGround() {
        TrainingPicture picture = new TrainingPicture();
        picture.add(new StepMetrics(1, metrics(0.5, 0.5)));
        Picture drawn = picture.picture("step 1/10", 10, List.of());

        BufferedImage image = drawn.image();

        assertEquals(2 * drawn.width(), image.getWidth());
        assertEquals(0, image.getRGB(image.getWidth() - 1, image.getHeight() - 1) >>> 24);
        assertTrue(differentColors(image) > 10, "nothing is drawn");
    }

    @Test
    void aChangeIsALineInEveryPanelAndSaidInWords() {
        TrainingPicture picture = new TrainingPicture();
        picture.add(new StepMetrics(1, metrics(0.5, 0.5)));
        Picture plain = picture.picture("step 1/10", 10, List.of());
        RunEvent change = new RunEvent("2026-01-01T00:00:00Z", 4, "change", "beta", 0.04, 0.0);
        RunEvent save = new RunEvent("2026-01-01T00:00:00Z", 4, "save", null, null, null);
        Picture marked = picture.picture("step 1/10", 10, List.of(save, change));

        assertTrue(marked.alt().contains("after step 4: beta 0.04 → 0"), marked.alt());
        assertEquals(plain.height(), marked.height(), "nothing below may jump");
        int panels = 5;
        int different = 0;
        for (int panel = 0; panel < panels; panel++) {
            different += differsInPanel(plain.image(), marked.image(), panel) ? 1 : 0;
        }
        assertEquals(panels, different);
    }

    private static boolean differsInPanel(BufferedImage one, BufferedImage other, int panel) {
        int width = one.getWidth() / 3;
        int top = 2 * 54 + panel / 3 * 320;
        for (int y = top; y < top + 320; y++) {
            for (int x = panel % 3 * width; x < (panel % 3 + 1) * width; x++) {
                if (one.getRGB(x, y) != other.getRGB(x, y)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    void smoothingStartsAtTheFirstValueAndPassesOverGaps() {
        double[] smooth = Charts.smooth(new double[] {1, Double.NaN, 2});
        assertArrayEquals(new double[] {1, 1, 1.4}, smooth, 1e-12);
    }

    private static Map<String, Double> metrics(double format, double accuracy) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("reward", 1.5);
        metrics.put("rewards/format/mean", format);
        metrics.put("rewards/format/std", 0.1);
        metrics.put("rewards/accuracy/mean", accuracy);
        metrics.put("completions/mean_length", 34.0);
        metrics.put("completions/clipped_ratio", 0.125);
        metrics.put("entropy", 0.9);
        return metrics;
    }

    private static long differentColors(BufferedImage image) {
        return Arrays.stream(
                        image.getRGB(
                                0,
                                0,
                                image.getWidth(),
                                image.getHeight(),
                                null,
                                0,
                                image.getWidth()))
                .distinct()
                .count();
    }
}
