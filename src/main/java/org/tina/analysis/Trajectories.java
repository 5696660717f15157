package org.tina.analysis;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tina.data.FileTrouble;
import org.tina.study.StudyRun;
import tech.tablesaw.api.Table;

/**
 * What training measured, step by step: {@code arm}, {@code seed}, {@code step}, then a column a
 * metric under TRL's names ({@code reward}, {@code rewards/format/mean}, {@code
 * completions/mean_length}, {@code kl}, …), and {@code pass@1} on the validation problems at the
 * steps where it was measured. Studies, run directories and TRL's own logs give the same columns. A
 * step without a value has it missing.
 */
public final class Trajectories {

    /** Pass@1 on the validation problems; step 0 is the base. */
    public static final String PASS_AT_1 = "pass@1";

    private static final String METRICS = "metrics.jsonl";
    private static final String TRAINER_STATE = "trainer_state.json";

    /** What TRL called things before, and calls reward functions, in this project's names. */
    private static final Pattern REWARD =
            Pattern.compile("rewards/([^/]+?)(_reward)?(/mean|/std)?");

    private static final Pattern SEED_DIRECTORY = Pattern.compile("seed-(\\d+)");

    private Trajectories() {}

    /** The trajectories of a study's log, all of its runs. */
    public static Table of(List<StudyRun> log) {
        Rows rows = new Rows("trajectories");
        for (StudyRun run : log) {
            add(rows, run.arm(), run.seed(), steps(run));
        }
        return rows.table();
    }

    /** One run's trajectories by step. */
    private static TreeMap<Integer, Map<String, Double>> steps(StudyRun run) {
        TreeMap<Integer, Map<String, Double>> steps = new TreeMap<>();
        List<Double> numbers = run.metrics().getOrDefault("step", List.of());
        run.metrics()
                .forEach(
                        (name, values) -> {
                            for (int i = 0; i < Math.min(numbers.size(), values.size()); i++) {
                                put(steps, numbers.get(i).intValue(), name, values.get(i));
                            }
                        });
        Arms.passAt1ByStep(run).forEach((step, value) -> put(steps, step, PASS_AT_1, value));
        return steps;
    }

    /** {@link #read(Path, Consumer)}, printing what is wrong with the log. */
    public static Table read(Path log) {
        return read(log, System.out::println);
    }

    /**
     * The trajectory of one run, from a run directory (also one that is still being written), a
     * directory with TRL's {@code trainer_state.json} in it or in its latest checkpoint, such a
     * file, or JSON lines under TRL's names. The arm is named after the directory.
     *
     * @param notice told of torn or unreadable lines and missing steps; the rest is still given
     * @throws IllegalArgumentException if there is no such log
     */
    public static Table read(Path log, Consumer<String> notice) {
        Path file = Files.isDirectory(log) ? logFile(log) : log;
        TreeMap<Integer, Map<String, Double>> steps = new TreeMap<>();
        List<JsonObject> rows =
                file.endsWith(TRAINER_STATE) ? logHistory(file) : jsonLines(file, notice);
        for (JsonObject row : rows) {
            if (isNumber(row.get("step")) && !row.has("train_runtime")) { // TRL's last row sums up
                addRow(steps, row);
            }
        }
        say(file, steps, notice);
        Path directory = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file);
        Matcher seed = SEED_DIRECTORY.matcher(directory.getFileName().toString());
        Path arm = seed.matches() ? directory.getParent() : directory;
        Rows table = new Rows("trajectories");
        String name = String.valueOf(arm.getFileName());
        add(table, name, seed.matches() ? Integer.parseInt(seed.group(1)) : null, steps);
        return table.table();
    }

    /**
     * Several seeds of an arm as one curve: {@code arm}, {@code step}, {@code seeds}, {@code mean},
     * {@code sd}, {@code min}, {@code max} of one metric, for the steps that have it.
     */
    public static Table bands(Table trajectories, String metric) {
        Map<String, TreeMap<Integer, List<Double>>> arms = new LinkedHashMap<>();
        trajectories.forEach(
                row -> {
                    if (!row.isMissing(metric)) {
                        arms.computeIfAbsent(row.getString("arm"), arm -> new TreeMap<>())
                                .computeIfAbsent(row.getInt("step"), step -> new ArrayList<>())
                                .add(row.getDouble(metric));
                    }
                });
        Rows rows = new Rows(metric);
        arms.forEach((arm, steps) -> steps.forEach((step, v) -> addBand(rows, arm, step, v)));
        return rows.table();
    }

    private static void addBand(Rows rows, String arm, int step, List<Double> seeds) {
        var values = seeds.stream().mapToDouble(Double::doubleValue).summaryStatistics();
        double mean = values.getAverage();
        double squares = seeds.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        rows.row().text("arm", arm).whole("step", step).whole("seeds", seeds.size());
        rows.number("mean", mean);
        rows.number("sd", seeds.size() < 2 ? Double.NaN : Math.sqrt(squares / (seeds.size() - 1)));
        rows.number("min", values.getMin()).number("max", values.getMax());
    }

    // ---------------------------------------------------------------- files

    private static Path logFile(Path directory) {
        List<Path> places = new ArrayList<>();
        places.add(directory.resolve(METRICS));
        places.add(directory.resolve(TRAINER_STATE));
        try (Stream<Path> inside = Files.list(directory)) {
            inside.filter(path -> path.getFileName().toString().matches("checkpoint-\\d+"))
                    .sorted(Comparator.comparingInt(Trajectories::stepOf).reversed())
                    .forEach(checkpoint -> places.add(checkpoint.resolve(TRAINER_STATE)));
        } catch (IOException e) {
            throw new IllegalArgumentException(directory + ": " + FileTrouble.reason(e), e);
        }
        return places.stream()
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        directory
                                                + ": holds neither "
                                                + METRICS
                                                + " nor "
                                                + TRAINER_STATE
                                                + "; is it a run's directory?"));
    }

    /** 40 for {@code checkpoint-40}. */
    static int stepOf(Path checkpoint) {
        return Integer.parseInt(checkpoint.getFileName().toString().replaceAll("\\D", ""));
    }

    private static List<JsonObject> jsonLines(Path file, Consumer<String> notice) {
        List<JsonObject> rows = new ArrayList<>();
        List<String> lines = text(file).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).isBlank()) {
                continue;
            }
            try {
                rows.add(new Gson().fromJson(lines.get(i), JsonObject.class));
            } catch (JsonParseException e) {
                String torn = i == lines.size() - 1 ? "the last line is torn" : "no JSON object";
                notice.accept(file + ": line " + (i + 1) + " is left out: " + torn);
            }
        }
        return rows;
    }

    private static List<JsonObject> logHistory(Path file) {
        try {
            JsonElement history =
                    JsonParser.parseString(text(file)).getAsJsonObject().get("log_history");
            List<JsonObject> rows = new ArrayList<>();
            for (JsonElement row : history == null ? new JsonArray() : history.getAsJsonArray()) {
                rows.add(row.getAsJsonObject());
            }
            return rows;
        } catch (JsonParseException | IllegalStateException e) {
            throw new IllegalArgumentException(
                    file + ": not a trainer's state with a list log_history: " + e.getMessage(), e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": " + FileTrouble.reason(e), e);
        }
    }

    // ---------------------------------------------------------------- rows

    private static void addRow(TreeMap<Integer, Map<String, Double>> steps, JsonObject row) {
        int step = row.get("step").getAsInt();
        row.entrySet()
                .forEach(
                        entry -> {
                            if (isNumber(entry.getValue())) {
                                double value = entry.getValue().getAsDouble();
                                put(steps, step, ourName(entry.getKey()), value);
                            }
                        });
    }

    private static boolean isNumber(JsonElement value) {
        return value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
    }

    /** {@code rewards/format_reward} → {@code rewards/format/mean}. */
    private static String ourName(String name) {
        if (name.equals("completion_length")) {
            return "completions/mean_length";
        }
        Matcher reward = REWARD.matcher(name);
        return reward.matches()
                ? "rewards/"
                        + reward.group(1)
                        + (reward.group(3) == null ? "/mean" : reward.group(3))
                : name;
    }

    private static void put(
            TreeMap<Integer, Map<String, Double>> steps, int step, String name, double value) {
        steps.computeIfAbsent(step, s -> new LinkedHashMap<>()).put(name, value);
    }

    private static void add(
            Rows rows, String arm, Integer seed, TreeMap<Integer, Map<String, Double>> steps) {
        steps.forEach(
                (step, values) -> {
                    rows.row().text("arm", arm).whole("seed", seed).whole("step", step);
                    values.forEach(
                            (name, value) -> {
                                if (!name.equals("step")) {
                                    rows.number(name, value);
                                }
                            });
                });
    }

    private static void say(
            Path file, TreeMap<Integer, Map<String, Double>> steps, Consumer<String> notice) {
        if (steps.isEmpty()) {
            notice.accept(file + ": holds no steps yet");
            return;
        }
        List<Integer> numbers = List.copyOf(steps.keySet());
        int apart = numbers.size() > 1 ? numbers.get(1) - numbers.get(0) : 1; // TRL's logging_steps
        for (int i = 1; i < numbers.size(); i++) {
            if (numbers.get(i) - numbers.get(i - 1) > apart) {
                notice.accept(
                        "%s: no values between steps %d and %d"
                                .formatted(file, numbers.get(i - 1), numbers.get(i)));
            }
        }
    }
}
