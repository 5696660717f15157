package org.tina.analysis;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tina.grpo.StepMetrics;
import org.tina.grpo.TrainingLog;
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
     * The trajectory of one run, from all that {@link TrainingLog} reads: a run's directory, also
     * one that is still being written, or TRL's logs. The arm is named after the directory.
     *
     * @param notice told of torn or unreadable lines and missing steps; the rest is still given
     * @throws IllegalArgumentException if there is no such log
     */
    public static Table read(Path log, Consumer<String> notice) {
        TreeMap<Integer, Map<String, Double>> steps = new TreeMap<>();
        for (StepMetrics step : TrainingLog.read(log, notice)) {
            steps.put(step.step(), step.values());
        }
        say(log, steps, notice);
        Path directory = log.toAbsolutePath().normalize();
        if (!Files.isDirectory(directory)) {
            directory = directory.getParent();
        }
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

    // ---------------------------------------------------------------- rows

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
