package org.tina.grpo;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tina.data.FileTrouble;
import org.tina.eval.Checkpoint;

/**
 * Reads what a training wrote about itself, ours or TRL's, also while it is still being written: a
 * run's {@code metrics.jsonl}, the {@code log_history} of a {@code trainer_state.json}, JSON lines,
 * or the output of a terminal with TRL's lines in it. TRL's older names become today's.
 */
public final class TrainingLog {

    private static final String METRICS = "metrics.jsonl";
    private static final String TRAINER_STATE = "trainer_state.json";
    private static final String HISTORY = "log_history";

    /** {@code rewards/format_reward} and {@code rewards/format/mean} are the same. */
    private static final Pattern REWARD =
            Pattern.compile("rewards/([^/]+?)(?:_reward)?(/mean|/std)?");

    /** Other names that were changed. */
    private static final Map<String, String> RENAMED =
            Map.of(
                    "completion_length", "completions/mean_length",
                    "clip_ratio", "clip_ratio/region_mean");

    /** TRL's last line sums the training up; it is no step. */
    private static final String SUMMARY = "train_runtime";

    private static final Gson GSON = new Gson();

    private TrainingLog() {}

    /**
     * The steps of a log in their order; of a step that was logged twice, as after a resumption,
     * the last. Lines without a step's number are counted.
     *
     * @param log a file, or a directory with one in it or in its latest {@code checkpoint-N}
     * @param notice told of what can't be read, such as a torn end; the rest is given all the same
     * @throws IllegalArgumentException if there is no such file, or nothing of a training in it
     */
    public static List<StepMetrics> read(Path log, Consumer<String> notice) {
        Path file = Files.isDirectory(log) ? fileIn(log) : log;
        String text = text(file);
        List<JsonObject> rows =
                text.contains('"' + HISTORY + '"')
                        ? history(file, text, notice)
                        : lines(file, text, notice);
        TreeMap<Integer, StepMetrics> steps = new TreeMap<>();
        int count = 0;
        for (JsonObject row : rows) {
            boolean isStep = (row.has("loss") || row.has("reward")) && !row.has(SUMMARY);
            if (isStep) {
                count++;
                int step = row.has("step") ? (int) number(row.get("step")) : count;
                steps.put(step, new StepMetrics(step, values(row)));
            }
        }
        if (steps.isEmpty() && !text.isBlank()) {
            throw new IllegalArgumentException(
                    file + ": no steps of a training, JSON objects with loss or reward, are in it");
        }
        return List.copyOf(steps.values());
    }

    private static Path fileIn(Path directory) {
        List<Path> places = new ArrayList<>();
        places.add(directory.resolve(METRICS));
        places.add(directory.resolve(TRAINER_STATE));
        List<Checkpoint> checkpoints = new ArrayList<>(Checkpoint.find(directory));
        Collections.reverse(checkpoints);
        checkpoints.forEach(c -> places.add(c.directory().resolve(TRAINER_STATE)));
        return places.stream()
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "%s: holds neither %s nor %s; is it a run's directory?"
                                                .formatted(directory, METRICS, TRAINER_STATE)));
    }

    private static String text(Path file) {
        try {
            // not readString: a log that was torn within a character is still a log
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": " + FileTrouble.reason(e), e);
        }
    }

    // ---------------------------------------------------------------- rows

    /** The list log_history of a trainer's state, as far as it was written. */
    private static List<JsonObject> history(Path file, String text, Consumer<String> notice) {
        List<JsonObject> rows = new ArrayList<>();
        JsonReader json = lenient(text);
        try {
            json.beginObject();
            while (json.hasNext()) {
                if (!json.nextName().equals(HISTORY)) {
                    json.skipValue();
                    continue;
                }
                json.beginArray();
                while (json.hasNext()) {
                    JsonElement row = GSON.fromJson(json, JsonElement.class);
                    if (row.isJsonObject()) {
                        rows.add(row.getAsJsonObject());
                    }
                }
                json.endArray();
            }
        } catch (IOException | JsonParseException | IllegalStateException e) {
            notice.accept(
                    file + ": ends in the middle; the first " + rows.size() + " entries are used");
        }
        return rows;
    }

    /** The lines that hold an object; what a terminal shows beside them is passed over. */
    private static List<JsonObject> lines(Path file, String text, Consumer<String> notice) {
        List<JsonObject> rows = new ArrayList<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            int begin = lines.get(i).indexOf('{');
            if (begin < 0) {
                continue;
            }
            try {
                JsonElement row =
                        GSON.fromJson(lenient(lines.get(i).substring(begin)), JsonElement.class);
                rows.add(row.getAsJsonObject());
            } catch (JsonParseException | IllegalStateException e) {
                String why = i == lines.size() - 1 ? "it is torn" : "it is no JSON object";
                notice.accept("%s: line %d is left out, %s".formatted(file, i + 1, why));
            }
        }
        return rows;
    }

    /** Takes Python's quotes and its nan too, which is how TRL prints. */
    private static JsonReader lenient(String text) {
        JsonReader reader = new JsonReader(new StringReader(text));
        reader.setStrictness(Strictness.LENIENT);
        return reader;
    }

    private static Map<String, Double> values(JsonObject row) {
        Map<String, Double> values = new LinkedHashMap<>();
        row.entrySet()
                .forEach(
                        entry -> {
                            boolean isValue =
                                    entry.getValue().isJsonPrimitive()
                                            || entry.getValue().isJsonNull();
                            if (isValue && !entry.getKey().equals("step")) {
                                values.put(name(entry.getKey()), number(entry.getValue()));
                            }
                        });
        return values;
    }

    /** NaN for what is none; TRL prints numbers as texts. */
    private static double number(JsonElement value) {
        try {
            return value.isJsonNull() ? Double.NaN : Double.parseDouble(value.getAsString());
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static String name(String written) {
        Matcher reward = REWARD.matcher(written);
        if (reward.matches()) {
            String figure = reward.group(2) == null ? "/mean" : reward.group(2);
            return "rewards/" + reward.group(1) + figure;
        }
        return RENAMED.getOrDefault(written, written);
    }
}
