package org.tina.eval;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.tina.data.AtomicFile;
import org.tina.data.Problem;
import org.tina.data.ProblemSet;
import org.tina.eval.CompletionLine.Key;
import org.tina.generate.Completion;

/**
 * An evaluation's directory. {@code completions.jsonl} has a line for each completion, written as
 * it ends: {@code problem} (its place), {@code seed}, {@code sample}, {@code correct}, {@code
 * lenient}, {@code formatted}, {@code answer}, {@code gold}, {@code tokens}, {@code finished},
 * {@code question}, {@code text}. {@code evaluation.json} has the settings, which decide whether it
 * is the same evaluation, and the figures of the seeds that are complete.
 *
 * <p>So one that was killed goes on, one with more samples or seeds makes only those that are
 * missing, and a better verifier judges the old texts. When all is there the lines are put in the
 * order of seed, problem and sample, so that the file doesn't tell how often it was interrupted.
 */
public final class EvaluationLog implements AutoCloseable {

    public static final String COMPLETIONS = "completions.jsonl";
    public static final String SETTINGS = "evaluation.json";

    private static final Gson GSON =
            new GsonBuilder()
                    .disableHtmlEscaping()
                    .setPrettyPrinting()
                    .serializeSpecialFloatingPointValues()
                    .create();

    /** Names, which are for people: the same weights may lie elsewhere. */
    static final List<String> NOT_COMPARED = List.of("model", "policy");

    private static final Map<String, String> MEANINGS =
            Map.of(
                    "model_weights", " (the model's weights)",
                    "policy_weights", " (what was trained: an adapter, or none)",
                    "prompts", " (problems, instruction, system message and chat template)");

    private final Path directory;
    private final Benchmark benchmark;
    private final JsonObject settings;
    private final NavigableMap<Key, Completion> completions = new TreeMap<>();
    private FileChannel file;
    private long sampledTokens;
    private double sampledSeconds;

    private EvaluationLog(Path directory, Benchmark benchmark, JsonObject settings) {
        this.directory = directory;
        this.benchmark = benchmark;
        this.settings = settings;
    }

    // ---------------------------------------------------------------- from outside

    /**
     * What an evaluation's directory holds, an evaluation a seed; problems and gold answers are
     * those of the file. A seed that lacks completions of some problem is left out; tokens of
     * completions are zeros, as the file has only their number.
     *
     * @throws IllegalArgumentException if no seed is complete, or a file is not an evaluation's
     * @throws UncheckedIOException if a file can't be read
     */
    public static Repeated read(Path directory) {
        try {
            JsonObject page = page(directory);
            JsonObject settings = page.getAsJsonObject("settings");
            List<CompletionLine> lines = new ArrayList<>();
            CompletionLine.read(directory.resolve(COMPLETIONS), lines, System.err::println);
            Map<Integer, Problem> problems = new TreeMap<>();
            lines.forEach(line -> problems.put(line.key().problem(), line.problem()));
            if (problems.size() < settings.get("problems").getAsInt()) {
                throw unfinished(directory);
            }
            String name = settings.get("benchmark").getAsString();
            Benchmark asked =
                    new Benchmark(
                            name,
                            ProblemSet.of(name, List.copyOf(problems.values())),
                            "",
                            AnswerType.valueOf(settings.get("answers").getAsString()),
                            settings.get("max_new_tokens").getAsInt(),
                            1);
            EvaluationLog log = new EvaluationLog(directory, asked, settings);
            log.takeUpPace(page);
            lines.forEach(log::put);
            return log.repeated();
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": can't be read: " + e.getMessage(), e);
        }
    }

    /**
     * Judges the completions of a directory again, by the benchmark and the verifier as they are
     * now, and without a model. The texts stay as they are.
     *
     * @param notices told of a torn last line, which is removed
     * @throws IllegalArgumentException as {@link #read}, or if the benchmark asks other questions
     */
    public static Repeated regrade(Path directory, Consumer<String> notices) {
        JsonObject settings = settings(directory);
        Benchmark benchmark =
                Benchmark.named(settings.get("benchmark").getAsString())
                        .take(settings.get("problems").getAsInt());
        try (EvaluationLog log = open(directory, benchmark, settings, notices)) {
            log.finish(0, 0);
            return log.repeated();
        }
    }

    /** The settings of a directory's evaluation. */
    public static JsonObject settings(Path directory) {
        try {
            return page(directory).getAsJsonObject("settings");
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": can't be read: " + e.getMessage(), e);
        }
    }

    // ---------------------------------------------------------------- opening

    /**
     * Opens a directory to write in, a new one or the same evaluation's.
     *
     * @throws IllegalArgumentException if it is another evaluation's; the message names the setting
     */
    static EvaluationLog open(
            Path directory, Benchmark benchmark, JsonObject settings, Consumer<String> notices) {
        EvaluationLog log = new EvaluationLog(directory, benchmark, settings);
        try {
            log.open(notices);
            return log;
        } catch (IOException e) {
            log.close();
            throw log.failed(e);
        } catch (RuntimeException e) {
            log.close();
            throw e;
        }
    }

    private void open(Consumer<String> notices) throws IOException {
        Path lines = directory.resolve(COMPLETIONS);
        boolean isNew = !Files.exists(directory.resolve(SETTINGS));
        if (isNew && Files.exists(lines)) {
            throw new IllegalArgumentException(
                    "%s: its settings are not known without %s beside it; name another directory"
                            .formatted(lines, SETTINGS));
        }
        Files.createDirectories(directory);
        file =
                FileChannel.open(
                        lines,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        claim();
        if (isNew) {
            writeSettings();
        } else {
            JsonObject page = page(directory);
            compare(page.getAsJsonObject("settings"));
            takeUpPace(page);
        }
        List<CompletionLine> found = new ArrayList<>();
        file.truncate(CompletionLine.read(lines, found, notices));
        found.forEach(this::checkQuestion);
        found.forEach(this::put);
    }

    /** One process at a time writes. */
    private void claim() throws IOException {
        try {
            if (file.tryLock() != null) {
                return;
            }
        } catch (OverlappingFileLockException e) {
            // this process has it: no better
        }
        throw new IllegalArgumentException(directory + ": another evaluation writes there now");
    }

    private void compare(JsonObject there) {
        for (String key : settings.keySet()) {
            JsonElement wanted = settings.get(key);
            if (!NOT_COMPARED.contains(key) && !wanted.equals(there.get(key))) {
                throw new IllegalArgumentException(
                        "%s: %s%s is %s there, now it is %s; name another directory or use its settings"
                                .formatted(
                                        directory.resolve(SETTINGS),
                                        key,
                                        MEANINGS.getOrDefault(key, ""),
                                        there.get(key),
                                        wanted));
            }
        }
    }

    private void checkQuestion(CompletionLine line) {
        ProblemSet problems = benchmark.problems();
        int place = line.key().problem();
        if (place >= problems.size()
                || !problems.get(place).problem().equals(line.problem().problem())) {
            throw new IllegalArgumentException(
                    "%s: question %d is not that of %s"
                            .formatted(directory.resolve(COMPLETIONS), place, benchmark.name()));
        }
    }

    private void put(CompletionLine line) {
        completions.putIfAbsent(line.key(), line.completion());
    }

    private void takeUpPace(JsonObject page) {
        JsonObject sampling = page.getAsJsonObject("sampling");
        sampledTokens = sampling.get("tokens").getAsLong();
        sampledSeconds = sampling.get("seconds").getAsDouble();
    }

    private static JsonObject page(Path directory) throws IOException {
        Path path = directory.resolve(SETTINGS);
        String text = Files.readString(path);
        try {
            JsonObject page = JsonParser.parseString(text).getAsJsonObject();
            page.getAsJsonObject("settings").get("benchmark").getAsString();
            page.getAsJsonObject("sampling").get("tokens").getAsLong();
            return page;
        } catch (RuntimeException e) { // Gson throws many kinds
            throw new IllegalArgumentException(path + ": is not an evaluation's", e);
        }
    }

    // ---------------------------------------------------------------- writing

    /** Writes a completion's line; may be called from any thread. */
    synchronized void add(Key key, Completion completion) {
        try {
            ByteBuffer bytes =
                    ByteBuffer.wrap(line(key, completion).getBytes(StandardCharsets.UTF_8));
            long end = file.size();
            while (bytes.hasRemaining()) {
                end += file.write(bytes, end);
            }
        } catch (IOException e) {
            throw failed(e);
        }
        completions.put(key, completion);
    }

    private String line(Key key, Completion completion) {
        Problem problem = benchmark.problems().get(key.problem());
        AnswerType type = benchmark.answers();
        Verdict verdict = type.judge(problem, type.gold(problem), completion.text());
        return new CompletionLine(key, problem, completion).toJson(verdict);
    }

    /**
     * Puts the lines in order, judged by today's verifier, and writes the figures.
     *
     * @param tokens that were sampled since it was opened
     * @param seconds that this took
     */
    void finish(long tokens, double seconds) {
        sampledTokens += tokens;
        sampledSeconds += seconds;
        try {
            AtomicFile.write(
                    directory.resolve(COMPLETIONS),
                    out -> {
                        for (Key key : completions.keySet()) {
                            String line = line(key, completions.get(key));
                            out.write(line.getBytes(StandardCharsets.UTF_8));
                        }
                    });
            writeSettings();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void writeSettings() throws IOException {
        JsonObject sampling = new JsonObject();
        sampling.addProperty("tokens", sampledTokens);
        sampling.addProperty("seconds", sampledSeconds);
        JsonArray results = new JsonArray();
        complete()
                .forEach(
                        (seed, evaluation) -> {
                            JsonObject result = new JsonObject();
                            result.addProperty("seed", seed);
                            result.addProperty("samples", evaluation.samples());
                            evaluation.figures().forEach(result::addProperty);
                            results.add(result);
                        });
        JsonObject page = new JsonObject();
        page.add("settings", settings);
        page.add("sampling", sampling);
        page.add("results", results);
        AtomicFile.writeString(directory.resolve(SETTINGS), GSON.toJson(page) + "\n");
    }

    @Override
    public void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private UncheckedIOException failed(IOException e) {
        return new UncheckedIOException(directory + ": can't be written: " + e.getMessage(), e);
    }

    // ---------------------------------------------------------------- what is there

    /** A completion that is there; null if it is not. */
    Completion find(Key key) {
        return completions.get(key);
    }

    /** An evaluation of a seed's first n completions of every problem, which are all there. */
    Evaluation evaluation(long seed, int n) {
        List<Answer> answers = new ArrayList<>();
        long tokens = 0;
        for (int place = 0; place < benchmark.problems().size(); place++) {
            List<Completion> found = new ArrayList<>();
            for (int sample = 0; sample < n; sample++) {
                found.add(find(new Key(seed, place, sample)));
            }
            tokens += found.stream().mapToLong(Completion::length).sum();
            answers.add(Answer.judge(benchmark.problems().get(place), found, benchmark.answers()));
        }
        // at the pace measured, as other seeds and earlier sessions had their share of the time
        double seconds = tokens * sampledSeconds / sampledTokens;
        return new Evaluation(benchmark.name(), answers, seconds);
    }

    private Repeated repeated() {
        List<Evaluation> complete = List.copyOf(complete().values());
        if (complete.isEmpty()) {
            throw unfinished(directory);
        }
        return new Repeated(complete);
    }

    /** By seed, those that have as many completions of every problem, at least one. */
    private Map<Long, Evaluation> complete() {
        Map<Long, Evaluation> complete = new TreeMap<>();
        completions.keySet().stream()
                .mapToLong(Key::seed)
                .distinct()
                .forEach(
                        seed -> {
                            int n = samples(seed);
                            if (n > 0) {
                                complete.put(seed, evaluation(seed, n));
                            }
                        });
        return complete;
    }

    /** How many completions of a seed every problem has. */
    private int samples(long seed) {
        int n = 0;
        while (hasAll(seed, n)) {
            n++;
        }
        return n;
    }

    private boolean hasAll(long seed, int sample) {
        for (int place = 0; place < benchmark.problems().size(); place++) {
            if (find(new Key(seed, place, sample)) == null) {
                return false;
            }
        }
        return true;
    }

    private static IllegalArgumentException unfinished(Path directory) {
        return new IllegalArgumentException(
                directory + ": has not all completions; the command that began it goes on with it");
    }
}
