package org.tina.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.tina.data.AtomicFile;
import org.tina.model.CausalLM;
import org.tina.model.Group;
import org.tina.model.Policy;
import org.tina.model.Workers;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Log-probabilities of given texts, token by token. */
@Command(
        name = "score",
        description = {
            "Log-probabilities of texts, each token's given those before it.",
            "Reads JSON lines with input_ids (a list of token ids) or text (tokenized, no special"
                    + " token added); writes for each, in order, a line with input_ids, logprobs"
                    + " (the first is null) and their sum."
        },
        footer = {
            "  environment/tina score --model mini --input rows.jsonl --output scored.jsonl",
            "  echo '{\"text\": \"3 + 4 = 7\"}' |",
            "      environment/tina score --model mini --input /dev/stdin"
        })
final class Score implements Callable<Integer> {

    private static final int ROWS_AT_ONCE = 16;

    @Mixin private ModelOptions source;

    @Option(names = "--input", required = true, paramLabel = "FILE", description = "JSON lines.")
    private Path input;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "Where to write (default: stdout).")
    private Path output;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "1",
            description = "Divides the logits, above 0 (default: ${DEFAULT-VALUE}).")
    private double temperature;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (!(temperature > 0 && Double.isFinite(temperature))) {
            throw new IllegalArgumentException(
                    "temperature is " + temperature + ", must be above 0");
        }
        try (CausalLM model = source.load();
                Policy policy = source.policy(model)) {
            List<int[]> rows = read(model); // all of them first: a bad one ends it before the work
            if (output == null) {
                write(policy, rows, spec.commandLine().getOut());
            } else {
                AtomicFile.write(
                        output,
                        stream -> {
                            Writer writer = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
                            write(policy, rows, writer);
                            writer.flush();
                        });
            }
        }
        return 0;
    }

    // ---------------------------------------------------------------- rows

    private List<int[]> read(CausalLM model) throws IOException {
        List<int[]> rows = new ArrayList<>();
        try (var lines = Files.newBufferedReader(input)) {
            JsonRows.forEach(input, lines, row -> rows.add(ids(row, model)));
        }
        return rows;
    }

    private static int[] ids(JsonObject row, CausalLM model) {
        if (row.has("input_ids") == row.has("text")) {
            throw new IllegalArgumentException(
                    "has %s, must have one of input_ids and text; its keys are %s"
                            .formatted(row.has("text") ? "both" : "neither", row.keySet()));
        }
        int[] ids =
                row.has("text")
                        ? model.tokenizer().encode(text(row.get("text")))
                        : ids(row.get("input_ids"), model.config().vocabSize());
        int longest = model.config().maxPositions();
        if (ids.length == 0 || ids.length > longest) {
            throw new IllegalArgumentException(
                    "has %d tokens, must have 1 to %d (the model's max_position_embeddings)"
                            .formatted(ids.length, longest));
        }
        return ids;
    }

    private static String text(JsonElement element) {
        if (!element.isJsonPrimitive() || !element.getAsJsonPrimitive().isString()) {
            throw new IllegalArgumentException("text is " + element + ", must be a string");
        }
        return element.getAsString();
    }

    private static int[] ids(JsonElement element, int vocabulary) {
        if (!element.isJsonArray()) {
            throw new IllegalArgumentException("input_ids is " + element + ", must be a list");
        }
        JsonArray array = element.getAsJsonArray();
        int[] ids = new int[array.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = id(array.get(i), vocabulary);
            if (ids[i] < 0) {
                throw new IllegalArgumentException(
                        "input_ids[%d] is %s, must be a whole number from 0 to %d"
                                .formatted(i, array.get(i), vocabulary - 1));
            }
        }
        return ids;
    }

    /** A token id, or -1 if it is none. */
    private static int id(JsonElement element, int vocabulary) {
        if (!element.isJsonPrimitive() || !element.getAsJsonPrimitive().isNumber()) {
            return -1;
        }
        double value = element.getAsDouble();
        return value == Math.rint(value) && value >= 0 && value < vocabulary ? (int) value : -1;
    }

    // ---------------------------------------------------------------- scores

    private void write(Policy policy, List<int[]> rows, Appendable out) throws IOException {
        Progress progress = new Progress(spec.commandLine().getErr());
        for (int from = 0; from < rows.size(); from += ROWS_AT_ONCE) {
            List<int[]> some = rows.subList(from, Math.min(from + ROWS_AT_ONCE, rows.size()));
            List<float[]> scores =
                    Workers.map(policy.model().groupsAtOnce(), some, ids -> logProbs(policy, ids));
            for (int i = 0; i < some.size(); i++) {
                out.append(line(from + i + 1, some.get(i), scores.get(i))).append('\n');
            }
            if (progress.live()) {
                progress.show("%d of %d rows".formatted(from + some.size(), rows.size()));
            }
        }
        progress.end();
    }

    /** Of all tokens but the first. */
    private float[] logProbs(Policy policy, int[] ids) {
        if (ids.length == 1) {
            return new float[0];
        }
        int[] first = {ids[0]};
        int[] rest = Arrays.copyOfRange(ids, 1, ids.length);
        return policy.logProbs(Group.of(first, List.of(rest)), temperature);
    }

    private static String line(int row, int[] ids, float[] scores) {
        double sum = 0;
        List<Float> logProbs = new ArrayList<>();
        logProbs.add(null);
        for (float score : scores) {
            if (!Float.isFinite(score)) {
                throw new IllegalStateException(
                        "row "
                                + row
                                + ": a log-probability is "
                                + score
                                + "; are the weights damaged?");
            }
            sum += score;
            logProbs.add(score);
        }
        JsonObject line = new JsonObject();
        line.add("input_ids", JsonRows.GSON.toJsonTree(ids));
        line.add("logprobs", JsonRows.GSON.toJsonTree(logProbs));
        line.addProperty("sum", sum);
        return JsonRows.GSON.toJson(line);
    }
}
