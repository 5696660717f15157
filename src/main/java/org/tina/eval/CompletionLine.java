package org.tina.eval;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.tina.data.Problem;
import org.tina.generate.Completion;

/**
 * A completion as a line of JSON.
 *
 * @param completion one that was read has its text and length, but zeros for tokens
 */
record CompletionLine(Key key, Problem problem, Completion completion) {

    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

    /** Which completion: of what seed, of which problem of the benchmark, the how manyth. */
    record Key(long seed, int problem, int sample) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int bySeed = Long.compare(seed, other.seed);
            int byProblem = Integer.compare(problem, other.problem);
            return bySeed != 0
                    ? bySeed
                    : byProblem != 0 ? byProblem : Integer.compare(sample, other.sample);
        }
    }

    /** The line, with its end. */
    String toJson(Verdict verdict) {
        JsonObject line = new JsonObject();
        line.addProperty("problem", key.problem);
        line.addProperty("seed", key.seed);
        line.addProperty("sample", key.sample);
        line.addProperty("correct", verdict.correct());
        line.addProperty("lenient", verdict.lenient());
        line.addProperty("formatted", verdict.formatted());
        line.addProperty("answer", verdict.answer().orElse(null));
        line.addProperty("gold", problem.solution());
        line.addProperty("tokens", completion.length());
        line.addProperty("finished", completion.finished());
        line.addProperty("question", problem.problem());
        line.addProperty("text", completion.text());
        return GSON.toJson(line) + "\n";
    }

    /**
     * Reads a file of lines. A last line that is torn is not among them.
     *
     * @param notices told of it
     * @return how many bytes the whole lines take
     * @throws IllegalArgumentException naming a line before the last that is no completion
     */
    static long read(Path file, List<CompletionLine> lines, Consumer<String> notices)
            throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int number = 1;
        for (int from = 0; from < bytes.length; number++) {
            int end = from;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            boolean last = end + 1 >= bytes.length;
            try {
                CompletionLine line =
                        parse(new String(bytes, from, end - from, StandardCharsets.UTF_8));
                if (end < bytes.length) { // else it may be cut off even if it reads well
                    lines.add(line);
                    from = end + 1;
                    continue;
                }
            } catch (RuntimeException e) { // Gson throws many kinds
                if (!last) {
                    throw new IllegalArgumentException(
                            "%s: line %d is no completion; remove the line, and its completion is sampled again"
                                    .formatted(file, number),
                            e);
                }
            }
            notices.accept(
                    "%s: line %d is torn, its completion is left out".formatted(file, number));
            return from;
        }
        return bytes.length;
    }

    private static CompletionLine parse(String text) {
        JsonObject line = JsonParser.parseString(text).getAsJsonObject();
        return new CompletionLine(
                new Key(
                        line.get("seed").getAsLong(),
                        line.get("problem").getAsInt(),
                        line.get("sample").getAsInt()),
                new Problem(line.get("question").getAsString(), line.get("gold").getAsString()),
                new Completion(
                        new int[line.get("tokens").getAsInt()],
                        new float[0],
                        line.get("finished").getAsBoolean(),
                        line.get("text").getAsString()));
    }
}
