package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What can be said of a notebook without running it. */
class ChaptersTest {
    private static final Pattern CHECK = Pattern.compile("Exercise\\.check\\(\\s*\"([^\"]+)\"");
    private static final int FEWEST_EXERCISES = 3;

    static Stream<Path> notebooks() throws IOException {
        return Stream.concat(
                Chapters.names().stream().map(name -> file(Chapters.FOLDER, name)),
                Chapters.solutions().stream().map(name -> file(Chapters.SOLUTIONS, name)));
    }

    static Stream<String> solutions() throws IOException {
        return Chapters.solutions().stream();
    }

    @ParameterizedTest
    @MethodSource("notebooks")
    void isCommittedWithoutOutputs(Path notebook) throws IOException {
        for (JsonObject cell : Chapters.codeCells(notebook)) {
            assertTrue(cell.getAsJsonArray("outputs").isEmpty(), Chapters.source(cell));
            assertTrue(cell.get("execution_count").isJsonNull(), Chapters.source(cell));
        }
    }

    @ParameterizedTest
    @MethodSource("solutions")
    void aSolutionHasItsChaptersExercises(String name) throws IOException {
        List<String> asked = exercises(file(Chapters.FOLDER, name));
        assertTrue(asked.size() >= FEWEST_EXERCISES, asked.toString());
        assertEquals(asked, exercises(file(Chapters.SOLUTIONS, name)));
    }

    @ParameterizedTest
    @MethodSource("notebooks")
    void exercisesAreSolvedSomewhere(Path notebook) throws IOException {
        String name = notebook.getFileName().toString().replace(".ipynb", "");
        assertTrue(
                exercises(notebook).isEmpty() || Chapters.solutions().contains(name),
                "there is no notebooks/solutions/" + name + ".ipynb");
    }

    private static List<String> exercises(Path notebook) throws IOException {
        List<String> titles = new ArrayList<>();
        for (JsonObject cell : Chapters.codeCells(notebook)) {
            Matcher check = CHECK.matcher(Chapters.source(cell));
            while (check.find()) {
                titles.add(check.group(1));
            }
        }
        return titles;
    }

    private static Path file(Path folder, String name) {
        return folder.resolve(name + ".ipynb");
    }
}
