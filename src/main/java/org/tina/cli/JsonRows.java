package org.tina.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;

/** The objects of a JSON lines file; what is wrong with one is said with the file and the row. */
final class JsonRows {

    static final Gson GSON =
            new GsonBuilder()
                    .setStrictness(Strictness.STRICT)
                    .serializeNulls()
                    .disableHtmlEscaping()
                    .create();

    /** Takes a row; an IllegalArgumentException says what is wrong with it. */
    @FunctionalInterface
    interface Row {
        void accept(JsonObject row) throws IOException;
    }

    private JsonRows() {}

    /** Hands over each row that is not blank, in order. */
    static void forEach(Path input, BufferedReader lines, Row body) throws IOException {
        int number = 0;
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (!line.isBlank()) {
                    body.accept(object(line));
                }
            }
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "%s: not UTF-8 text near row %d".formatted(input, number + 1), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "%s: row %d: %s".formatted(input, number, e.getMessage()), e);
        }
    }

    private static JsonObject object(String line) {
        JsonElement element;
        try {
            element = GSON.fromJson(line, JsonElement.class);
        } catch (JsonParseException e) {
            throw new IllegalArgumentException("not JSON", e);
        }
        if (!element.isJsonObject()) {
            throw new IllegalArgumentException("must be a JSON object");
        }
        return element.getAsJsonObject();
    }
}
