package org.tina.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.tina.model.SafeTensors.DType;
import org.tina.model.SafeTensors.Tensor;

class SafeTensorsPropertyTest {

    private Path path;

    @BeforeProperty
    void makeFile() throws IOException {
        path = Files.createTempFile("tina", ".safetensors");
    }

    @AfterProperty
    void deleteFile() throws IOException {
        Files.delete(path);
    }

    @Property
    void randomBytesGiveNothingButAModelFormatException(@ForAll byte[] bytes) throws IOException {
        openOrRefuse(bytes);
    }

    @Property
    void aRandomHeaderGivesNothingButAModelFormatException(@ForAll("headers") String header)
            throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        openOrRefuse(
                ByteBuffer.allocate(8 + json.length + 16)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(json.length)
                        .put(json)
                        .array());
    }

    @Property
    void aChangedByteGivesNothingButAModelFormatException(
            @ForAll @IntRange(min = 0, max = 700) int position, @ForAll byte value)
            throws IOException {
        byte[] bytes = Files.readAllBytes(Reference.DIR.resolve("types.safetensors"));
        bytes[position] = value;
        openOrRefuse(bytes);
    }

    /** Whatever opens lies inside the file. */
    private void openOrRefuse(byte[] bytes) throws IOException {
        Files.write(path, bytes);
        try {
            for (SafeTensors.Entry entry : SafeTensors.open(path).entries().values()) {
                assertTrue(entry.offset() >= 8 && entry.bytes() >= 0);
                assertTrue(entry.offset() + entry.bytes() <= bytes.length);
            }
        } catch (ModelFormatException refused) {
            assertTrue(refused.getMessage().contains(path.toString()));
        }
    }

    @Provide
    Arbitrary<String> headers() {
        Arbitrary<String> pieces =
                Arbitraries.of(
                        "{",
                        "}",
                        "[",
                        "]",
                        ":",
                        ",",
                        " ",
                        "\"x\"",
                        "\"dtype\"",
                        "\"F32\"",
                        "\"shape\"",
                        "\"data_offsets\"",
                        "\"__metadata__\"",
                        "0",
                        "4",
                        "16",
                        "-1",
                        "1e9",
                        "null",
                        "9223372036854775807",
                        "{\"x\":{\"dtype\":\"F32\",",
                        "\"shape\":[2,2],",
                        "\"data_offsets\":[0,16]}}");
        return pieces.list().ofMaxSize(25).map(list -> String.join("", list));
    }

    @Property
    void floatsComeBackAsTheyWere(@ForAll @Size(max = 50) float[] values) throws IOException {
        SafeTensors.write(
                path,
                Map.of(),
                List.of(Tensor.of("x", DType.F32, new long[] {values.length}, () -> values)));
        assertArrayEquals(values, SafeTensors.open(path).floats("x"));
    }

    @Property
    void rounding16BitsAgainChangesNothing(@ForAll short bits) {
        float bfloat = HalfPrecision.fromBfloat16(bits);
        float half = HalfPrecision.fromFloat16(bits);
        if (!Float.isNaN(bfloat)) {
            assertEquals(bits, HalfPrecision.toBfloat16(bfloat));
        }
        if (!Float.isNaN(half)) {
            assertEquals(bits, HalfPrecision.toFloat16(half));
        }
    }

    @Property(tries = 2000)
    void nothingIsNearerThanTheRoundedValue(@ForAll int bits) {
        float value = Float.intBitsToFloat(bits);
        Assume.that(!Float.isNaN(value));
        float bfloat = HalfPrecision.fromBfloat16(HalfPrecision.toBfloat16(value));
        assertEquals(nearest(value, 8, -126, 0x1.FEp127), bfloat, 0.0);
        float half = HalfPrecision.fromFloat16(HalfPrecision.toFloat16(value));
        assertEquals(nearest(value, 11, -14, 65504), half, 0.0);
    }

    /** Rounding by arithmetic: to a multiple of the distance of neighbours, ties to even. */
    private static double nearest(double value, int precision, int minExponent, double max) {
        int exponent = Math.max(Math.getExponent(value), minExponent);
        double unit = Math.scalb(1.0, exponent - precision + 1);
        double rounded = Math.rint(value / unit) * unit;
        return Math.abs(rounded) > max ? Math.signum(value) * Double.POSITIVE_INFINITY : rounded;
    }

    @Property
    void aNaNStaysANaN(@ForAll @IntRange(min = 0x7F800001, max = 0x7FFFFFFF) int bits) {
        float nan = Float.intBitsToFloat(bits);
        assertTrue(Float.isNaN(HalfPrecision.fromBfloat16(HalfPrecision.toBfloat16(nan))));
        assertTrue(Float.isNaN(HalfPrecision.fromFloat16(HalfPrecision.toFloat16(nan))));
    }
}
