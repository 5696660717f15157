package org.tina.data;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/**
 * Writes rows as Parquet files, which pandas, the datasets library and {@link RowReader} read.
 * DuckDB does it, in this process. Holds native memory until closed.
 */
public final class RowWriter implements AutoCloseable {
    private final Connection connection = RowReader.connect();

    /**
     * Writes a file, which appears whole or not at all.
     *
     * @param rows at least one; column → a String, Boolean, Integer, Double ({@code NaN} becomes
     *     null), {@code int[]} or {@code float[]}; the first row says which columns there are, in
     *     what order and of what types
     * @throws IOException naming the file, if it can't be written
     */
    public void write(Path file, List<Map<String, Object>> rows) throws IOException {
        String columns =
                rows.get(0).entrySet().stream()
                        .map(c -> RowReader.quoted(c.getKey()) + " " + type(c.getValue()))
                        .collect(Collectors.joining(", "));
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE OR REPLACE TEMP TABLE rows (" + columns + ")");
            append(rows);
            AtomicFile.replace(file, temporary -> copy(statement, temporary));
        } catch (SQLException e) {
            throw new IOException(file + ": " + RowReader.reason(e), e);
        }
    }

    private void append(List<Map<String, Object>> rows) throws SQLException {
        DuckDBConnection duckDb = connection.unwrap(DuckDBConnection.class);
        try (DuckDBAppender appender = duckDb.createAppender("temp", "main", "rows")) {
            for (Map<String, Object> row : rows) {
                appender.beginRow();
                for (String column : rows.get(0).keySet()) {
                    append(appender, row.get(column));
                }
                appender.endRow();
            }
        }
    }

    private static void append(DuckDBAppender appender, Object value) throws SQLException {
        if (value instanceof Double number) {
            if (number.isNaN()) {
                appender.appendNull();
            } else {
                appender.append(number.doubleValue());
            }
        } else if (value instanceof Integer number) {
            appender.append(number.intValue());
        } else if (value instanceof Boolean flag) {
            appender.append(flag.booleanValue());
        } else if (value instanceof int[] numbers) {
            appender.append(numbers);
        } else if (value instanceof float[] numbers) {
            appender.append(numbers);
        } else {
            appender.append((String) value);
        }
    }

    private static String type(Object value) {
        if (value instanceof Double) {
            return "DOUBLE";
        } else if (value instanceof Integer) {
            return "INTEGER";
        } else if (value instanceof Boolean) {
            return "BOOLEAN";
        } else if (value instanceof int[]) {
            return "INTEGER[]";
        }
        return value instanceof float[] ? "FLOAT[]" : "VARCHAR";
    }

    private static void copy(Statement statement, Path file) throws IOException {
        String path = file.toString().replace("'", "''");
        try {
            statement.execute(
                    "COPY temp.rows TO '" + path + "' (FORMAT parquet, COMPRESSION zstd)");
        } catch (SQLException e) {
            throw new IOException(file + ": " + RowReader.reason(e), e);
        }
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
