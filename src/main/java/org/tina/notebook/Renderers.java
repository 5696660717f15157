package org.tina.notebook;

import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.RenderContext;
import io.github.spencerpark.jupyter.kernel.display.Renderer;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import java.util.Collection;
import java.util.List;
import org.knowm.xchart.internal.chartpart.Chart;
import tech.tablesaw.api.Table;

/**
 * How results show themselves as the last line of a cell: charts as sharp pictures, tables, records
 * and lists of records as HTML tables. The text form is always there too.
 */
final class Renderers {
    private Renderers() {}

    static void register(Renderer renderer) {
        renderer.createRegistration(Table.class)
                .preferring(MIMEType.TEXT_HTML)
                .supporting(MIMEType.TEXT_PLAIN)
                .register((table, context) -> put(Grid.of(table), context));
        renderer.createRegistration(Record.class)
                .preferring(MIMEType.TEXT_HTML)
                .supporting(MIMEType.TEXT_PLAIN)
                .register((record, context) -> put(Grid.of(record), context));
        renderer.createRegistration(Collection.class)
                .preferring(MIMEType.TEXT_HTML)
                .supporting(MIMEType.TEXT_PLAIN)
                .register(Renderers::collection);
        renderer.createRegistration(Chart.class)
                .preferring(MIMEType.IMAGE_PNG)
                .supporting(MIMEType.TEXT_PLAIN)
                .register((chart, context) -> chart(chart, context.getOutputContainer()));
    }

    private static void chart(Chart<?, ?> chart, DisplayData out) {
        new Picture(
                        chart.getWidth(),
                        chart.getHeight(),
                        Charts.describe(chart),
                        graphics -> chart.paint(graphics, chart.getWidth(), chart.getHeight()))
                .putInto(out);
    }

    private static void collection(Collection<?> items, RenderContext context) {
        if (isRecords(items)) {
            List<Record> records = items.stream().map(Record.class::cast).toList();
            put(Grid.of(records), context);
        } else {
            context.getOutputContainer().putText(String.valueOf(items));
        }
    }

    private static boolean isRecords(Collection<?> items) {
        return !items.isEmpty()
                && items.stream().allMatch(item -> item instanceof Record)
                && items.stream().map(Object::getClass).distinct().count() == 1;
    }

    private static void put(Grid grid, RenderContext context) {
        context.getOutputContainer().putHTML(grid.html());
        context.getOutputContainer().putText(grid.text());
    }
}
