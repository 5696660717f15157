package org.tina.notebook;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tina.grpo.RolloutGroup;
import org.tina.notebook.widget.Html;

/**
 * The completions of one problem as a table: each with its rewards, its advantage and its text.
 *
 * @param rewards their functions' names
 */
record GroupView(RolloutGroup group, List<String> rewards) {
    private static final int SHOWN = 400;

    /**
     * Of a step's groups the one whose rewards differ most, which teaches most.
     *
     * @param groups at least one
     */
    static RolloutGroup mostTelling(List<RolloutGroup> groups) {
        return groups.stream().max(Comparator.comparing(GroupView::spread)).get();
    }

    private static double spread(RolloutGroup group) {
        return Arrays.stream(group.rewards()).max().orElse(0)
                - Arrays.stream(group.rewards()).min().orElse(0);
    }

    String html() {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < group.completions().size(); i++) {
            rows.append("<tr>");
            for (double[] score : group.scores()) {
                rows.append(number(score[i]));
            }
            rows.append(number(group.rewards()[i])).append(number(group.advantages()[i]));
            rows.append("<td style=\"text-align:left;white-space:pre-wrap\">")
                    .append(Html.escaped(shortened(group.completions().get(i).text(), SHOWN)))
                    .append("</td></tr>");
        }
        String head =
                rewards.stream()
                        .map(name -> "<th>" + Html.escaped(name) + "</th>")
                        .collect(Collectors.joining());
        return "<p>"
                + Html.escaped(group.problem().problem())
                + "</p><table><thead><tr>"
                + head
                + "<th>reward</th><th>advantage</th><th style=\"text-align:left\">completion</th></tr></thead><tbody>"
                + rows
                + "</tbody></table>";
    }

    /** A completion's reward and what it is made of: {@code reward 2 (format 0, accuracy 1)}. */
    static String reward(double total, List<String> rewards, double[] scores) {
        return "reward %s (%s)"
                .formatted(
                        Grid.text(total),
                        IntStream.range(0, scores.length)
                                .mapToObj(r -> rewards.get(r) + " " + text(scores[r]))
                                .collect(Collectors.joining(", ")));
    }

    private static String number(double value) {
        return "<td>" + text(value) + "</td>";
    }

    private static String text(double value) {
        return Double.isNaN(value) ? "–" : Grid.text(value);
    }

    static String shortened(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most) + " …";
    }
}
