package org.tina.data;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** Writes data files for tests. */
final class DuckDb {
    private DuckDb() {}

    /** Writes the rows of a query as Parquet. */
    static Path parquet(Path file, String query) {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            String path = file.toString().replace("'", "''");
            statement.execute("COPY (" + query + ") TO '" + path + "' (FORMAT parquet)");
            return file;
        } catch (SQLException e) {
            throw new IllegalStateException(query, e);
        }
    }
}
