package org.tina.notebook;

import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * A table of results as HTML and as text: numbers to the right and with four digits, texts to the
 * left with their line breaks. It carries no colours, so that it reads on a light and on a dark
 * ground.
 *
 * @param header column names, none for a list of names and values
 * @param rows the first rows
 * @param total how many rows there are in all
 */
record Grid(List<String> header, List<List<Object>> rows, int total) {
    /** Rows shown of a longer table. */
    static final int ROWS = 20;

    private static final int TEXT_WIDTH = 60;

    /** A record as names and values. */
    static Grid of(Record record) {
        List<List<Object>> rows = new ArrayList<>();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            rows.add(List.of(component.getName(), value(component, record)));
        }
        return new Grid(List.of(), rows, rows.size());
    }

    /** Names and values in their order. */
    static Grid of(Map<String, ?> values) {
        List<List<Object>> rows = new ArrayList<>();
        values.forEach((name, value) -> rows.add(List.of(name, value)));
        return new Grid(List.of(), rows, rows.size());
    }

    /** Records of one class as a row each. */
    static Grid of(Collection<? extends Record> records) {
        RecordComponent[] components = records.iterator().next().getClass().getRecordComponents();
        List<String> header =
                Arrays.stream(components)
                        .map(RecordComponent::getName)
                        .collect(Collectors.toList());
        List<List<Object>> rows = new ArrayList<>();
        for (Record record : records.stream().limit(ROWS).collect(Collectors.toList())) {
            rows.add(
                    Arrays.stream(components)
                            .map(component -> value(component, record))
                            .collect(Collectors.toList()));
        }
        return new Grid(header, rows, records.size());
    }

    /** A Tablesaw table's first rows. */
    static Grid of(Table table) {
        List<List<Object>> rows = new ArrayList<>();
        for (Row row : table.first(ROWS)) {
            rows.add(
                    IntStream.range(0, table.columnCount())
                            .mapToObj(column -> cell(table.column(column), row.getRowNumber()))
                            .collect(Collectors.toList()));
        }
        return new Grid(table.columnNames(), rows, table.rowCount());
    }

    private static Object cell(Column<?> column, int row) {
        return column.isMissing(row) ? "" : column.get(row);
    }

    private static Object value(RecordComponent component, Record record) {
        try {
            component
                    .getAccessor()
                    .setAccessible(true); // records declared in a cell are not public
            Object value = component.getAccessor().invoke(record);
            return value == null ? "" : value;
        } catch (ReflectiveOperationException e) {
            return e.getCause() == null ? e.toString() : e.getCause().toString();
        }
    }

    String html() {
        StringBuilder html = new StringBuilder("<table>");
        if (!header.isEmpty()) {
            html.append("<thead><tr>");
            for (int column = 0; column < header.size(); column++) {
                html.append("<th")
                        .append(align(column))
                        .append('>')
                        .append(escape(header.get(column)))
                        .append("</th>");
            }
            html.append("</tr></thead>");
        }
        html.append("<tbody>");
        for (List<Object> row : rows) {
            html.append("<tr>");
            for (int column = 0; column < row.size(); column++) {
                html.append("<td")
                        .append(align(column))
                        .append('>')
                        .append(escape(text(row.get(column))))
                        .append("</td>");
            }
            html.append("</tr>");
        }
        html.append("</tbody></table>");
        if (total > rows.size()) {
            html.append("<p>").append(rows.size()).append(" of ").append(total).append(" rows</p>");
        }
        return html.toString();
    }

    String text() {
        List<List<String>> lines = new ArrayList<>();
        if (!header.isEmpty()) {
            lines.add(header);
        }
        rows.forEach(
                row -> lines.add(row.stream().map(Grid::oneLine).collect(Collectors.toList())));
        int columns = lines.stream().mapToInt(List::size).max().orElse(0);
        int[] width = new int[columns];
        lines.forEach(
                line ->
                        IntStream.range(0, line.size())
                                .forEach(
                                        column ->
                                                width[column] =
                                                        Math.max(
                                                                width[column],
                                                                line.get(column).length())));
        String body =
                lines.stream()
                        .map(
                                line ->
                                        IntStream.range(0, line.size())
                                                .mapToObj(
                                                        column ->
                                                                pad(
                                                                        line.get(column),
                                                                        width[column],
                                                                        isNumeric(column)))
                                                .collect(Collectors.joining("  "))
                                                .stripTrailing())
                        .collect(Collectors.joining("\n"));
        return total > rows.size() ? body + "\n" + rows.size() + " of " + total + " rows" : body;
    }

    private static String pad(String text, int width, boolean right) {
        String space = " ".repeat(width - text.length());
        return right ? space + text : text + space;
    }

    private static String oneLine(Object value) {
        String text = text(value).replace("\n", "⏎");
        return text.length() > TEXT_WIDTH ? text.substring(0, TEXT_WIDTH - 1) + "…" : text;
    }

    private String align(int column) {
        return isNumeric(column) ? "" : " style=\"text-align: left; white-space: pre-wrap\"";
    }

    private boolean isNumeric(int column) {
        return !rows.isEmpty()
                && rows.stream()
                        .allMatch(
                                row ->
                                        row.get(column) instanceof Number
                                                || "".equals(row.get(column)));
    }

    /** Any value as short text. */
    static String text(Object value) {
        if (value instanceof Double || value instanceof Float) {
            return number(((Number) value).doubleValue());
        }
        if (value.getClass().isArray()) {
            int length = Array.getLength(value);
            String first =
                    IntStream.range(0, Math.min(8, length))
                            .mapToObj(i -> text(Array.get(value, i)))
                            .collect(Collectors.joining(", "));
            return length > 8 ? "[" + first + ", … " + length + " values]" : "[" + first + "]";
        }
        if (value instanceof Collection<?> items && items.size() > 8) {
            return items.size() + " items";
        }
        boolean lambda = value.getClass().isSynthetic() || value.getClass().isHidden();
        return lambda ? "a function" : value.toString();
    }

    private static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e9) {
            return Long.toString((long) value);
        }
        return Math.abs(value) >= 1e-3 && Math.abs(value) < 1e6
                ? String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.4f" : "%.2f", value)
                : String.format(Locale.ROOT, "%.3g", value);
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
