package org.tina.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.tina.data.AtomicFile;
import org.tina.eval.Benchmark;
import org.tina.eval.Checkpoint;
import org.tina.eval.Evaluation;
import org.tina.eval.EvaluationLog;
import org.tina.eval.Interval;
import org.tina.eval.Repeated;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** What eval found: a table for each benchmark with its settings, and all of it as JSON. */
final class EvaluationReport {

    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().setPrettyPrinting().create();

    /** One policy on one benchmark; the settings are the directory's. */
    private record Entry(String label, Repeated found, Path directory, JsonObject settings) {
        Evaluation first() {
            return found.runs().get(0);
        }

        String title() {
            return "%s: %d problems, %d %s each, %d %s, temperature %s, top-p %s%s%s, at most %s tokens"
                    .formatted(
                            first().name(),
                            first().answers().size(),
                            first().samples(),
                            first().samples() == 1 ? "sample" : "samples",
                            found.runs().size(),
                            found.runs().size() == 1 ? "seed" : "seeds",
                            settings.get("temperature"),
                            settings.get("top_p"),
                            unlessZero("top-k", "top_k"),
                            unlessZero("min-p", "min_p"),
                            settings.get("max_new_tokens"));
        }

        private String unlessZero(String name, String key) {
            String value = settings.get(key).getAsString();
            return Double.parseDouble(value) == 0 ? "" : ", " + name + " " + value;
        }
    }

    private final List<Entry> entries = new ArrayList<>();
    private final List<String> choices = new ArrayList<>();
    private final JsonArray chosen = new JsonArray();

    void add(String label, Repeated found, Path directory) {
        entries.add(new Entry(label, found, directory, EvaluationLog.settings(directory)));
    }

    /** A checkpoint that is to be reported. */
    void best(Checkpoint checkpoint, Benchmark by, Repeated found) {
        choices.add(
                "%s is the best on %s: Pass@1 %s"
                        .formatted(checkpoint.directory(), by.name(), found.passAt1Interval()));
        JsonObject best = new JsonObject();
        best.addProperty("step", checkpoint.step());
        best.addProperty("directory", checkpoint.directory().toString());
        best.addProperty("chosen_on", by.name());
        chosen.add(best);
    }

    // ---------------------------------------------------------------- for people

    void print(PrintWriter out) {
        Map<String, List<Entry>> byTitle = new LinkedHashMap<>();
        for (Entry entry : entries) {
            byTitle.computeIfAbsent(entry.title(), t -> new ArrayList<>()).add(entry);
        }
        byTitle.forEach(
                (title, group) -> {
                    out.println();
                    out.println(title);
                    TextTable.print(table(group), out);
                });
        if (!entries.isEmpty()) {
            out.println();
            choices.forEach(out::println);
            means(out);
            out.println(
                    "In brackets: 95% intervals over problems"
                            + (severalSeeds()
                                    ? " and seeds."
                                    : ", which don't tell what another seed gives."));
            out.println("Completions: " + directories());
        }
    }

    private Table table(List<Entry> group) {
        Map<String, StringColumn> columns = new LinkedHashMap<>();
        for (Entry entry : group) {
            Repeated found = entry.found;
            int k = entry.first().samples();
            cell(columns, "", entry.label);
            cell(columns, "Pass@1", found.passAt1Interval().toString());
            if (found.runs().size() > 1) {
                cell(columns, "± of seeds", number("%.1f", 100 * found.deviation()));
            }
            if (k > 1) {
                cell(columns, "pass@" + k, percent(found.mean(run -> run.passAt(k))));
                cell(columns, "majority@" + k, percent(found.mean(run -> run.majority(k))));
            }
            Map<String, Double> figures = found.figures();
            cell(columns, "lenient", percent(figures.get("lenient")));
            cell(columns, "format", percent(figures.get("format")));
            cell(columns, "both right", percent(figures.get("formatted_and_correct")));
            cell(columns, "of finished", percent(figures.get("pass@1_of_finished")));
            cell(columns, "cut off", percent(figures.get("truncated")));
            cell(columns, "tokens", number("%.1f", figures.get("length")));
            cell(columns, "tokens/s", number("%,.0f", figures.get("tokens_per_second")));
            if (group.size() > 1) {
                cell(columns, "against the first", against(entry, group.get(0)));
            }
        }
        return Table.create(columns.values().toArray(StringColumn[]::new));
    }

    private static void cell(Map<String, StringColumn> columns, String name, String value) {
        columns.computeIfAbsent(name, StringColumn::create).append(value);
    }

    private static String against(Entry entry, Entry first) {
        return entry == first ? "" : entry.found.minus(first.found).toString();
    }

    /** The paper's average: the plain mean over benchmarks of those that were measured on all. */
    private void means(PrintWriter out) {
        Map<String, List<Entry>> byLabel =
                entries.stream()
                        .collect(
                                Collectors.groupingBy(
                                        Entry::label, LinkedHashMap::new, Collectors.toList()));
        byLabel.forEach(
                (label, own) -> {
                    if (own.size() > 1 && choices.isEmpty()) {
                        double mean =
                                own.stream()
                                        .mapToDouble(entry -> entry.found.passAt1())
                                        .average()
                                        .getAsDouble();
                        out.printf(
                                "%s: %s Pass@1, the plain mean of %d benchmarks%n",
                                label, percent(mean), own.size());
                    }
                });
    }

    private boolean severalSeeds() {
        return entries.get(0).found.runs().size() > 1;
    }

    private String directories() {
        return entries.stream()
                .map(entry -> entry.directory.toString())
                .collect(Collectors.joining(", "));
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "-" : number("%.1f%%", 100 * share);
    }

    private static String number(String format, double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
    }

    // ---------------------------------------------------------------- for machines

    void write(Path file) throws IOException {
        JsonObject page = new JsonObject();
        JsonArray found = new JsonArray();
        entries.forEach(entry -> found.add(json(entry)));
        page.add("evaluations", found);
        page.add("best_checkpoints", chosen);
        AtomicFile.writeString(file, GSON.toJson(page) + "\n");
    }

    private static JsonObject json(Entry entry) {
        Repeated found = entry.found;
        Interval interval = found.passAt1Interval();
        JsonObject json = new JsonObject();
        json.addProperty("policy", entry.label);
        json.addProperty("benchmark", entry.first().name());
        json.addProperty("directory", entry.directory.toString());
        json.add("settings", entry.settings);
        json.addProperty("problems", entry.first().answers().size());
        json.addProperty("samples", entry.first().samples());
        json.addProperty("seeds", found.runs().size());
        add(json, found.figures());
        json.addProperty("pass@1_low", interval.low());
        json.addProperty("pass@1_high", interval.high());
        add(json, Map.of("pass@1_std_over_seeds", found.deviation()));
        int k = entry.first().samples();
        if (k > 1) {
            json.addProperty("pass@" + k, found.mean(run -> run.passAt(k)));
            json.addProperty("majority@" + k, found.mean(run -> run.majority(k)));
        }
        JsonArray bySeed = new JsonArray();
        for (Evaluation run : found.runs()) {
            JsonObject own = new JsonObject();
            add(own, run.figures());
            JsonArray correct = new JsonArray();
            Arrays.stream(run.correctCounts()).forEach(correct::add);
            own.add("correct", correct);
            bySeed.add(own);
        }
        json.add("by_seed", bySeed);
        return json;
    }

    /** JSON has no NaN. */
    private static void add(JsonObject json, Map<String, Double> values) {
        values.forEach(
                (name, value) -> {
                    if (Double.isFinite(value)) {
                        json.addProperty(name, value);
                    } else {
                        json.add(name, JsonNull.INSTANCE);
                    }
                });
    }
}
