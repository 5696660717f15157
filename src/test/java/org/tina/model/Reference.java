package org.tina.model;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Files that src/test/python/model_files.py made. */
final class Reference {

    static final Path DIR = Path.of("src/test/resources/org/tina/model/reference");

    private Reference() {}

    static JsonElement json(String name) throws IOException {
        return JsonParser.parseString(Files.readString(DIR.resolve(name)));
    }

    static List<JsonObject> cases(String name) throws IOException {
        return json(name).getAsJsonArray().asList().stream()
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    static int[] ints(JsonElement array) {
        JsonArray numbers = array.getAsJsonArray();
        return numbers.asList().stream().mapToInt(JsonElement::getAsInt).toArray();
    }
}
