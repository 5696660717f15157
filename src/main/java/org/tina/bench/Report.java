package org.tina.bench;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Results for people: a table and a picture. */
public final class Report {

    private static final String NONE = "–";

    private Report() {}

    /**
     * A row an item: medians, the ratio turn by turn with its lowest and highest, peak resident
     * memory, and what share of the machine's own limit ours reaches.
     */
    public static Table table(List<Result> results) {
        StringColumn work = StringColumn.create("work");
        StringColumn ours = StringColumn.create("ours");
        StringColumn peer = StringColumn.create("peer");
        StringColumn ratio = StringColumn.create("ratio");
        StringColumn ourMemory = StringColumn.create("our memory");
        StringColumn peerMemory = StringColumn.create("peer's");
        StringColumn share = StringColumn.create("of the limit");
        for (Result result : results) {
            Item item = Item.matching(result.item()).get(0);
            double[] ratios = result.ratios();
            work.append(result.item());
            ours.append(item.show(Result.median(result.ours()), result.count()));
            peer.append(
                    ratios.length == 0
                            ? NONE
                            : item.show(Result.median(result.peer()), result.count()));
            ratio.append(
                    ratios.length == 0
                            ? NONE
                            : times(result.ratio())
                                    + " ("
                                    + times(ratios[0])
                                    + " to "
                                    + times(ratios[ratios.length - 1])
                                    + ")");
            ourMemory.append(megabytes(result.ourPeak()));
            peerMemory.append(megabytes(result.peerPeak()));
            share.append(
                    Double.isNaN(result.share())
                            ? NONE
                            : String.format(Locale.ROOT, "%.0f%%", 100 * result.share()));
        }
        return Table.create("bench", work, ours, peer, ratio, ourMemory, peerMemory, share);
    }

    /** How many times as fast as the peer each item is, on a logarithmic axis. */
    public static CategoryChart chart(List<Result> results) {
        List<Result> compared = results.stream().filter(r -> r.peer().length > 0).toList();
        if (compared.isEmpty()) {
            throw new IllegalArgumentException("nothing to draw: the peer ran in no item");
        }
        CategoryChart chart =
                new CategoryChartBuilder()
                        .width(900)
                        .height(420)
                        .title("Times as fast as TRL and transformers")
                        .build();
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler()
                .setYAxisLogarithmic(true)
                .setYAxisMin(0.5)
                .setXAxisLabelRotation(45)
                .setLegendVisible(false);
        chart.addSeries(
                "ratio",
                compared.stream().map(Result::item).toList(),
                compared.stream().map(Result::ratio).toList());
        return chart;
    }

    /** Writes the picture as PNG. */
    public static void save(CategoryChart chart, Path file) throws IOException {
        BitmapEncoder.saveBitmapWithDPI(chart, file.toString(), BitmapFormat.PNG, 150);
    }

    private static String times(double ratio) {
        return String.format(Locale.ROOT, ratio < 20 ? "%.1f×" : "%.0f×", ratio);
    }

    private static String megabytes(Double bytes) {
        return bytes == null ? NONE : String.format(Locale.ROOT, "%,.0f MB", bytes / 1e6);
    }
}
