package org.tina.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tina.model.ModelFormatException;
import org.tina.model.SafeTensors;
import org.tina.model.SafeTensors.DType;
import org.tina.model.SafeTensors.Tensor;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

class SpectraTest {
    private static final String Q =
            "base_model.model.model.layers.%d.self_attn.q_proj.lora_%s.weight";

    @TempDir Path folder;

    @Test
    void singularValuesAreThoseOfTheScaledProduct() throws IOException {
        // B = columns 3·e1, 4·e2; A = rows e1, e2: singular values 4 and 3, times alpha / r = 2
        adapter("a", 4, new float[] {3, 0, 0, 4, 0, 0}, new float[] {1, 0, 0, 1});
        Row row = Spectra.of(folder.resolve("a")).row(0);
        assertEquals(8, row.getDouble("largest"), 1e-9);
        assertEquals(10, row.getDouble("norm"), 1e-9);
        assertEquals(2, row.getInt("rank"));
        Table values = Spectra.values(folder.resolve("a"));
        assertEquals(
                List.of(8.0, 6.0),
                values.doubleColumn("singular").asList().stream()
                        .map(v -> Math.round(v * 1e6) / 1e6)
                        .toList());
    }

    @Test
    void effectiveRanksGoFromOneToTheRank() {
        assertEquals(4, Spectra.effectiveRank(new double[] {2, 2, 2, 2}), 1e-12);
        assertEquals(1, Spectra.effectiveRank(new double[] {2, 0, 0}), 1e-12);
        assertEquals(4, Spectra.participation(new double[] {2, 2, 2, 2}), 1e-12);
        assertEquals(
                100.0 / 68, Spectra.participation(new double[] {Math.sqrt(8), Math.sqrt(2)}), 1e-9);
    }

    @Test
    void likenessIsOneForTheSameDirectionsAndNoneForOthers() throws IOException {
        Path one = adapter("one", 4, new float[] {3, 0, 0, 4, 0, 0}, new float[] {1, 0, 0, 1});
        Path turned =
                adapter("turned", 9, new float[] {1, 1, 1, -1, 0, 0}, new float[] {1, 2, 0, 1});
        Path third = adapter("third", 4, new float[] {0, 0, 0, 0, 5, 5}, new float[] {1, 0, 0, 1});
        assertEquals(1, Spectra.likeness(one, turned).row(0).getDouble("likeness"), 1e-9);
        Row none = Spectra.likeness(one, third).row(0);
        assertEquals(0, none.getDouble("likeness"), 1e-9);
        assertEquals(1, none.getInt("directions"), "the third has a single one");
        assertEquals(1.0 / 3, none.getDouble("chance"), 1e-9);
    }

    @Test
    void studiesHaveTheirsInTheLogAndDirectoriesWithoutOneAreRefused() {
        Table table = Spectra.of(Made.log());
        assertEquals(9 * 4, table.rowCount());
        assertEquals(3, table.row(0).getDouble("largest"));
        var none = assertThrows(ModelFormatException.class, () -> Spectra.of(folder));
        assertTrue(none.getMessage().contains("adapter_config.json"), none.getMessage());
    }

    /** Rank 2, three rows out, two columns in. */
    private Path adapter(String name, int alpha, float[] b, float[] a) throws IOException {
        Path directory = Files.createDirectories(folder.resolve(name));
        Files.writeString(
                directory.resolve("adapter_config.json"),
                "{\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":" + alpha + "}");
        SafeTensors.write(
                directory.resolve("adapter_model.safetensors"),
                Map.of(),
                List.of(
                        Tensor.of(Q.formatted(0, "A"), DType.F32, new long[] {2, 2}, () -> a),
                        Tensor.of(Q.formatted(0, "B"), DType.F32, new long[] {3, 2}, () -> b)));
        return directory;
    }
}
