package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every notebook runs from the terminal without an error, shows a picture, and its page stands
 * alone.
 */
class NotebookIT {
    static Stream<String> notebooks() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("notebooks"))) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".ipynb"))
                    .map(name -> name.replace(".ipynb", ""))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("notebooks")
    void runs(String name) throws Exception {
        Terminal.Result run = Terminal.run("environment/tina", "notebook", name);
        assertEquals(0, run.status(), run.output());

        Path directory = Path.of("runs", name.replaceFirst("^[0-9]*-", ""));
        List<JsonObject> outputs = outputs(directory.resolve(name + ".ipynb"));
        String page = Files.readString(directory.resolve(name + ".html"));
        assertAll(
                () ->
                        assertFalse(
                                outputs.stream().anyMatch(output -> is(output, "error")),
                                "an error in a cell"),
                () ->
                        assertTrue(
                                outputs.stream().anyMatch(NotebookIT::isPicture),
                                "no picture in any cell"),
                () ->
                        assertTrue(
                                page.contains("src=\"data:image/png;base64,"),
                                "no picture in the page"),
                () ->
                        assertFalse(
                                page.matches(
                                        "(?s).*<(script|link|img)[^>]+(src|href)=\"?https?:.*"),
                                "a request"));
    }

    private static List<JsonObject> outputs(Path notebook) throws IOException {
        JsonArray cells =
                JsonParser.parseString(Files.readString(notebook))
                        .getAsJsonObject()
                        .getAsJsonArray("cells");
        List<JsonObject> outputs = new ArrayList<>();
        for (JsonElement cell : cells) {
            JsonElement shown = cell.getAsJsonObject().get("outputs");
            if (shown != null) {
                shown.getAsJsonArray().forEach(output -> outputs.add(output.getAsJsonObject()));
            }
        }
        return outputs;
    }

    private static boolean is(JsonObject output, String type) {
        return output.get("output_type").getAsString().equals(type);
    }

    private static boolean isPicture(JsonObject output) {
        return output.has("data") && output.getAsJsonObject("data").has("image/png");
    }
}
