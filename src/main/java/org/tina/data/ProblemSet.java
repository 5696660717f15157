package org.tina.data;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Problems in a fixed order, from a file of JSON lines or from the library itself. Never changes;
 * {@link #take} and {@link #shuffle} return new sets.
 */
public final class ProblemSet implements Iterable<Problem> {
    private static final List<String> NAMES = List.of("mini/train", "mini/validation", "mini/test");
    private static final List<String> PROBLEM_COLUMNS = List.of("problem", "question", "prompt");

    private final String name;
    private final List<Problem> problems;

    private ProblemSet(String name, List<Problem> problems) {
        this.name = name;
        this.problems = List.copyOf(problems);
    }

    /** Problems that are already in memory. */
    public static ProblemSet of(String name, List<Problem> problems) {
        return new ProblemSet(name, problems);
    }

    /**
     * A set that the library carries.
     *
     * @param name {@code mini/train} (2,000 problems), {@code mini/validation} or {@code mini/test}
     *     (500 each); no problem is in two of them
     * @throws IllegalArgumentException if there is no such set
     */
    public static ProblemSet named(String name) {
        if (!NAMES.contains(name)) {
            throw Names.unknown("problem set", name, NAMES);
        }
        String resource = "/org/tina/" + name + ".jsonl";
        try (InputStream in = ProblemSet.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(
                        resource + " is missing from the jar: build it again");
            }
            return read(name, name, in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Loads JSON lines, one problem a row. The question is in column {@code problem}, {@code
     * question} or {@code prompt}, the first that is there. The gold answer is in {@code solution},
     * or else in {@code answer}, which is then put between dollar signs. Other columns are left
     * alone.
     *
     * @throws IllegalArgumentException if the file or one of its rows can't be read; the message
     *     names both
     */
    public static ProblemSet load(Path jsonl) {
        if (!Files.isRegularFile(jsonl)) {
            throw new IllegalArgumentException(jsonl + ": there is no such file");
        }
        String fileName = jsonl.getFileName().toString();
        try (InputStream in = Files.newInputStream(jsonl)) {
            return read(fileName.replaceFirst("\\.jsonl?$", ""), jsonl.toString(), in);
        } catch (IOException e) {
            throw new UncheckedIOException(jsonl + ": " + e.getMessage(), e);
        }
    }

    private static ProblemSet read(String name, String source, InputStream in) throws IOException {
        var problems = new ArrayList<Problem>();
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        int row = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            row++;
            if (!line.isBlank()) {
                problems.add(parse(line, source + " row " + row));
            }
        }
        if (problems.isEmpty()) {
            throw new IllegalArgumentException(source + ": there are no problems in it");
        }
        return new ProblemSet(name, problems);
    }

    private static Problem parse(String line, String where) {
        JsonObject row;
        try {
            row = JsonParser.parseString(line).getAsJsonObject();
        } catch (JsonParseException | IllegalStateException e) {
            throw new IllegalArgumentException(
                    where + ": a JSON object is needed, this is " + line, e);
        }
        String column =
                PROBLEM_COLUMNS.stream()
                        .filter(row::has)
                        .findFirst()
                        .orElseThrow(() -> missing("problem, question or prompt", row, where));
        String problem = text(row, column, where);
        if (row.has("solution")) {
            return new Problem(problem, text(row, "solution", where));
        }
        if (row.has("answer")) {
            return new Problem(problem, "$" + text(row, "answer", where) + "$");
        }
        throw missing("solution or answer", row, where);
    }

    private static IllegalArgumentException missing(String wanted, JsonObject row, String where) {
        return new IllegalArgumentException(
                "%s: column %s is needed, there are %s".formatted(where, wanted, row.keySet()));
    }

    private static String text(JsonObject row, String column, String where) {
        JsonElement value = row.get(column);
        if (!value.isJsonPrimitive()) {
            throw new IllegalArgumentException(
                    "%s: column %s needs text or a number, this is %s"
                            .formatted(where, column, value));
        }
        return value.getAsString();
    }

    /** What the set is called: the name it was asked for by, or its file's. */
    public String name() {
        return name;
    }

    /** How many problems there are, at least 1 in a loaded set. */
    public int size() {
        return problems.size();
    }

    /**
     * One problem.
     *
     * @param index 0 to size − 1
     */
    public Problem get(int index) {
        return problems.get(index);
    }

    /** All problems, unmodifiable. */
    public List<Problem> problems() {
        return problems;
    }

    /**
     * The first problems.
     *
     * @param n how many, at least 0; all of them if there are fewer
     */
    public ProblemSet take(int n) {
        if (n < 0) {
            throw new IllegalArgumentException("take " + n + ": 0 or more is needed");
        }
        return new ProblemSet(name, problems.subList(0, Math.min(n, size())));
    }

    /** The same problems in another order; the same seed gives the same order. */
    public ProblemSet shuffle(long seed) {
        var shuffled = new ArrayList<Problem>(problems);
        Collections.shuffle(shuffled, new Random(seed));
        return new ProblemSet(name, shuffled);
    }

    /** A table with the columns {@code problem} and {@code solution}, to look at in a notebook. */
    public Table table() {
        return Table.create(
                name,
                StringColumn.create("problem", problems.stream().map(Problem::problem)),
                StringColumn.create("solution", problems.stream().map(Problem::solution)));
    }

    @Override
    public Iterator<Problem> iterator() {
        return problems.iterator();
    }

    @Override
    public String toString() {
        return name + ": " + size() + " problems";
    }
}
