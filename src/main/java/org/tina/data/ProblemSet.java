package org.tina.data;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Problems in a fixed order, from files, from the Hugging Face Hub or from the library itself.
 * Never changes; {@link #take}, {@link #filter} and {@link #shuffle} return new sets.
 */
public final class ProblemSet implements Iterable<Problem> {
    /** The miniature's sets to train on, those to report by and those to choose by. */
    private static final List<String> MINI =
            Stream.of(
                            List.of("train", "2thought", "deepscaler", "fastcurl", "limr"),
                            List.of("open_r1", "open_rs", "open_s1", "still", "thoughts"),
                            List.of("test", "claims", "easier", "harder", "longer", "numbers"),
                            List.of("wording", "sibling", "validation", "easier-validation"),
                            List.of("harder-validation", "longer-validation"),
                            List.of("numbers-validation", "wording-validation"),
                            List.of("sibling-validation"))
                    .flatMap(List::stream)
                    .map(name -> "mini/" + name)
                    .toList();

    /** LaTeX's spaces inside a formula, then all others, then those beside no word or number. */
    private static final Pattern THIN_SPACE = Pattern.compile("\\\\[,;:!]");

    private static final Pattern SPACE = Pattern.compile("(\\\\ |\\\\q?quad(?![A-Za-z])|~|\\s)+");
    private static final Pattern FREE_SPACE = Pattern.compile("(?U)(?<!\\w) | (?!\\w)");

    /** How many unusable rows an error shows. */
    private static final int SHOWN = 5;

    private final String name;
    private final List<Problem> problems;
    private final List<UnusableRow> skipped;

    private ProblemSet(String name, List<Problem> problems, List<UnusableRow> skipped) {
        this.name = name;
        this.problems = List.copyOf(problems);
        this.skipped = List.copyOf(skipped);
    }

    // ---------------------------------------------------------------- where they come from

    /**
     * A set by its name; a row that can't be used is an error. See {@link #named(String, boolean)}.
     */
    public static ProblemSet named(String name) {
        return named(name, false);
    }

    /**
     * A set by its name: one that the library carries, one of the {@link Catalog} or any data set
     * of the Hugging Face Hub. Of the Hub, what is in the local cache is used, the rest downloaded;
     * a set that is not in the catalog is read by {@link Columns#usual}, its train split if it has
     * one.
     *
     * @param name {@code mini/train} (2,000 problems), {@code mini/validation} or {@code mini/test}
     *     (500 each; no problem is in two of them), a name such as {@code limr} or {@code aime24},
     *     or an id such as {@code GAIR/LIMR}
     * @param skipUnusable leave out rows without a usable problem or gold answer, see {@link
     *     #skipped}; else the first of them are an error
     * @throws IllegalArgumentException if there is no such set, or it can't be had or read
     */
    public static ProblemSet named(String name, boolean skipUnusable) {
        if (MINI.contains(name)) {
            return mini(name);
        }
        Optional<Dataset> listed = Catalog.find(name);
        if (listed.isPresent()) {
            Dataset dataset = listed.get();
            return read(
                    dataset.name(),
                    dataset.name(),
                    dataset.locate(),
                    dataset.columns(),
                    skipUnusable);
        }
        if (name.startsWith("mini/") || !name.matches(Dataset.ID)) {
            throw Names.unknown("problem set", name, names());
        }
        Path snapshot = ModelHub.dataset(name, "main", List.of());
        return read(name, name, DataFiles.in(snapshot), Columns.usual(), skipUnusable);
    }

    /** The names of the library's own sets and of the catalog's. */
    public static List<String> names() {
        return Stream.concat(MINI.stream(), Catalog.names().stream()).toList();
    }

    /**
     * A set by its name, else by its path: what a recipe's key or an option of the terminal says.
     *
     * @param nameOrPath as for {@link #named(String, boolean)} or {@link #load(Path, Columns,
     *     boolean)}
     */
    public static ProblemSet find(String nameOrPath, boolean skipUnusable) {
        boolean isName = MINI.contains(nameOrPath) || Catalog.find(nameOrPath).isPresent();
        File path = new File(nameOrPath); // no Path: any text may be asked for
        boolean isPath = path.exists() || DataFormat.find(nameOrPath).isPresent();
        return isName || !isPath
                ? named(nameOrPath, skipUnusable)
                : load(path.toPath(), skipUnusable);
    }

    /** Loads files by Tina's rule for columns; a row that can't be used is an error. */
    public static ProblemSet load(Path path) {
        return load(path, false);
    }

    /** Loads files by Tina's rule for columns, {@link Columns#usual}. */
    public static ProblemSet load(Path path, boolean skipUnusable) {
        return load(path, Columns.usual(), skipUnusable);
    }

    /**
     * Loads Parquet, JSON lines, JSON (an array of objects), CSV or TSV; the JSON and CSV files may
     * be gzipped.
     *
     * @param path a file, or a folder of shards, which are read in the order of their names; where
     *     some of its files are called train, only those
     * @param columns where the problem and the gold answer are in a row
     * @param skipUnusable leave out rows without a usable problem or gold answer, see {@link
     *     #skipped}; else the first of them are an error
     * @throws IllegalArgumentException if a file or a row can't be read; the message names it
     */
    public static ProblemSet load(Path path, Columns columns, boolean skipUnusable) {
        if (!Files.exists(path)) {
            throw new IllegalArgumentException(path + ": there is no such file");
        }
        List<Path> files = Files.isDirectory(path) ? DataFiles.in(path) : List.of(path);
        return read(DataFormat.nameOf(path), path.toString(), files, columns, skipUnusable);
    }

    /** Problems that are already in memory. */
    public static ProblemSet of(String name, List<Problem> problems) {
        return new ProblemSet(name, problems, List.of());
    }

    private static ProblemSet mini(String name) {
        String resource = "/org/tina/" + name + ".jsonl";
        Reading reading = new Reading(Columns.usual());
        try (InputStream in = ProblemSet.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(
                        resource + " is missing from the jar: build it again");
            }
            var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            RowReader.read(name, lines, reading.from(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return reading.finish(name, name, false);
    }

    private static ProblemSet read(
            String name, String source, List<Path> files, Columns columns, boolean skipUnusable) {
        Reading reading = new Reading(columns);
        try (RowReader reader = new RowReader()) {
            for (Path file : files) {
                reader.read(file, columns.names()::contains, reading.from(file.toString()));
            }
        }
        return reading.finish(name, source, skipUnusable);
    }

    /** What the rows read so far gave. */
    private static final class Reading {
        private final Columns.Reader columns;
        private final List<Problem> problems = new ArrayList<>();
        private final List<UnusableRow> unusable = new ArrayList<>();

        Reading(Columns columns) {
            this.columns = columns.reader();
        }

        RowReader.Rows from(String file) {
            return (number, row, names) -> {
                try {
                    problems.add(columns.read(row, names));
                } catch (IllegalArgumentException e) {
                    unusable.add(new UnusableRow(file, number, e.getMessage()));
                }
            };
        }

        ProblemSet finish(String name, String source, boolean skipUnusable) {
            if (problems.isEmpty() && unusable.isEmpty()) {
                throw new IllegalArgumentException(source + ": there are no problems in it");
            }
            if (problems.isEmpty() || !unusable.isEmpty() && !skipUnusable) {
                throw new IllegalArgumentException(complaint(source));
            }
            return new ProblemSet(name, problems, unusable);
        }

        private String complaint(String source) {
            String first =
                    unusable.stream()
                            .limit(SHOWN)
                            .map(UnusableRow::toString)
                            .collect(Collectors.joining(";\n  "));
            int rows = problems.size() + unusable.size();
            String wayOut =
                    problems.isEmpty()
                            ? ""
                            : ".\nskip_unusable_rows: true in the recipe, or load(path, true), leaves"
                                    + " them out";
            return "%s: %,d of %,d rows have no usable problem or gold answer:\n  %s%s%s"
                    .formatted(
                            source,
                            unusable.size(),
                            rows,
                            first,
                            unusable.size() > SHOWN ? ";\n  …" : "",
                            wayOut);
        }
    }

    // ---------------------------------------------------------------- what is in it

    /** What the set is called: the name it was asked for by, or its file's. */
    public String name() {
        return name;
    }

    /** The rows that were left out because they have no usable problem or gold answer. */
    public List<UnusableRow> skipped() {
        return skipped;
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
        return with(problems.subList(0, Math.min(n, size())));
    }

    /** The problems that fulfil a condition, in the same order; there may be none. */
    public ProblemSet filter(Predicate<Problem> condition) {
        return with(problems.stream().filter(condition).toList());
    }

    /** The same problems in another order; the same seed gives the same order. */
    public ProblemSet shuffle(long seed) {
        var shuffled = new ArrayList<Problem>(problems);
        Collections.shuffle(shuffled, new Random(seed));
        return with(shuffled);
    }

    private ProblemSet with(List<Problem> others) {
        return new ProblemSet(name, others, skipped);
    }

    /**
     * The problems that another set has too, to see whether a benchmark is in the training data.
     * Upper and lower case, white space and LaTeX's spacing make no difference.
     *
     * @return in the order of this set
     */
    public List<Overlap> overlap(ProblemSet other) {
        Map<String, Integer> there = new HashMap<>();
        for (int i = 0; i < other.size(); i++) {
            there.putIfAbsent(normalised(other.get(i).problem()), i);
        }
        List<Overlap> shared = new ArrayList<>();
        for (int i = 0; i < size(); i++) {
            Integer index = there.get(normalised(get(i).problem()));
            if (index != null) {
                shared.add(new Overlap(get(i), i, index));
            }
        }
        return shared;
    }

    private static String normalised(String text) {
        String even = SPACE.matcher(THIN_SPACE.matcher(text).replaceAll("")).replaceAll(" ");
        return FREE_SPACE.matcher(even).replaceAll("").toLowerCase(Locale.ROOT);
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
        String rows = skipped.size() == 1 ? " row" : " rows";
        return name
                + ": "
                + size()
                + " problems"
                + (skipped.isEmpty() ? "" : ", " + skipped.size() + rows + " skipped");
    }
}
