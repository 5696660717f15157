package org.tina.notebook;

import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.RenderContext;
import io.github.spencerpark.jupyter.kernel.display.Renderer;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.knowm.xchart.internal.chartpart.Chart;
import org.tina.doctor.Diagnosis;
import org.tina.eval.Evaluation;
import org.tina.eval.Interval;
import org.tina.recipe.Estimate;
import org.tina.recipe.Recipe;
import tech.tablesaw.api.Table;

/**
 * How results show themselves as the last line of a cell: charts as sharp pictures, tables, records
 * and lists of records as HTML tables. The text form is always there too.
 */
final class Renderers {
    private Renderers() {}

    static void register(Renderer renderer) {
        table(renderer, Table.class, Grid::of);
        table(renderer, Record.class, Grid::of);
        table(renderer, Evaluation.class, evaluation -> Grid.of(evaluation.table()));
        table(renderer, Estimate.class, estimate -> Grid.of(estimate.table()));
        table(renderer, Recipe.class, recipe -> Grid.whole(recipe.table()));
        box(renderer, Exercise.class, Exercise::box);
        box(renderer, Same.class, Same::box);
        html(renderer, Revealed.class, Revealed::html);
        html(renderer, Diagnosis.class, DiagnosisView::html);
        html(renderer, RewardXray.class, RewardXray::html);
        table(renderer, AdvantagePlayground.class, group -> Grid.of(group.table()));
        html(renderer, BreakIt.Broken.class, broken -> DiagnosisView.html(broken.diagnosis()));
        renderer.createRegistration(Interval.class)
                .preferring(MIMEType.TEXT_PLAIN)
                .register(
                        (interval, context) ->
                                context.getOutputContainer().putText(interval.toString()));
        renderer.createRegistration(Collection.class)
                .preferring(MIMEType.TEXT_HTML)
                .supporting(MIMEType.TEXT_PLAIN)
                .register(Renderers::collection);
        renderer.createRegistration(Picture.class)
                .preferring(MIMEType.IMAGE_PNG)
                .supporting(MIMEType.TEXT_PLAIN)
                .register((picture, context) -> picture.putInto(context.getOutputContainer()));
        renderer.createRegistration(Chart.class)
                .preferring(MIMEType.IMAGE_PNG)
                .supporting(MIMEType.TEXT_PLAIN)
                .register((chart, context) -> chart(chart, context.getOutputContainer()));
    }

    private static <T> void table(Renderer renderer, Class<T> type, Function<T, Grid> grid) {
        renderer.createRegistration(type)
                .preferring(MIMEType.TEXT_HTML)
                .supporting(MIMEType.TEXT_PLAIN)
                .register((value, context) -> put(grid.apply(value), context));
    }

    private static <T> void html(Renderer renderer, Class<T> type, Function<T, String> html) {
        renderer.createRegistration(type)
                .preferring(MIMEType.TEXT_HTML)
                .supporting(MIMEType.TEXT_PLAIN)
                .register(
                        (value, context) -> {
                            context.getOutputContainer().putHTML(html.apply(value));
                            context.getOutputContainer().putText(value.toString());
                        });
    }

    private static <T> void box(Renderer renderer, Class<T> type, Function<T, Box> box) {
        renderer.createRegistration(type)
                .preferring(MIMEType.TEXT_HTML)
                .supporting(MIMEType.TEXT_PLAIN)
                .register(
                        (value, context) -> {
                            context.getOutputContainer().putHTML(box.apply(value).html());
                            context.getOutputContainer().putText(box.apply(value).text());
                        });
    }

    static void chart(Chart<?, ?> chart, DisplayData out) {
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
