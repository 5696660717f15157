package org.tina.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tina.lora.LoraAdapter;
import org.tina.model.CausalLM;
import org.tina.model.ModelFormatException;

class CheckpointTest {

    private static final Path TIED = Path.of("src/test/resources/references/tied");

    @TempDir Path run;

    @Test
    void areInTheOrderOfTheirSteps() throws IOException {
        for (String name : List.of("checkpoint-20", "checkpoint-5", "checkpoint-100", "adapter")) {
            Files.createDirectory(run.resolve(name));
        }
        Files.createDirectory(run.resolve("checkpoint-x"));
        assertEquals(
                List.of(5, 20, 100), Checkpoint.in(run).stream().map(Checkpoint::step).toList());
    }

    @Test
    void aDirectoryWithoutAnyIsNamed() {
        var error = assertThrows(IllegalArgumentException.class, () -> Checkpoint.in(run));
        assertTrue(error.getMessage().contains(run + ": holds no checkpoint"), error::getMessage);
        Path nowhere = run.resolve("nowhere");
        error = assertThrows(IllegalArgumentException.class, () -> Checkpoint.in(nowhere));
        assertTrue(error.getMessage().contains("nowhere"), error::getMessage);
    }

    @Test
    void adaptersAndModelsAreOpenedAndHalvesAreNot() throws IOException {
        try (CausalLM base = CausalLM.load(TIED.resolve("model"), "cpu")) {
            boolean isAdapter =
                    new Checkpoint(1, TIED.resolve("adapters/rank4"))
                            .with(base, policy -> policy instanceof LoraAdapter);
            assertTrue(isAdapter);
            long frozen = new Checkpoint(2, TIED.resolve("model")).with(base, p -> p.size());
            assertEquals(0, frozen);

            Checkpoint empty = new Checkpoint(3, run);
            var error = assertThrows(ModelFormatException.class, () -> empty.with(base, p -> true));
            assertTrue(error.getMessage().contains(run.toString()), error::getMessage);
            Files.copy(
                    TIED.resolve("adapters/rank4/adapter_model.safetensors"),
                    run.resolve("adapter_model.safetensors"));
            error = assertThrows(ModelFormatException.class, () -> empty.with(base, p -> true));
            assertTrue(error.getMessage().contains("adapter_config.json"), error::getMessage);
        }
    }
}
