package org.tina.data;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Formats of data files, known by a file's ending. */
enum DataFormat {
    PARQUET("Parquet", List.of(".parquet"), "read_parquet(?, hive_partitioning = false)"),
    /** A line that is no JSON comes as null, so that its number is known. */
    JSON_LINES(
            "JSON lines",
            List.of(".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz"),
            "read_json_objects(?, format = 'newline_delimited', ignore_errors = true,"
                    + " maximum_object_size = 268435456)"),
    /** An array of objects, or lines, which DuckDB tells apart. */
    JSON(
            "JSON",
            List.of(".json", ".json.gz"),
            "read_json_objects(?, maximum_object_size = 268435456)"),
    CSV("CSV", List.of(".csv", ".csv.gz"), table(",")),
    TSV("TSV", List.of(".tsv", ".tsv.gz"), table("\\t"));

    private final String title;
    private final List<String> endings;
    private final String table;

    DataFormat(String title, List<String> endings, String table) {
        this.title = title;
        this.endings = endings;
        this.table = table;
    }

    /** Nothing is guessed from the content but line ends: an answer such as 007 stays as it is. */
    private static String table(String separator) {
        return ("read_csv(?, header = true, all_varchar = true, delim = '%s', quote = '\"',"
                        + " escape = '\"', comment = '', skip = 0, max_line_size = 16777216)")
                .formatted(separator);
    }

    /**
     * The format of a file.
     *
     * @throws IllegalArgumentException if it is none that can be read
     */
    static DataFormat of(Path file) {
        return find(file)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "%s is of no known format, known are %s"
                                                .formatted(file, String.join(", ", allEndings()))));
    }

    /** The format of a file, if it is a data file. */
    static Optional<DataFormat> find(Path file) {
        return find(file.getFileName().toString());
    }

    /** The format by a file's name. */
    static Optional<DataFormat> find(String file) {
        String name = file.toLowerCase(Locale.ROOT);
        return Stream.of(values())
                .filter(format -> format.endings.stream().anyMatch(name::endsWith))
                .findFirst();
    }

    /** The endings of all formats, each with its point. */
    static List<String> allEndings() {
        return Stream.of(values()).flatMap(format -> format.endings.stream()).toList();
    }

    /** A file's name without the ending. */
    static String nameOf(Path file) {
        String name = file.getFileName().toString();
        return allEndings().stream()
                .filter(ending -> name.toLowerCase(Locale.ROOT).endsWith(ending))
                .max(Comparator.comparingInt(String::length))
                .map(ending -> name.substring(0, name.length() - ending.length()))
                .orElse(name);
    }

    /** Whether each row has columns of its own. */
    boolean isJson() {
        return this == JSON_LINES || this == JSON;
    }

    /** DuckDB's table of such a file, the path left open. */
    String table() {
        return table;
    }

    /** What an error shows of a value. */
    static String shortened(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }

    @Override
    public String toString() {
        return title;
    }
}
