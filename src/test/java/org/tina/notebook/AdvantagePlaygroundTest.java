package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.tina.grpo.LossType;

class AdvantagePlaygroundTest {
    @Test
    void theDeviationMakesSmallDifferencesAsLoudAsLargeOnes() {
        AdvantagePlayground large = AdvantagePlayground.of(3, 1, 1, 3);
        AdvantagePlayground small = AdvantagePlayground.of(0.3, 0.1, 0.1, 0.3);
        assertArrayEquals(new double[] {1, -1, -1, 1}, large.undivided(), 1e-9);
        assertArrayEquals(new double[] {0.1, -0.1, -0.1, 0.1}, small.undivided(), 1e-9);
        assertArrayEquals(large.divided(), small.divided(), 1e-3);
    }

    @Test
    void aGroupOfEqualRewardsIsSilent() {
        AdvantagePlayground silent = AdvantagePlayground.of(2, 2, 2);
        assertTrue(silent.isSilent());
        assertArrayEquals(new double[3], silent.pull(silent.divided()));
        assertTrue(silent.chart().getTitle().contains("silent"));
        assertFalse(AdvantagePlayground.of(2, 2, 1).isSilent());
    }

    @Test
    void eachTokensPullIsItsWeightInTheLoss() {
        double[] rewards = {2, 0};
        int[] lengths = {20, 40};
        double[] advantages = {1, -1};
        var grpo = new AdvantagePlayground(rewards, lengths, LossType.GRPO);
        var dapo = new AdvantagePlayground(rewards, lengths, LossType.DAPO);
        assertArrayEquals(new double[] {1 / 40.0, -1 / 80.0}, grpo.pull(advantages), 1e-12);
        assertArrayEquals(new double[] {1 / 60.0, -1 / 60.0}, dapo.pull(advantages), 1e-12);
    }

    @Test
    void oneCompletionIsNoGroup() {
        assertThrows(IllegalArgumentException.class, () -> AdvantagePlayground.of(1));
    }

    @Test
    void thePanelWorksWithoutAPage() {
        String panel = AdvantagePlayground.panel().toString();
        assertTrue(panel.startsWith("reward 1: 3.0\nreward 2: 0.0"), panel);
        assertEquals(5, AdvantagePlayground.of(1, 2, 3, 4).toString().lines().count());
    }
}
