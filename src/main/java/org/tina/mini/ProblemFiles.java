package org.tina.mini;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.tina.data.AtomicFile;
import org.tina.data.Problem;

/** The miniature's problem sets: stories of two or three steps at equal odds. */
public final class ProblemFiles {
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private ProblemFiles() {}

    /**
     * Writes train.jsonl (2,000 problems), validation.jsonl and test.jsonl (500 each).
     *
     * @param directory is made if it does not exist; files of these names in it are replaced
     */
    public static void write(Path directory) throws IOException {
        write(directory.resolve("train.jsonl"), problems(1, Split.TRAIN, 2000));
        write(directory.resolve("validation.jsonl"), problems(2, Split.VALIDATION, 500));
        write(directory.resolve("test.jsonl"), problems(3, Split.TEST, 500));
    }

    private static void write(Path file, List<Problem> problems) throws IOException {
        String lines = problems.stream().map(GSON::toJson).collect(Collectors.joining("\n"));
        AtomicFile.writeString(file, lines + "\n");
    }

    /** Problems of one part, each with numbers of its own. */
    static List<Problem> problems(long seed, Split split, int count) {
        var random = new SplittableRandom(seed);
        var seen = new HashSet<Arithmetic>();
        var problems = new ArrayList<Problem>();
        while (problems.size() < count) {
            Arithmetic problem = Arithmetic.draw(random, Draw.between(random, 2, 3), split);
            if (seen.add(problem)) {
                problems.add(problem.problem(random));
            }
        }
        return problems;
    }
}
