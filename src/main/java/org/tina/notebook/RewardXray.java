package org.tina.notebook;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.tina.data.Problem;
import org.tina.math.MathVerifier;
import org.tina.notebook.widget.Dropdown;
import org.tina.notebook.widget.Html;
import org.tina.notebook.widget.TextBox;
import org.tina.notebook.widget.Widget;
import org.tina.reward.CosineReward;
import org.tina.reward.RepetitionPenalty;
import org.tina.reward.Rewards;
import org.tina.reward.WeightedReward;

/**
 * Why a completion gets what it gets: every reward's value and its reason.
 *
 * <pre>{@code
 * RewardXray.of(problem, "<think>\n16+48=64\n</think>\n<answer>\n\\boxed{64}\n</answer>")
 * RewardXray.panel(problems)   // to pick a problem and to type a completion
 * }</pre>
 *
 * @param parts in the rewards' order
 */
public record RewardXray(Problem problem, String completion, List<Part> parts) {

    /**
     * What one reward says.
     *
     * @param value NaN for none
     * @param weight its factor in the sum
     * @param why in words
     */
    public record Part(String reward, double value, double weight, String why) {}

    private static final int POINTS = 60;

    /** Tina's, all but those that need a target length in the prompt. */
    private static List<WeightedReward> all() {
        return Stream.of(
                        "accuracy",
                        "format",
                        "tag_count",
                        "reasoning_steps",
                        "length",
                        "cosine",
                        "repetition_penalty")
                .map(name -> WeightedReward.named(name, 1).orNoValue())
                .toList();
    }

    /** Under Tina's rewards, each with weight 1. */
    public static RewardXray of(Problem problem, String completion) {
        return of(problem, completion, all());
    }

    /** Under the rewards of a recipe, such as {@code recipe.rewards()}, or one's own. */
    public static RewardXray of(Problem problem, String completion, List<WeightedReward> rewards) {
        List<Part> parts = new ArrayList<>();
        for (WeightedReward reward : rewards) {
            double value = reward.scores(List.of(problem), List.of(completion))[0];
            String why = why(reward, problem, completion, value);
            parts.add(new Part(reward.name(), value, reward.weight(), why));
        }
        return new RewardXray(problem, completion, List.copyOf(parts));
    }

    /** What training would see: the weighted sum of the values that there are. */
    public double total() {
        return parts.stream()
                .filter(part -> !Double.isNaN(part.value))
                .mapToDouble(part -> part.weight * part.value)
                .sum();
    }

    // ---------------------------------------------------------------- reasons

    private static String why(
            WeightedReward reward, Problem problem, String completion, double value) {
        if (reward.reward() instanceof CosineReward cosine) {
            return "%s at %d characters of %d"
                    .formatted(
                            isRight(problem, completion)
                                    ? "the curve of right answers"
                                    : "the curve of wrong answers",
                            length(completion),
                            cosine.maxLen());
        }
        if (reward.reward() instanceof RepetitionPenalty penalty) {
            return value == 0
                    ? "no phrase of %d words comes twice".formatted(penalty.nGrams())
                    : "%s of the phrases of %d words are repetitions"
                            .formatted(percent(value / penalty.maxPenalty()), penalty.nGrams());
        }
        return switch (reward.name()) {
            case "accuracy" -> accuracy(problem, completion, value);
            case "format" -> "</think> on a line of its own " + closing(completion);
            case "tag_count" ->
                    "<think> at the end of a line: %s; </think> on a line of its own %s"
                            .formatted(times(count(completion, "<think>\n")), closing(completion));
            case "reasoning_steps" ->
                    Math.round(3 * value)
                            + " of 3 signs such as \"Step 1:\", \"First,\", \"Next,\", \"Finally,\" or a"
                            + " list";
            case "length" ->
                    "compares with its group; alone with %d characters there is nothing to compare"
                            .formatted(length(completion));
            default -> "a reward of one's own: only its code says why";
        };
    }

    private static String accuracy(Problem problem, String completion, double value) {
        Optional<String> gold = MathVerifier.extractLenient(problem.solution());
        if (gold.isEmpty()) {
            return "the gold answer %s can't be read".formatted(problem.solution());
        }
        Optional<String> answer = MathVerifier.extract(completion);
        if (answer.isEmpty()) {
            String number = MathVerifier.extractLenient(completion).orElse("none");
            return "no answer in LaTeX, such as \\boxed{%s}; the last number is %s"
                    .formatted(gold.get(), number);
        }
        return "answer %s, gold %s: %s"
                .formatted(answer.get(), gold.get(), value == 1 ? "equal" : "not equal");
    }

    private static String closing(String completion) {
        int proper = count(completion, "\n</think>\n");
        int all = count(completion, "</think>");
        if (proper == 1) {
            return "exactly once";
        }
        return proper > 1
                ? times(proper) + ", must be once"
                : all == 0 ? "is missing" : "is missing; it is there, but beside other text";
    }

    private static String times(int count) {
        return count == 0 ? "missing" : count == 1 ? "once" : count + " times";
    }

    private static int count(String text, String tag) {
        int count = 0;
        for (int at = text.indexOf(tag); at >= 0; at = text.indexOf(tag, at + tag.length())) {
            count++;
        }
        return count;
    }

    private static int length(String completion) {
        return completion.codePointCount(0, completion.length());
    }

    private static boolean isRight(Problem problem, String completion) {
        return Rewards.accuracy(problem, completion) == 1;
    }

    private static String percent(double share) {
        return Math.round(100 * share) + "%";
    }

    // ---------------------------------------------------------------- pictures

    /** Where the completion's length falls on Tina's cosine. */
    public XYChart cosineChart() {
        return cosineChart(CosineReward.tina());
    }

    /** Where the completion's length falls on a cosine. */
    public XYChart cosineChart(CosineReward cosine) {
        int length = length(completion);
        double[] x = new double[POINTS + 1];
        double[] right = new double[x.length];
        double[] wrong = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            int at = Math.max(cosine.maxLen(), length) * i / POINTS;
            x[i] = at;
            right[i] = cosine.value(true, at);
            wrong[i] = cosine.value(false, at);
        }
        Map<String, double[]> curves = new LinkedHashMap<>();
        curves.put("right", right);
        curves.put("wrong", wrong);
        XYChart chart = Charts.curves("The cosine reward", "characters", "value", x, curves);
        double value = cosine.score(problem, completion);
        chart.addSeries("this one", new double[] {length}, new double[] {value})
                .setMarker(SeriesMarkers.CIRCLE)
                .setMarkerColor(Charts.COLORS.get(4))
                .setLineColor(Charts.COLORS.get(4));
        return chart;
    }

    String html() {
        String rows =
                parts.stream()
                        .map(
                                part ->
                                        "<tr><td style=\"text-align:left\">%s</td><td>%s</td><td>%s</td><td style=\"text-align:left\">%s</td></tr>"
                                                .formatted(
                                                        Grid.escape(part.reward),
                                                        shown(part.value),
                                                        shown(part.weight),
                                                        Grid.escape(part.why)))
                        .collect(Collectors.joining());
        return "<div class=\"tex2jax_ignore\"><p>%s</p><pre style=\"border-left: 4px solid #808080; padding-left: 0.9em\">%s</pre><table><thead><tr><th style=\"text-align:left\">reward</th><th>value</th><th>weight</th><th style=\"text-align:left\">why</th></tr></thead><tbody>%s<tr><td style=\"text-align:left\"><b>sum</b></td><td><b>%s</b></td><td></td><td></td></tr></tbody></table></div>"
                .formatted(
                        Grid.escape(problem.problem() + " → " + problem.solution()),
                        Grid.escape(completion),
                        rows,
                        shown(total()));
    }

    private static String shown(double value) {
        return Double.isNaN(value) ? "–" : Grid.text(value);
    }

    @Override
    public String toString() {
        return parts.stream()
                        .map(part -> part.reward + " " + shown(part.value) + ": " + part.why)
                        .collect(Collectors.joining("\n"))
                + "\nsum "
                + shown(total());
    }

    // ---------------------------------------------------------------- panel

    /** A problem to pick and a completion to type, judged anew at each change. */
    public static Widget panel(List<Problem> problems) {
        Dropdown<Problem> problem = new Dropdown<>("problem", problems, Problem::problem);
        problem.width("640px");
        TextBox completion =
                TextBox.area(
                        "completion",
                        "<think>\nFirst, …\n</think>\n<answer>\n\\boxed{1}\n</answer>");
        Html table = new Html();
        Html chart = new Html();
        Runnable judge =
                () -> {
                    RewardXray xray = of(problem.value(), completion.value());
                    table.show(xray);
                    chart.show(xray.cosineChart());
                };
        problem.onChange(chosen -> judge.run());
        completion.onChange(text -> judge.run());
        judge.run();
        return org.tina.notebook.widget.Box.column(problem, completion, table, chart);
    }
}
