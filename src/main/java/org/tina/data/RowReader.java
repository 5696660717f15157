package org.tina.data;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Reads the rows of data files, each as a JSON object, in the order of the file. DuckDB does it, in
 * this process: rows are streamed, and of Parquet and CSV only the wanted columns are read. Holds
 * native memory until closed.
 */
public final class RowReader implements AutoCloseable {

    /** Takes the rows. */
    @FunctionalInterface
    interface Rows {
        /**
         * Takes a row.
         *
         * @param number from 1; blank lines of JSON lines don't count
         * @param columns of the file, or of the row where each has its own
         */
        void accept(long number, JsonObject row, Collection<String> columns);
    }

    private final Connection connection;

    /** Opens DuckDB. */
    public RowReader() {
        connection = connect();
    }

    /** A DuckDB that never loads an extension: what is in its jar is enough. */
    static Connection connect() {
        Properties settings = new Properties();
        settings.setProperty("jdbc_stream_results", "true");
        settings.setProperty("autoinstall_known_extensions", "false");
        settings.setProperty("autoload_known_extensions", "false");
        try {
            return DriverManager.getConnection("jdbc:duckdb:", settings);
        } catch (SQLException e) {
            throw new IllegalStateException("DuckDB can't be started: " + e.getMessage(), e);
        }
    }

    /**
     * All rows of a small file, with all their columns.
     *
     * @throws IllegalArgumentException naming the file, if it can't be read or is of no known
     *     format
     */
    public List<JsonObject> all(Path file) {
        List<JsonObject> rows = new ArrayList<>();
        read(file, column -> true, (number, row, columns) -> rows.add(row));
        return rows;
    }

    /**
     * Hands over the rows of a file.
     *
     * @param wanted columns that are of interest; more may come
     * @throws IllegalArgumentException naming the file, if it can't be read or is of no known
     *     format
     */
    void read(Path file, Predicate<String> wanted, Rows rows) {
        DataFormat format = DataFormat.of(file);
        try {
            if (format.isJson()) {
                query("SELECT json FROM " + format.table(), file, rows, null);
                return;
            }
            List<String> columns = columns(format, file);
            String fields =
                    columns.stream()
                            .filter(wanted)
                            .map(RowReader::quoted)
                            .map(name -> name + " := " + name)
                            .collect(Collectors.joining(", "));
            String row = fields.isEmpty() ? "'{}'" : "to_json(struct_pack(" + fields + "))";
            query("SELECT " + row + " FROM " + format.table(), file, rows, columns);
        } catch (SQLException e) {
            throw new IllegalArgumentException(
                    "%s can't be read as %s: %s".formatted(file, format, reason(e)), e);
        }
    }

    /**
     * Hands over the rows of JSON lines that are no file.
     *
     * @throws IllegalArgumentException naming the source
     */
    static void read(String source, BufferedReader lines, Rows rows) throws IOException {
        long number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (!line.isBlank()) {
                JsonObject row = object(source, ++number, line);
                rows.accept(number, row, row.keySet());
            }
        }
    }

    private List<String> columns(DataFormat format, Path file) throws SQLException {
        String sql = "SELECT column_name FROM (DESCRIBE SELECT * FROM " + format.table() + ")";
        List<String> names = new ArrayList<>();
        try (PreparedStatement statement = prepare(sql, file);
                ResultSet result = statement.executeQuery()) {
            while (result.next()) {
                names.add(result.getString(1));
            }
        }
        return names;
    }

    private void query(String sql, Path file, Rows rows, List<String> columns) throws SQLException {
        try (PreparedStatement statement = prepare(sql, file);
                ResultSet result = statement.executeQuery()) {
            for (long number = 1; result.next(); number++) {
                JsonObject row = object(file.toString(), number, result.getString(1));
                rows.accept(number, row, columns == null ? row.keySet() : columns);
            }
        }
    }

    private PreparedStatement prepare(String sql, Path file) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setString(1, literal(file));
        return statement;
    }

    /** DuckDB takes a path for a pattern: what is special in one goes between brackets. */
    private static String literal(Path file) {
        return file.toAbsolutePath().toString().replaceAll("[*?\\[]", "[$0]");
    }

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static JsonObject object(String source, long number, String text) {
        try {
            if (text != null && JsonParser.parseString(text) instanceof JsonObject object) {
                return object;
            }
        } catch (JsonParseException e) {
            // said below
        }
        String shown = text == null ? "no JSON in UTF-8" : DataFormat.shortened(text);
        throw new IllegalArgumentException(
                "%s row %d: a JSON object is needed, this is %s".formatted(source, number, shown));
    }

    /** The first lines of DuckDB's message: its settings and the query follow them. */
    static String reason(SQLException e) {
        return String.valueOf(e.getMessage())
                .lines()
                .limit(3)
                .takeWhile(line -> !line.isBlank() && !line.startsWith("Possible"))
                .collect(Collectors.joining(" "))
                .replaceFirst("^[\\w ]+ Error: ", "");
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException("DuckDB can't be closed: " + e.getMessage(), e);
        }
    }
}
