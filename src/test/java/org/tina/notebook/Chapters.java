package org.tina.notebook;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The notebooks of this project as files. */
final class Chapters {
    static final Path FOLDER = Path.of("notebooks");
    static final Path SOLUTIONS = FOLDER.resolve("solutions");

    private Chapters() {}

    /** The chapters' names, such as "03-lora", in their order. */
    static List<String> names() throws IOException {
        return names(FOLDER);
    }

    /** The names of the chapters that have solutions. */
    static List<String> solutions() throws IOException {
        return names(SOLUTIONS);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".ipynb"))
                    .map(name -> name.replace(".ipynb", ""))
                    .sorted()
                    .toList();
        }
    }

    static List<JsonObject> cells(Path notebook) throws IOException {
        List<JsonObject> cells = new ArrayList<>();
        JsonParser.parseString(Files.readString(notebook))
                .getAsJsonObject()
                .getAsJsonArray("cells")
                .forEach(cell -> cells.add(cell.getAsJsonObject()));
        return cells;
    }

    static List<JsonObject> codeCells(Path notebook) throws IOException {
        return cells(notebook).stream()
                .filter(cell -> cell.get("cell_type").getAsString().equals("code"))
                .toList();
    }

    static String source(JsonObject cell) {
        return text(cell.get("source"));
    }

    /** A text that may be stored as a list of its lines. */
    static String text(JsonElement stored) {
        return stored.isJsonArray()
                ? StreamSupport.stream(stored.getAsJsonArray().spliterator(), false)
                        .map(JsonElement::getAsString)
                        .collect(Collectors.joining())
                : stored.getAsString();
    }
}
