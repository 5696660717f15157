package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class GridTest {
    record Point(String name, double value, int[] tokens) {}

    @Test
    void aRecordIsNamesAndValues() {
        assertEquals(
                "name    a\nvalue   0.500\ntokens  [1, 2]",
                Grid.of(new Point("a", 0.5, new int[] {1, 2})).text());
    }

    @Test
    void recordsAreRows() {
        List<Point> points =
                List.of(new Point("a", 12.345, new int[9]), new Point("b", 1e-7, new int[0]));
        String text = Grid.of(points).text();
        assertTrue(text.startsWith("name  value  tokens"), text);
        assertTrue(
                text.contains(" 12.3") && text.contains("1E-7") && text.contains("9 values"), text);
    }

    @Test
    void textIsEscapedAndKeepsItsLines() {
        String html = Grid.of(List.of(new Point("<think>\nx", 1, new int[0]))).html();
        assertTrue(html.contains("&lt;think&gt;\nx") && html.contains("white-space: pre"), html);
        assertFalse(html.contains("<think>"), html);
    }

    @Test
    void dollarsAreNoMathematics() {
        String html = Grid.of(new Point("$5 to $6", 1, new int[0])).html();
        assertTrue(html.startsWith("<table class=\"tex2jax_ignore\">"), html);
        assertTrue(html.contains("$5 to $6"), html);
    }

    @Test
    void aLongTableIsCut() {
        Table table = Table.create(IntColumn.create("n", IntStream.range(0, 100).toArray()));
        Grid grid = Grid.of(table);
        assertEquals(Grid.ROWS, grid.rows().size());
        assertTrue(
                grid.html().contains("20 of 100 rows") && grid.text().endsWith("20 of 100 rows"));
    }

    @Test
    void missingValuesAreEmpty() {
        Table table =
                Table.create(StringColumn.create("s", "a", null), IntColumn.create("n", 1, 2));
        table.intColumn("n").setMissing(1);
        assertEquals(List.of("", ""), Grid.of(table).rows().get(1));
    }
}
