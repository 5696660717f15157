package org.tina.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tina.model.SafeTensors.DType;
import org.tina.model.SafeTensors.Entry;
import org.tina.model.SafeTensors.Tensor;

class SafeTensorsTest {

    private static final Path TYPES = Reference.DIR.resolve("types.safetensors");

    @TempDir Path dir;

    @ParameterizedTest
    @ValueSource(strings = {"f32", "f16", "bf16", "f64"})
    void readsEveryFloatTypeAsTorchWroteIt(String name) throws IOException {
        SafeTensors file = SafeTensors.open(TYPES);
        JsonObject bits = Reference.json("types.json").getAsJsonObject();
        assertArrayEquals(Reference.ints(bits.get(name)), bits(file.floats(name)));
        assertArrayEquals(new long[] {3, 13}, file.entry(name).shape());
    }

    @Test
    void readsScalarsEmptyTensorsAndNotes() {
        SafeTensors file = SafeTensors.open(TYPES);
        assertArrayEquals(new float[] {2.5f}, file.floats("scalar"));
        assertArrayEquals(new long[0], file.entry("scalar").shape());
        assertArrayEquals(new float[0], file.floats("empty"));
        assertEquals(Map.of("note", "é"), file.metadata());
        assertEquals(DType.I64, file.entry("ids").dtype());
    }

    @Test
    void whatIsNoFloatOrNotThereIsNamed() {
        SafeTensors file = SafeTensors.open(TYPES);
        assertMessage("ids has dtype I64", () -> file.floats("ids"));
        assertMessage("has no tensor nothing", () -> file.floats("nothing"));
    }

    /** The same float32 values, rounded by torch and by us, are the same bits. */
    @ParameterizedTest
    @CsvSource({"F16, f16", "BF16, bf16", "F32, f32", "F64, f64"})
    void roundsAsTorchDoes(DType dtype, String name) throws IOException {
        float[] values = SafeTensors.open(TYPES).floats("f32");
        Path path = dir.resolve("rounded.safetensors");
        write(path, Tensor.of("x", dtype, new long[] {3, 13}, () -> values));
        float[] expected = SafeTensors.open(TYPES).floats(name);
        assertArrayEquals(bits(expected), bits(SafeTensors.open(path).floats("x")));
    }

    @Test
    void writtenFilesAreAlignedNotedAndComplete() throws IOException {
        Path path = dir.resolve("new/model.safetensors");
        SafeTensors types = SafeTensors.open(TYPES);
        write(
                path,
                Tensor.of("odd", DType.BF16, new long[] {3}, () -> new float[] {1, 2, 3}),
                Tensor.of("wide", DType.F32, new long[] {2, 1}, () -> new float[] {4, 5}),
                Tensor.copy(types, "ids"));
        SafeTensors file = SafeTensors.open(path);
        assertEquals(Map.of("format", "pt", "by", "test"), file.metadata());
        assertEquals(List.of("ids", "wide", "odd"), List.copyOf(file.entries().keySet()));
        for (Entry entry : file.entries().values()) {
            assertEquals(0, entry.offset() % entry.dtype().bytes(), entry.name());
        }
        assertEquals(0, file.entry("ids").offset() % 8);
        assertArrayEquals(new float[] {1, 2, 3}, file.floats("odd"));
        assertArrayEquals(new float[] {4, 5}, file.floats("wide"));
        assertArrayEquals(bytes(TYPES, types.entry("ids")), bytes(path, file.entry("ids")));
    }

    @Test
    void manyChunksAreReadAndWritten() throws IOException {
        float[] values = new float[700_001];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        Path path = dir.resolve("long.safetensors");
        write(path, Tensor.of("x", DType.F32, new long[] {values.length}, () -> values));
        assertArrayEquals(values, SafeTensors.open(path).floats("x"));
        Path copy = dir.resolve("copy.safetensors");
        write(copy, Tensor.copy(SafeTensors.open(path), "x"));
        assertEquals(-1, Files.mismatch(path, copy));
    }

    @Test
    void aFailedWriteLeavesWhatWasThere() throws IOException {
        Path path = dir.resolve("model.safetensors");
        write(path, Tensor.of("x", DType.F32, new long[] {1}, () -> new float[] {7}));
        Tensor tooShort = Tensor.of("y", DType.F32, new long[] {3}, () -> new float[2]);
        Exception e = assertThrows(IOException.class, () -> write(path, tooShort));
        assertTrue(e.getMessage().contains("y gave 8 bytes"), e.getMessage());
        Tensor throwing =
                Tensor.of(
                        "z",
                        DType.F32,
                        new long[] {3},
                        () -> {
                            throw new IllegalStateException("stop");
                        });
        assertThrows(IllegalStateException.class, () -> write(path, throwing));
        assertArrayEquals(new float[] {7}, SafeTensors.open(path).floats("x"));
        try (Stream<Path> files = Files.list(dir)) {
            assertEquals(List.of(path), files.toList());
        }
    }

    @Test
    void twoTensorsOfOneNameAreRefused() {
        Tensor x = Tensor.of("x", DType.F32, new long[] {1}, () -> new float[1]);
        Exception e =
                assertThrows(IllegalArgumentException.class, () -> write(dir.resolve("f"), x, x));
        assertTrue(e.getMessage().contains("named x"), e.getMessage());
    }

    /** A sparse file: 4 GB long, a few blocks on disk. */
    @Test
    void offsetsBeyondTwoGigabytesWork() throws IOException {
        long far = 1L << 32;
        byte[] header =
                ("{'a':{'dtype':'U8','shape':[4294967296],'data_offsets':[0,4294967296]},"
                                + "'b':{'dtype':'F32','shape':[1],"
                                + "'data_offsets':[4294967296,4294967300]}}")
                        .replace('\'', '"')
                        .getBytes(StandardCharsets.UTF_8);
        Path path = dir.resolve("large.safetensors");
        try (FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.SPARSE)) {
            channel.write(little(8).putLong(header.length).flip(), 0);
            channel.write(ByteBuffer.wrap(header), 8);
            channel.write(little(4).putFloat(6.5f).flip(), 8 + header.length + far);
        }
        assertArrayEquals(new float[] {6.5f}, SafeTensors.open(path).floats("b"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'x':{'dtype':'F32','shape':[2],'data_offsets':[0,16]}} | x: data_offsets are [0, 16]",
                "{'x':{'dtype':'F32','shape':[2],'data_offsets':[-8,0]}} | x: data_offsets are [-8, 0]",
                "{'x':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}} | x: data_offsets are [8, 0]",
                "{'x':{'dtype':'F32','shape':[2],'data_offsets':[0]}} | x: data_offsets are [0]",
                "{'x':{'dtype':'F32','shape':[2]}} | x: data_offsets are null",
                "{'x':{'dtype':'F32','data_offsets':[0,8]}} | x: shape is null",
                "{'x':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}} | span 8 bytes",
                "{'x':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}} | x: shape is [-2]",
                "{'x':{'dtype':'F32','shape':[4611686018427387904,2],'data_offsets':[0,8]}} | too large",
                "{'x':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,0]}} | too large",
                "{'x':{'dtype':'F32','shape':[1.5],'data_offsets':[0,8]}} | header is not valid",
                "{'x':{'dtype':'F32','shape':['2'],'data_offsets':[0,8]}} | header is not valid",
                "{'x':{'dtype':'F32','shape':[2],'data_offsets':[0,99999999999999999999]}} | header is not valid",
                "{'x':{'dtype':'C64','shape':[1],'data_offsets':[0,8]}} | x: unknown dtype C64",
                "{'x':{'shape':[1],'data_offsets':[0,8]}} | x: unknown dtype null",
                "{'x':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | ends at byte",
                "{'x':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | (gap)",
                "{'x':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'y':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | (overlap)",
                "{'x':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'x':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | x appears twice",
                "{'x':5} | header is not valid",
                "[] | header is not valid",
                "{ | header is not valid",
                "{} {} | header is not valid",
                "{'__metadata__':{'a':{}}} | header is not valid",
                "{x:{}} | header is not valid",
                "nonsense | header is not valid",
            })
    void aDamagedHeaderIsNamed(String header, String message) throws IOException {
        Path path = file(header.replace('\'', '"').getBytes(StandardCharsets.UTF_8), 8);
        assertMessage(message, () -> SafeTensors.open(path));
    }

    @Test
    void deepNestingDoesNotOverflowTheStack() throws IOException {
        Path path = file(("{\"x\":" + "[".repeat(1_000_000)).getBytes(StandardCharsets.UTF_8), 0);
        assertMessage("header is not valid", () -> SafeTensors.open(path));
    }

    @Test
    void bytesThatAreNoUtf8AreRefused() throws IOException {
        Path path = file(new byte[] {'{', '"', (byte) 0xFF, '"', '}'}, 0);
        assertMessage("header is not valid", () -> SafeTensors.open(path));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, 1000, 100_000_001, Long.MAX_VALUE, 1L << 33})
    void aHeaderLengthThatCannotBeIsNamed(long length) throws IOException {
        Path path = dir.resolve("x.safetensors");
        Files.write(path, little(16).putLong(length).array());
        assertMessage(
                "header length is " + Long.toUnsignedString(length), () -> SafeTensors.open(path));
    }

    @Test
    void everyTruncationIsNoticed() throws IOException {
        byte[] whole = Files.readAllBytes(TYPES);
        Path path = dir.resolve("cut.safetensors");
        for (int length = 0; length < whole.length; length++) {
            Files.write(path, Arrays.copyOf(whole, length));
            assertThrows(ModelFormatException.class, () -> SafeTensors.open(path));
        }
    }

    @Test
    void aFileCutAfterOpeningIsNamed() throws IOException {
        Path path = dir.resolve("x.safetensors");
        write(path, Tensor.of("x", DType.F32, new long[] {9}, () -> new float[9]));
        SafeTensors file = SafeTensors.open(path);
        Files.write(path, Arrays.copyOf(Files.readAllBytes(path), 100));
        assertMessage("x can't be read", () -> file.floats("x"));
    }

    @Test
    void aMissingFileOrADirectoryIsNamed() {
        assertMessage("none.safetensors", () -> SafeTensors.open(dir.resolve("none.safetensors")));
        assertMessage(dir.toString(), () -> SafeTensors.open(dir));
    }

    private Path file(byte[] header, int dataBytes) throws IOException {
        Path path = dir.resolve("x.safetensors");
        Files.write(
                path,
                little(8 + header.length + dataBytes).putLong(header.length).put(header).array());
        return path;
    }

    private void write(Path path, Tensor... tensors) throws IOException {
        SafeTensors.write(path, Map.of("by", "test"), List.of(tensors));
    }

    private static ByteBuffer little(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] bytes(Path path, Entry entry) throws IOException {
        int from = Math.toIntExact(entry.offset());
        return Arrays.copyOfRange(
                Files.readAllBytes(path), from, from + Math.toIntExact(entry.bytes()));
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        Arrays.setAll(bits, i -> Float.floatToIntBits(values[i]));
        return bits;
    }

    private static void assertMessage(String part, Executable executable) {
        Exception e = assertThrows(ModelFormatException.class, executable);
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
