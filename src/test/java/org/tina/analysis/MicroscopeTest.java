package org.tina.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tina.data.ModelHub;
import org.tina.data.ProblemSet;
import org.tina.lora.LoraAdapter;
import org.tina.lora.LoraConfig;
import org.tina.model.CausalLM;
import tech.tablesaw.api.Table;

class MicroscopeTest {
    @TempDir Path run;

    @Test
    void anUntouchedCheckpointMovesNothingAndAMovedOneDoes() throws IOException {
        try (CausalLM model = CausalLM.load(ModelHub.mini());
                LoraAdapter adapter = LoraAdapter.inject(model, LoraConfig.tina().withRank(2))) {
            adapter.save(run.resolve("checkpoint-10"));
            float[] moved = adapter.parameters();
            for (int i = 0; i < moved.length; i++) {
                moved[i] += 0.01f;
            }
            adapter.setParameters(moved);
            adapter.save(run.resolve("checkpoint-30")); // 20 is missing
            ProblemSet problems = ProblemSet.find("mini/validation", false).take(3);

            Table table = Microscope.look(model, run, problems);

            assertEquals(Set.of(10, 30), table.intColumn("step").asSet());
            assertTrue(
                    table.stringColumn("kind")
                            .asSet()
                            .containsAll(List.of("numbers", "structure", "ending")));
            Table first = table.where(table.intColumn("step").isEqualTo(10));
            assertEquals(0, first.doubleColumn("absolute shift").max(), 1e-4);
            Table last = table.where(table.intColumn("step").isEqualTo(30));
            assertNotEquals(0, last.doubleColumn("absolute shift").max(), 1e-3);
        }
    }

    @Test
    void tokensHaveKindsAndARunWithoutAdaptersIsSaid() throws IOException {
        assertEquals("style words", Microscope.kind("First, "));
        assertEquals("numbers", Microscope.kind("7"));
        assertEquals("numbers", Microscope.kind("+"));
        assertEquals("other", Microscope.kind("\n"));
        var none =
                assertThrows(
                        IllegalArgumentException.class, () -> Microscope.look(null, run, null));
        assertTrue(none.getMessage().contains("checkpoint"), none.getMessage());
    }
}
