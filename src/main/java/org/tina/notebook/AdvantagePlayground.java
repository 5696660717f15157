package org.tina.notebook;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.knowm.xchart.CategoryChart;
import org.tina.grpo.Advantages;
import org.tina.grpo.LossType;
import org.tina.notebook.widget.Box;
import org.tina.notebook.widget.Dropdown;
import org.tina.notebook.widget.Html;
import org.tina.notebook.widget.Slider;
import org.tina.notebook.widget.Widget;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/**
 * One group to play with: its rewards become advantages, with and without the division by the
 * standard deviation, and these become the pull on each token. {@link #panel} has a slider a
 * completion.
 *
 * @param rewards {@code [G]}
 * @param lengths {@code [G]}, tokens of each completion, at least 1
 * @param lossType how the tokens' losses are averaged
 */
public record AdvantagePlayground(double[] rewards, int[] lengths, LossType lossType) {

    /** Dr. GRPO divides by the cap instead of the length. */
    private static final int CAP = 96;

    private static final double HIGHEST = 3;

    public AdvantagePlayground {
        if (rewards.length < 2 || rewards.length != lengths.length) {
            throw new IllegalArgumentException(
                    "%d rewards for %d lengths, must be as many, and at least two"
                            .formatted(rewards.length, lengths.length));
        }
    }

    /** A group whose completions are 20, 40, 60, … tokens long. */
    public static AdvantagePlayground of(double... rewards) {
        int[] lengths = IntStream.rangeClosed(1, rewards.length).map(i -> 20 * i).toArray();
        return new AdvantagePlayground(rewards, lengths, LossType.GRPO);
    }

    /** {@code (R - mean) / (std + 1e-4)}, as GRPO has it; {@code [G]}. */
    public double[] divided() {
        return Advantages.GROUP.of(new double[][] {rewards})[0];
    }

    /** {@code R - mean}, as Dr. GRPO has it; {@code [G]}. */
    public double[] undivided() {
        return Advantages.NONE.of(new double[][] {rewards})[0];
    }

    /** Whether all rewards are equal, so that the group teaches nothing. */
    public boolean isSilent() {
        return Arrays.stream(rewards).distinct().count() == 1;
    }

    /**
     * How hard each token of a completion is pushed up (above 0) or down: advantage times the
     * token's weight in the loss; {@code [G]}.
     */
    public double[] pull(double[] advantages) {
        long tokens = Arrays.stream(lengths).sum();
        return IntStream.range(0, rewards.length)
                .mapToDouble(
                        i ->
                                advantages[i]
                                        * lossType.weight(lengths[i], rewards.length, tokens, CAP))
                .toArray();
    }

    /** A row a completion: reward, tokens, both advantages, and what they pull each token with. */
    public Table table() {
        return Table.create(
                isSilent() ? "all rewards are equal: the group is silent" : "a group",
                IntColumn.create("completion", IntStream.rangeClosed(1, rewards.length).toArray()),
                DoubleColumn.create("reward", rewards),
                IntColumn.create("tokens", lengths),
                DoubleColumn.create("R − mean", undivided()),
                DoubleColumn.create("(R − mean) / std", divided()),
                DoubleColumn.create("a token's pull", pull(undivided())),
                DoubleColumn.create("divided", pull(divided())));
    }

    /** Both advantages of each completion. */
    public CategoryChart chart() {
        List<String> names =
                IntStream.rangeClosed(1, rewards.length).mapToObj(String::valueOf).toList();
        Map<String, double[]> series = new LinkedHashMap<>();
        series.put("R − mean", undivided());
        series.put("divided by std", divided());
        String title = isSilent() ? "All rewards are equal: the group is silent" : "Advantages";
        CategoryChart chart = Charts.columns(title, names, series);
        chart.setXAxisTitle("completion");
        return chart;
    }

    /** A slider for each of four rewards, and the loss type. */
    public static Widget panel() {
        List<Slider> sliders =
                IntStream.rangeClosed(1, 4)
                        .mapToObj(
                                i ->
                                        new Slider(
                                                        "reward " + i,
                                                        0,
                                                        HIGHEST,
                                                        i == 1 ? HIGHEST : i % 2)
                                                .step(0.25))
                        .toList();
        Dropdown<LossType> loss = new Dropdown<>("loss type", List.of(LossType.values()));
        Html chart = new Html();
        Html table = new Html();
        Runnable redraw =
                () -> {
                    double[] rewards = sliders.stream().mapToDouble(Slider::value).toArray();
                    AdvantagePlayground group =
                            new AdvantagePlayground(rewards, of(rewards).lengths, loss.value());
                    chart.show(group.chart());
                    table.show(group.table());
                };
        sliders.forEach(slider -> slider.onChange(value -> redraw.run()));
        loss.onChange(value -> redraw.run());
        redraw.run();
        Widget[] parts =
                Stream.of(sliders.stream(), Stream.of(loss, chart, table))
                        .flatMap(widgets -> widgets)
                        .toArray(Widget[]::new);
        return Box.column(parts);
    }

    @Override
    public String toString() {
        return Grid.of(table()).text();
    }
}
