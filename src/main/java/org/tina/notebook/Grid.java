package org.tina.notebook;

import java.lang.reflect.Array;
import java.lang.reflect.Method;
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

    /** Values shown of an array or a collection. */
    private static final int ITEMS = 8;

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
        values.forEach((name, value) -> rows.add(List.of(name, value == null ? "" : value)));
        return new Grid(List.of(), rows, rows.size());
    }

    /** Records of one class as a row each. */
    static Grid of(Collection<? extends Record> records) {
        RecordComponent[] components = records.iterator().next().getClass().getRecordComponents();
        List<String> header = Arrays.stream(components).map(RecordComponent::getName).toList();
        List<List<Object>> rows = new ArrayList<>();
        for (Record record : records.stream().limit(ROWS).toList()) {
            rows.add(Arrays.stream(components).map(component -> value(component, record)).toList());
        }
        return new Grid(header, rows, records.size());
    }

    /** A Tablesaw table's first rows. */
    static Grid of(Table table) {
        return of(table, ROWS);
    }

    /** All rows of a Tablesaw table. */
    static Grid whole(Table table) {
        return of(table, table.rowCount());
    }

    private static Grid of(Table table, int most) {
        List<List<Object>> rows = new ArrayList<>();
        for (Row row : table.first(most)) {
            rows.add(
                    IntStream.range(0, table.columnCount())
                            .mapToObj(column -> cell(table.column(column), row.getRowNumber()))
                            .toList());
        }
        return new Grid(table.columnNames(), rows, table.rowCount());
    }

    private static Object cell(Column<?> column, int row) {
        return column.isMissing(row) ? "" : column.get(row);
    }

    private static Object value(RecordComponent component, Record record) {
        try {
            Method accessor = component.getAccessor();
            accessor.setAccessible(true); // records declared in a cell are not public
            Object value = accessor.invoke(record);
            return value == null ? "" : value;
        } catch (ReflectiveOperationException e) {
            return e.getCause() == null ? e.toString() : e.getCause().toString();
        }
    }

    /** Dollar signs in a table are what it holds, not mathematics: the class says so to MathJax. */
    String html() {
        StringBuilder html = new StringBuilder("<table class=\"tex2jax_ignore\">");
        if (!header.isEmpty()) {
            html.append("<thead>").append(htmlRow("th", header)).append("</thead>");
        }
        html.append("<tbody>");
        texts().forEach(row -> html.append(htmlRow("td", row)));
        html.append("</tbody></table>");
        return total > rows.size() ? html + "<p>" + rest() + "</p>" : html.toString();
    }

    private String htmlRow(String tag, List<String> row) {
        StringBuilder html = new StringBuilder("<tr>");
        for (int column = 0; column < row.size(); column++) {
            String text = row.get(column);
            String breaks = text.contains("\n") ? "; white-space: pre" : "";
            String style = isNumeric(column) ? "" : " style=\"text-align: left" + breaks + "\"";
            html.append("<" + tag + style + ">" + escape(text) + "</" + tag + ">");
        }
        return html.append("</tr>").toString();
    }

    String text() {
        List<List<String>> lines = new ArrayList<>();
        if (!header.isEmpty()) {
            lines.add(header);
        }
        texts().forEach(row -> lines.add(row.stream().map(Grid::oneLine).toList()));
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder padded = new StringBuilder();
            for (int column = 0; column < line.size(); column++) {
                int at = column;
                int width =
                        lines.stream().mapToInt(other -> other.get(at).length()).max().orElse(0);
                String space = " ".repeat(width - line.get(column).length());
                String cell = line.get(column);
                padded.append(isNumeric(column) ? space + cell : cell + space).append("  ");
            }
            text.append(padded.toString().stripTrailing()).append('\n');
        }
        return total > rows.size() ? text + rest() : text.toString().stripTrailing();
    }

    private String rest() {
        return rows.size() + " of " + total + " rows";
    }

    private static String oneLine(String text) {
        String line = text.replace("\n", "⏎");
        return line.length() > TEXT_WIDTH ? line.substring(0, TEXT_WIDTH - 1) + "…" : line;
    }

    /** All rows as texts; the numbers of a column that has fractions all show decimals. */
    private List<List<String>> texts() {
        List<List<String>> texts = new ArrayList<>();
        for (List<Object> row : rows) {
            List<String> line = new ArrayList<>();
            for (int column = 0; column < row.size(); column++) {
                Object value = row.get(column);
                boolean decimals =
                        isNumeric(column) && hasFractions(column) && value instanceof Double;
                line.add(decimals ? decimals((Double) value) : text(value));
            }
            texts.add(line);
        }
        return texts;
    }

    private boolean isNumeric(int column) {
        return !header.isEmpty()
                && rows.stream()
                        .map(row -> row.get(column))
                        .allMatch(value -> value instanceof Number || "".equals(value));
    }

    private boolean hasFractions(int column) {
        return rows.stream()
                .map(row -> row.get(column))
                .anyMatch(value -> value instanceof Double number && !isWhole(number));
    }

    /** Any value as short text. */
    static String text(Object value) {
        if (value instanceof Double || value instanceof Float) {
            double number = ((Number) value).doubleValue();
            return isWhole(number) ? Long.toString((long) number) : decimals(number);
        }
        if (value.getClass().isArray()) {
            int length = Array.getLength(value);
            String first =
                    IntStream.range(0, Math.min(ITEMS, length))
                            .mapToObj(i -> text(Array.get(value, i)))
                            .collect(Collectors.joining(", "));
            return length > ITEMS ? "[" + first + ", … " + length + " values]" : "[" + first + "]";
        }
        if (value instanceof Collection<?> items && items.size() > ITEMS) {
            return items.size() + " items";
        }
        boolean lambda = value.getClass().isSynthetic() || value.getClass().isHidden();
        return lambda ? "a function" : value.toString();
    }

    private static boolean isWhole(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e9;
    }

    private static String decimals(double number) {
        double size = Math.abs(number);
        if (number != 0 && (size < 1e-3 || size >= 1e9)) {
            return String.format(Locale.ROOT, "%.2E", number)
                    .replaceFirst("\\.?0*E", "E")
                    .replaceFirst("E([+-])0", "E$1")
                    .replace("E+", "E");
        }
        String format = size < 10 ? "%.3f" : size < 1000 ? "%.1f" : "%.0f";
        return String.format(Locale.ROOT, format, number);
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
