package org.tina.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

/** A table as text: columns as wide as they need to be, two spaces apart, each row on one line. */
final class TextTable {

    /** Longest text of a cell; the meanings of a recipe's keys fit. */
    private static final int CELL = 100;

    private TextTable() {}

    /** Prints it with its column names; nothing if it has no rows. */
    static void print(Table table, PrintWriter out) {
        if (table.rowCount() == 0) {
            return;
        }
        List<List<String>> rows = new ArrayList<>(List.of(table.columnNames()));
        for (Row row : table) {
            rows.add(row.columnNames().stream().map(row::getObject).map(TextTable::cell).toList());
        }
        int[] widths = new int[table.columnCount()];
        rows.forEach(row -> Arrays.setAll(widths, i -> Math.max(widths[i], row.get(i).length())));
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            out.println(line.toString().stripTrailing());
        }
    }

    private static String cell(Object value) {
        String line = String.valueOf(value).replace("\n", "⏎");
        return line.length() > CELL ? line.substring(0, CELL - 1) + "…" : line;
    }
}
