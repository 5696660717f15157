package org.tina.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tina.model.SafeTensors;

/**
 * The reference files under src/test/resources/references; their README.md says what each holds.
 */
final class References {

    /**
     * Largest relative error against a float32 reference, and against a bfloat16 or float16 one.
     */
    static final double FLOAT32 = 1e-4;

    static final double HALF = 2e-2;

    private References() {}

    static Path path(String name) {
        try {
            return Path.of(References.class.getResource("/references/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static SafeTensors tensors(String name) {
        return SafeTensors.open(path(name));
    }

    static JsonElement json(String name) {
        try {
            return JsonParser.parseString(Files.readString(path(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Objects of a JSON array. */
    static List<JsonObject> objects(JsonElement array) {
        List<JsonObject> out = new ArrayList<>();
        array.getAsJsonArray().forEach(element -> out.add(element.getAsJsonObject()));
        return out;
    }

    static int[] ints(JsonElement array) {
        int[] out = new int[array.getAsJsonArray().size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = array.getAsJsonArray().get(i).getAsInt();
        }
        return out;
    }

    static double[] doubles(JsonElement array) {
        double[] out = new double[array.getAsJsonArray().size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = array.getAsJsonArray().get(i).getAsDouble();
        }
        return out;
    }

    static float[] floats(JsonElement array) {
        return floats(doubles(array));
    }

    static float[] floats(double[] values) {
        float[] out = new float[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) values[i];
        }
        return out;
    }

    /** Lists of token ids, such as a group's completions. */
    static List<int[]> rows(JsonElement array) {
        List<int[]> out = new ArrayList<>();
        array.getAsJsonArray().forEach(row -> out.add(ints(row)));
        return out;
    }

    /** Holds {@code max |actual - expected|} to a part of {@code max |expected|}. */
    static void assertClose(float[] expected, float[] actual, double tolerance, String what) {
        assertEquals(expected.length, actual.length, what + ": number of values");
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            assertTrue(Float.isFinite(actual[i]), what + ": value " + i + " is " + actual[i]);
            largest = Math.max(largest, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs((double) expected[i] - actual[i]));
        }
        double error = difference / largest;
        assertTrue(error < tolerance, what + ": relative error " + error);
    }

    static float[] flat(float[][] rows) {
        float[] out = new float[rows.length * rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, out, i * rows[0].length, rows[0].length);
        }
        return out;
    }
}
