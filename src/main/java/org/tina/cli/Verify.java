package org.tina.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.tina.data.AtomicFile;
import org.tina.math.ExtractionSettings;
import org.tina.math.ExtractionSettings.Kind;
import org.tina.math.MathVerifier;
import org.tina.math.VerifierSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Judges answers against gold answers. */
@Command(
        name = "verify",
        description = {
            "Judges answers against gold answers.",
            "Reads JSON lines with gold and pred (texts that hold an answer each) and perhaps options;"
                    + " writes for each, in order, a line with correct and what was taken from gold"
                    + " and pred (null: nothing was found).",
            "Options, all of them optional: kinds (a list of latex, expr, string; default latex and"
                    + " expr), boxed_match_priority (0: boxes before all else, the default; 50:"
                    + " after \"the final answer is\"; -1: never), float_rounding (decimal places,"
                    + " default 6), strict (default true), allow_set_relation_comp (default false),"
                    + " try_extract_without_anchor (default true)."
        },
        footer = {"  environment/tina verify --input answers.jsonl --output verdicts.jsonl"})
final class Verify implements Callable<Integer> {

    private static final Set<String> KEYS = Set.of("gold", "pred", "options");

    private static final Map<String, Kind> KINDS =
            Map.of(
                    "latex", Kind.LATEX,
                    "expr", Kind.EXPRESSION,
                    "expression", Kind.EXPRESSION,
                    "string", Kind.CHOICE,
                    "choice", Kind.CHOICE);

    @Option(names = "--input", required = true, paramLabel = "FILE", description = "JSON lines.")
    private Path input;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "Where to write (default: stdout).")
    private Path output;

    @Spec private CommandSpec spec;

    /** A row of the input, ready to be judged. */
    private record Row(
            String gold, String pred, ExtractionSettings extraction, VerifierSettings settings) {}

    @Override
    public Integer call() throws IOException {
        if (Files.isDirectory(input)) {
            throw new IllegalArgumentException(input + ": is a directory, must be a file");
        }
        try (BufferedReader lines = Files.newBufferedReader(input)) {
            if (output == null) {
                judge(lines, spec.commandLine().getOut());
            } else {
                AtomicFile.write(
                        output,
                        stream -> {
                            Writer writer = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
                            judge(lines, writer);
                            writer.flush();
                        });
            }
        }
        return 0;
    }

    private void judge(BufferedReader lines, Appendable out) throws IOException {
        JsonRows.forEach(input, lines, row -> out.append(verdict(row(row))).append('\n'));
    }

    private static String verdict(Row row) {
        MathVerifier.Verdict verdict =
                MathVerifier.judge(row.gold(), row.pred(), row.extraction(), row.settings());
        JsonObject line = new JsonObject();
        line.addProperty("correct", verdict.correct());
        line.addProperty("gold", verdict.gold().orElse(null));
        line.addProperty("pred", verdict.answer().orElse(null));
        return JsonRows.GSON.toJson(line);
    }

    private static Row row(JsonObject row) {
        for (String key : row.keySet()) {
            if (!KEYS.contains(key) && !key.equals("id")) {
                throw new IllegalArgumentException(
                        "unknown key \"%s\", known are gold, pred, options, id".formatted(key));
            }
        }
        ExtractionSettings extraction = ExtractionSettings.lenient();
        VerifierSettings settings = VerifierSettings.standard();
        if (row.has("options") && !row.get("options").isJsonObject()) {
            throw new IllegalArgumentException("options must be a JSON object");
        }
        JsonObject options = row.has("options") ? row.getAsJsonObject("options") : new JsonObject();
        for (Map.Entry<String, JsonElement> option : options.entrySet()) {
            String key = option.getKey();
            JsonElement value = option.getValue();
            switch (key) {
                case "kinds", "match_types" -> extraction = withKinds(extraction, key, value);
                case "boxed_match_priority" ->
                        extraction = extraction.withBoxedPriority(whole(key, value));
                case "try_extract_without_anchor" ->
                        extraction = extraction.withAnchored(!flag(key, value));
                case "float_rounding", "precision" ->
                        settings = settings.withRoundingDigits(whole(key, value));
                case "strict" -> settings = settings.withStrict(flag(key, value));
                case "allow_set_relation_comp" ->
                        settings = settings.withSetsAnswerRelations(flag(key, value));
                default ->
                        throw new IllegalArgumentException(
                                ("unknown option \"%s\", known are kinds, boxed_match_priority,"
                                                + " float_rounding, strict,"
                                                + " allow_set_relation_comp,"
                                                + " try_extract_without_anchor")
                                        .formatted(key));
            }
        }
        return new Row(text(row, "gold"), text(row, "pred"), extraction, settings);
    }

    private static ExtractionSettings withKinds(
            ExtractionSettings extraction, String key, JsonElement value) {
        List<JsonElement> names = new ArrayList<>();
        if (value.isJsonArray()) {
            value.getAsJsonArray().forEach(names::add);
        } else {
            names.add(value);
        }
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (JsonElement name : names) {
            Kind kind = name.isJsonPrimitive() ? KINDS.get(name.getAsString()) : null;
            if (kind == null) {
                throw new IllegalArgumentException(
                        "%s has %s, must be of latex, expr, string".formatted(key, name));
            }
            kinds.add(kind);
        }
        return new ExtractionSettings(
                kinds, extraction.boxedPriority(), extraction.anchored(), extraction.choices());
    }

    private static String text(JsonObject row, String key) {
        JsonElement element = row.get(key);
        if (!(element instanceof JsonPrimitive value) || !value.isString()) {
            throw new IllegalArgumentException(
                    "%s is %s, must be a string".formatted(key, element));
        }
        return element.getAsString();
    }

    private static int whole(String key, JsonElement element) {
        if (!(element instanceof JsonPrimitive value)
                || !value.isNumber()
                || value.getAsDouble() != value.getAsInt()) {
            throw new IllegalArgumentException(
                    "%s is %s, must be a whole number".formatted(key, element));
        }
        return value.getAsInt();
    }

    private static boolean flag(String key, JsonElement element) {
        if (!(element instanceof JsonPrimitive value) || !value.isBoolean()) {
            throw new IllegalArgumentException(
                    "%s is %s, must be true or false".formatted(key, element));
        }
        return value.getAsBoolean();
    }
}
