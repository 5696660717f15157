package org.tina.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tina.model.SafeTensors.DType;
import org.tina.model.SafeTensors.Tensor;

class WeightsTest {

    @TempDir Path dir;

    @BeforeEach
    void twoShards() throws IOException {
        shard("one.safetensors", "a", 1);
        shard("two.safetensors", "b", 2);
        index("{'a': 'one.safetensors', 'b': 'two.safetensors'}");
    }

    @Test
    void shardsAreOneSetOfWeights() {
        Weights weights = Weights.open(dir);
        assertEquals(Set.of("a", "b"), weights.names());
        assertEquals(dir.resolve("two.safetensors"), weights.get("b").file());
        assertArrayEquals(new float[] {2, 2}, weights.floats("b"));
    }

    @Test
    void aSingleFileComesFirst() throws IOException {
        shard("model.safetensors", "c", 3);
        Weights weights = Weights.open(dir);
        assertEquals(Set.of("c"), weights.names());
        assertEquals(dir.resolve("model.safetensors"), weights.get("c").file());
    }

    @Test
    void shapesAreHeldAgainstTheConfig() throws IOException {
        Weights weights = Weights.open(dir);
        weights.require("a", 2, 1);
        assertMessage("one.safetensors: a has shape [2, 1]", () -> weights.require("a", 2));
        assertMessage("asks for [1, 2]", () -> weights.require("a", 1, 2));
        assertMessage("has no tensor c", () -> weights.require("c", 1));
    }

    @Test
    void weightsMustBeFloats() throws IOException {
        SafeTensors.write(
                dir.resolve("model.safetensors"),
                Map.of(),
                List.of(new Tensor("x", DType.U8, new long[] {1}, out -> out.write(1))));
        assertMessage("x has dtype U8", () -> Weights.open(dir).require("x", 1));
    }

    @Test
    void aMissingShardIsNamed() throws IOException {
        Files.delete(dir.resolve("two.safetensors"));
        assertMessage("puts b in two.safetensors", () -> Weights.open(dir));
    }

    @Test
    void aTensorMissingFromItsShardIsNamed() throws IOException {
        index("{'a': 'one.safetensors', 'b': 'one.safetensors'}");
        assertMessage("one.safetensors: has no tensor b", () -> Weights.open(dir));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'a': '../one.safetensors'} | a is \"../one.safetensors\"",
                "{'a': '/etc/passwd'} | a is \"/etc/passwd\"",
                "{'a': ''} | a is \"\"",
                "{'a': 5} | a is 5",
                "{} | weight_map is missing or empty",
                "5 | weight_map is 5",
            })
    void aDamagedIndexIsNamed(String map, String message) throws IOException {
        index(map);
        assertMessage(message, () -> Weights.open(dir));
    }

    @Test
    void aDirectoryWithoutWeightsIsNamed() throws IOException {
        Files.delete(dir.resolve(Weights.INDEX));
        assertMessage("has neither model.safetensors nor", () -> Weights.open(dir));
        Files.createFile(dir.resolve("pytorch_model.bin"));
        assertMessage("pytorch_model.bin can't be read", () -> Weights.open(dir));
    }

    private void shard(String file, String tensor, float value) throws IOException {
        SafeTensors.write(
                dir.resolve(file),
                Map.of(),
                List.of(
                        Tensor.of(
                                tensor,
                                DType.F32,
                                new long[] {2, 1},
                                () -> new float[] {value, value})));
    }

    private void index(String map) throws IOException {
        Files.writeString(
                dir.resolve(Weights.INDEX),
                ("{'metadata': {'total_size': 8}, 'weight_map': " + map + "}").replace('\'', '"'));
    }

    private static void assertMessage(String part, Executable executable) {
        Exception e = assertThrows(ModelFormatException.class, executable);
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
