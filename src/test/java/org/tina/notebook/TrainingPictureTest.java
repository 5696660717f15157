package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tina.grpo.StepMetrics;

class TrainingPictureTest {
    @Test
    void everyRewardHasAPanelAndTheTextSaysTheLastValues() {
        TrainingPicture picture = new TrainingPicture();
        picture.add(new StepMetrics(1, metrics(0.5, Double.NaN)));
        picture.add(new StepMetrics(2, metrics(1, 0.25)));

        Picture drawn = picture.picture("step 2/10", 10);

        assertEquals(
                "step 2/10 · reward 1.500 · format reward 1 · accuracy reward 0.250 · completion length (tokens) 34",
                drawn.alt());
    }

    @Test
    void thePictureIsTwiceItsSizeOnATransparentGround() {
        TrainingPicture picture = new TrainingPicture();
        picture.add(new StepMetrics(1, metrics(0.5, 0.5)));
        Picture drawn = picture.picture("step 1/10", 10);

        BufferedImage image = drawn.image();

        assertEquals(2 * drawn.width(), image.getWidth());
        assertEquals(0, image.getRGB(image.getWidth() - 1, image.getHeight() - 1) >>> 24);
        assertTrue(differentColors(image) > 10, "nothing is drawn");
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
