package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tina.model.CausalLM;
import org.tina.notebook.BreakIt.Broken;
import org.tina.recipe.Recipe;

class BreakItTest {
    @Test
    void eachWayChangesOneThing() {
        assertEquals(0, BreakIt.noKl().grpo().beta());
        assertEquals(0.018, BreakIt.learningRateTimes(30).grpo().learningRate(), 1e-9);
        assertEquals("format", BreakIt.formatOnly().rewards().get(0).name());
        assertEquals(1, BreakIt.formatOnly().rewards().size());
        assertEquals(1, BreakIt.oneTokenCap().grpo().maxCompletionLength());
    }

    @Test
    @Tag("slow")
    void theDoctorNamesWhatWasBroken() {
        try (CausalLM model = Recipe.named("mini").loadModel()) {
            Broken broken = BreakIt.run(BreakIt.oneTokenCap(), model);
            assertEquals(15, broken.steps().size());
            assertTrue(broken.diagnosis().names("every completion is cut off"), broken::toString);
            assertEquals(
                    List.of("reward", "kl", "completions/clipped_ratio"),
                    List.copyOf(broken.chart().getSeriesMap().keySet()));
        }
    }
}
