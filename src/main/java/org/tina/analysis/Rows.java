package org.tina.analysis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.tina.eval.Interval;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * A table made row by row. Columns stand in the order in which they were first named; a row that
 * says nothing of a column has a missing value there, as has one that says NaN or null.
 */
final class Rows {
    private final String name;
    private final Map<String, Column<?>> columns = new LinkedHashMap<>();
    private int rows;

    Rows(String name) {
        this.name = name;
    }

    /** Begins a row. */
    Rows row() {
        rows++;
        return this;
    }

    Rows text(String column, String value) {
        return put(column, StringColumn::create, StringColumn::append, value);
    }

    Rows whole(String column, Integer value) {
        return put(column, IntColumn::create, IntColumn::append, value);
    }

    Rows count(String column, Long value) {
        return put(column, LongColumn::create, LongColumn::append, value);
    }

    Rows number(String column, double value) {
        Double given = Double.isFinite(value) ? (Double) value : null;
        return put(column, DoubleColumn::create, DoubleColumn::append, given);
    }

    Rows flag(String column, Boolean value) {
        return put(column, BooleanColumn::create, BooleanColumn::append, value);
    }

    /** A mean and the ends of its interval, {@code low} and {@code high}; null for none. */
    Rows interval(String column, Interval value) {
        number(column, value == null ? Double.NaN : value.mean());
        number("low", value == null ? Double.NaN : value.low());
        return number("high", value == null ? Double.NaN : value.high());
    }

    private <V, C extends Column<?>> Rows put(
            String name, Function<String, C> create, BiConsumer<C, V> append, V value) {
        @SuppressWarnings("unchecked") // a column is always named with the same kind of value
        C column = (C) columns.computeIfAbsent(name, create);
        fill(column, rows - 1);
        if (value == null) {
            column.appendMissing();
        } else {
            append.accept(column, value);
        }
        return this;
    }

    private static void fill(Column<?> column, int rows) {
        while (column.size() < rows) {
            column.appendMissing();
        }
    }

    Table table() {
        columns.values().forEach(column -> fill(column, rows));
        return Table.create(name, new ArrayList<>(columns.values()));
    }
}
