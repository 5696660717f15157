package org.tina.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowWriterTest {
    @TempDir Path folder;

    private static Map<String, Object> row(int whole, double number, String text, float[] many) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("whole", whole);
        row.put("a \"quoted\" name", number);
        row.put("text", text);
        row.put("flag", whole > 1);
        row.put("ids", new int[] {whole, -whole});
        row.put("many", many);
        return row;
    }

    @Test
    void whatIsWrittenIsReadBack() throws IOException {
        Path file = folder.resolve("it's/new.parquet");
        float[] values = {0.1f, -1.2345678e-7f, Float.MIN_VALUE, 3};
        try (RowWriter writer = new RowWriter();
                RowReader reader = new RowReader()) {
            writer.write(file, List.of(row(9, 9, "before", values)));
            writer.write(
                    file,
                    List.of(
                            row(1, 0.1, "√2 < \"3\"\n\0", values),
                            row(2, Double.NaN, "", new float[0])));
            List<JsonObject> rows = reader.all(file);
            assertEquals(2, rows.size());
            JsonObject first = rows.get(0);
            assertEquals(
                    List.of("whole", "a \"quoted\" name", "text", "flag", "ids", "many"),
                    List.copyOf(first.keySet()));
            assertEquals(0.1, first.get("a \"quoted\" name").getAsDouble());
            assertEquals("√2 < \"3\"\n\0", first.get("text").getAsString());
            assertEquals("[1,-1]", first.get("ids").toString());
            assertArrayEquals(values, new Gson().fromJson(first.get("many"), float[].class));
            assertTrue(rows.get(1).get("a \"quoted\" name").isJsonNull());
            assertTrue(rows.get(1).get("flag").getAsBoolean());
            assertEquals("[]", rows.get(1).get("many").toString());
        }
        try (var left = Files.list(file.getParent())) {
            assertEquals(List.of(file), left.toList(), "no temporary file stays");
        }
    }

    @Test
    void aFileThatCantBeWrittenIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "").resolve("rows.parquet");
        try (RowWriter writer = new RowWriter()) {
            IOException e =
                    assertThrows(
                            IOException.class,
                            () -> writer.write(file, List.of(row(1, 1, "", new float[0]))));
            assertTrue(String.valueOf(e.getMessage()).contains(folder.toString()), e.toString());
        }
    }
}
