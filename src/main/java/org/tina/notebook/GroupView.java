package org.tina.notebook;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.tina.grpo.RolloutGroup;
import org.tina.notebook.widget.Html;

/**
 * The completions of one problem as a table: each with its rewards, its advantage and its text. Of
 * a step's groups it shows the one whose rewards differ most, which teaches most.
 */
final class GroupView {
    private static final int SHOWN = 400;

    private GroupView() {}

    /**
     * @param groups of one step, at least one
     * @param rewards their functions' names
     */
    static String html(List<RolloutGroup> groups, List<String> rewards) {
        RolloutGroup group = groups.stream().max(Comparator.comparing(GroupView::spread)).get();
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < group.completions().size(); i++) {
            rows.append("<tr>");
            for (double[] score : group.scores()) {
                rows.append(number(score[i]));
            }
            rows.append(number(group.rewards()[i])).append(number(group.advantages()[i]));
            rows.append("<td style=\"text-align:left;white-space:pre-wrap\">")
                    .append(Html.escaped(shortened(group.completions().get(i).text())))
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

    private static double spread(RolloutGroup group) {
        return Arrays.stream(group.rewards()).max().orElse(0)
                - Arrays.stream(group.rewards()).min().orElse(0);
    }

    private static String number(double value) {
        return "<td>" + (Double.isNaN(value) ? "–" : Grid.text(value)) + "</td>";
    }

    private static String shortened(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + " …";
    }
}
