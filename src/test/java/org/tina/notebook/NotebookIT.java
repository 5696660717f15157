package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every notebook runs from the terminal without an error, no cell for longer than three minutes;
 * its page stands alone, and that of a chapter shows a picture. A solution solves what its chapter
 * asks.
 */
class NotebookIT {
    private static final Duration LONGEST_CELL = Duration.ofMinutes(3);

    static Stream<String> chapters() throws IOException {
        return Chapters.names().stream();
    }

    static Stream<String> solutions() throws IOException {
        return Chapters.solutions().stream();
    }

    @ParameterizedTest
    @MethodSource("chapters")
    void runs(String name) throws Exception {
        Path page = run(name, Path.of("runs"));
        assertTrue(outputs(page).stream().anyMatch(NotebookIT::isPicture), "no picture");
        assertTrue(Files.readString(page).contains("src=\"data:image/png;base64,"));
        assertFalse(texts(page).anyMatch(text -> text.startsWith("Right: exercise")), "solved");
    }

    @ParameterizedTest
    @MethodSource("solutions")
    void solves(String name) throws Exception {
        Path page = run("solutions/" + name, Path.of("runs/solutions"));
        List<String> open =
                texts(page).filter(text -> text.startsWith("Not yet: exercise")).toList();
        assertEquals(List.of(), open);
    }

    /** Runs a notebook; its page, with the executed notebook beside it. */
    private static Path run(String name, Path pages) throws Exception {
        Terminal.Result run = Terminal.run("environment/tina", "notebook", name);
        assertEquals(0, run.status(), run.output());

        String file = Path.of(name).getFileName().toString();
        Path page = pages.resolve(file.replaceFirst("^[0-9]*-", "")).resolve(file + ".html");
        String html = Files.readString(page);
        assertAll(
                () ->
                        assertFalse(
                                outputs(page).stream().anyMatch(output -> is(output, "error")),
                                "an error in a cell"),
                () ->
                        assertFalse(
                                html.matches(
                                        "(?s).*<(script|link|img)[^>]+(src|href)=\"?https?:.*"),
                                "a request"),
                () -> assertEquals(List.of(), slowCells(page)));
        return page;
    }

    private static List<JsonObject> cells(Path page) throws IOException {
        return Chapters.cells(Path.of(page.toString().replace(".html", ".ipynb")));
    }

    private static List<JsonObject> outputs(Path page) throws IOException {
        List<JsonObject> outputs = new ArrayList<>();
        for (JsonObject cell : cells(page)) {
            if (cell.has("outputs")) {
                cell.getAsJsonArray("outputs").forEach(out -> outputs.add(out.getAsJsonObject()));
            }
        }
        return outputs;
    }

    /** What results say as plain text. */
    private static Stream<String> texts(Path page) throws IOException {
        return outputs(page).stream()
                .filter(output -> output.has("data"))
                .map(output -> output.getAsJsonObject("data").get("text/plain"))
                .map(text -> text == null ? "" : Chapters.text(text));
    }

    private static List<String> slowCells(Path page) throws IOException {
        return cells(page).stream()
                .filter(cell -> time(cell).compareTo(LONGEST_CELL) > 0)
                .map(cell -> cell.get("id").getAsString() + " took " + time(cell))
                .toList();
    }

    /** From the kernel's "busy" to its "idle", as nbclient noted them. */
    private static Duration time(JsonObject cell) {
        JsonObject times = cell.getAsJsonObject("metadata").getAsJsonObject("execution");
        return times == null
                ? Duration.ZERO
                : Duration.between(
                        Instant.parse(times.get("iopub.status.busy").getAsString()),
                        Instant.parse(times.get("iopub.status.idle").getAsString()));
    }

    private static boolean is(JsonObject output, String type) {
        return output.get("output_type").getAsString().equals(type);
    }

    private static boolean isPicture(JsonObject output) {
        return output.has("data") && output.getAsJsonObject("data").has("image/png");
    }
}
