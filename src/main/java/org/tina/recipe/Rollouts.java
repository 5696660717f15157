package org.tina.recipe;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.tina.data.FileTrouble;
import org.tina.data.Problem;
import org.tina.data.RowReader;
import org.tina.generate.Completion;
import org.tina.grpo.RolloutGroup;

/**
 * The completions of one training step, as a run with {@code log_completions} keeps them: {@code
 * completions/completions_%05d.parquet} in its directory, a row a completion. First come TRL's
 * columns ({@code step}, {@code prompt}, {@code completion}, one a reward, {@code advantage}), then
 * {@code reward} (the weighted sum), {@code problem}, {@code solution}, {@code group} (from 0),
 * {@code finished}, {@code prompt_ids}, {@code completion_ids} and {@code logprobs} (of the
 * completion's tokens when they were sampled).
 *
 * @param rewards the reward functions' names, in the order of each group's scores
 */
public record Rollouts(int step, List<String> rewards, List<RolloutGroup> groups) {

    static final String FOLDER = "completions";
    private static final Pattern NAME = Pattern.compile("completions_(\\d{5,9})\\.parquet");

    /**
     * The steps whose completions a run has kept so far, ascending; none if it keeps none.
     *
     * @param run the run's directory
     * @throws IllegalArgumentException if it can't be read
     */
    public static List<Integer> steps(Path run) {
        if (!Files.isDirectory(run)) {
            throw new IllegalArgumentException(run + ": there is no such directory");
        }
        Path folder = run.resolve(FOLDER);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var content = Files.list(folder)) {
            return content.map(path -> NAME.matcher(path.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(name -> Integer.valueOf(name.group(1)))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new IllegalArgumentException(folder + ": " + FileTrouble.reason(e), e);
        }
    }

    /**
     * The completions of a step.
     *
     * @param run the run's directory
     * @throws IllegalArgumentException if there are none, or the file is another's, naming it
     */
    public static Rollouts read(Path run, int step) {
        Path file = file(run, step);
        if (!Files.exists(file)) {
            throw new IllegalArgumentException(
                    file
                            + ": no such file; a run with log_completions: true keeps its completions");
        }
        try (RowReader reader = new RowReader()) {
            return of(step, reader.all(file));
        } catch (NullPointerException | IllegalStateException | UnsupportedOperationException e) {
            throw new IllegalArgumentException(
                    file + ": has other columns than a run of this library writes", e);
        }
    }

    static Path file(Path run, int step) {
        return run.resolve(FOLDER).resolve("completions_%05d.parquet".formatted(step));
    }

    /** Deletes what a run kept of later steps. */
    static void cut(Path run, int last) throws IOException {
        if (Files.isDirectory(run)) {
            for (int step : steps(run)) {
                if (step > last) {
                    Files.delete(file(run, step));
                }
            }
        }
    }

    // ---------------------------------------------------------------- columns

    private static Rollouts of(int step, List<JsonObject> rows) {
        Map<Integer, List<JsonObject>> groups = new LinkedHashMap<>();
        for (JsonObject row : rows) {
            int group = row.get("group").getAsInt();
            groups.computeIfAbsent(group, g -> new ArrayList<>()).add(row);
        }
        List<String> columns = new ArrayList<>(rows.get(0).keySet());
        List<String> rewards =
                columns.subList(columns.indexOf("completion") + 1, columns.indexOf("advantage"));
        return new Rollouts(
                step,
                List.copyOf(rewards),
                groups.values().stream().map(group -> group(group, rewards)).toList());
    }

    private static RolloutGroup group(List<JsonObject> rows, List<String> rewards) {
        JsonObject first = rows.get(0);
        return new RolloutGroup(
                new Problem(
                        first.get("problem").getAsString(), first.get("solution").getAsString()),
                ints(first.getAsJsonArray("prompt_ids")),
                rows.stream().map(Rollouts::completion).toList(),
                rewards.stream().map(name -> numbers(rows, name)).toArray(double[][]::new),
                numbers(rows, "reward"),
                numbers(rows, "advantage"));
    }

    private static Completion completion(JsonObject row) {
        JsonArray values = row.getAsJsonArray("logprobs");
        float[] logProbs = new float[values.size()];
        for (int i = 0; i < logProbs.length; i++) {
            logProbs[i] = values.get(i).getAsFloat();
        }
        return new Completion(
                ints(row.getAsJsonArray("completion_ids")),
                logProbs,
                row.get("finished").getAsBoolean(),
                row.get("completion").getAsString());
    }

    private static double[] numbers(List<JsonObject> rows, String column) {
        return rows.stream()
                .map(row -> row.get(column))
                .mapToDouble(value -> value.isJsonNull() ? Double.NaN : value.getAsDouble())
                .toArray();
    }

    private static int[] ints(JsonArray values) {
        return IntStream.range(0, values.size())
                .mapToObj(values::get)
                .mapToInt(JsonElement::getAsInt)
                .toArray();
    }
}
