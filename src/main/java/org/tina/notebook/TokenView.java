package org.tina.notebook;

import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.tina.analysis.TokenScores;
import org.tina.notebook.widget.Html;

/**
 * Completions as coloured tokens, with the numbers on hover. The ground is blue above zero and
 * orange below, which the colour-blind tell apart, and so thin that the page's own text colour
 * reads on it in a light and in a dark theme.
 *
 * @param scale the value of the strongest colour, above 0
 */
record TokenView(TokenColor color, double scale) {
    private static final String ABOVE = rgb(0);
    private static final String BELOW = rgb(1);
    private static final double STRONGEST = 0.6;

    /** Rounding is not to be seen as colour. */
    private static final double LEAST_SCALE = 0.01;

    private static final String NEWLINE = "<span style=\"opacity:.45\">↵</span>\n";

    /** One scale for several completions, so that their colours compare. */
    static TokenView of(TokenColor color, List<TokenScores> completions) {
        double most =
                completions.stream()
                        .flatMapToDouble(scores -> values(color, scores))
                        .map(Math::abs)
                        .filter(value -> !Double.isNaN(value))
                        .max()
                        .orElse(0);
        return new TokenView(color, Math.max(LEAST_SCALE, most));
    }

    private static DoubleStream values(TokenColor color, TokenScores scores) {
        return IntStream.range(0, scores.length()).mapToDouble(i -> color.of(scores, i));
    }

    String html(TokenScores scores) {
        StringBuilder html = new StringBuilder();
        html.append("<div style=\"white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.6;")
                .append("font-family:var(--jp-code-font-family,monospace);font-size:13px\">");
        for (int i = 0; i < scores.length(); i++) {
            html.append("<span style=\"background:")
                    .append(ground(color.of(scores, i)))
                    .append("\" title=\"")
                    .append(Html.escaped(numbers(scores, i)).replace("\n", "&#10;"))
                    .append("\">")
                    .append(Html.escaped(scores.pieces().get(i)).replace("\n", NEWLINE))
                    .append("</span>");
        }
        return html.append("</div>").toString();
    }

    /** All that is known of a token, a line each. */
    static String numbers(TokenScores scores, int i) {
        String numbers =
                """
                token %d of %d: “%s”
                probability %s, base %s, when sampled %s
                log-probability %s, base %s, ratio %s
                KL %s, entropy %s"""
                        .formatted(
                                i + 1,
                                scores.length(),
                                scores.pieces().get(i).replace("\n", "↵"),
                                number(Math.exp(scores.logProbs()[i])),
                                number(Math.exp(scores.baseLogProbs()[i])),
                                number(Math.exp(scores.completion().logProbs()[i])),
                                number(scores.logProbs()[i]),
                                number(scores.baseLogProbs()[i]),
                                signed(scores.logRatio(i)),
                                number(scores.kl(i)),
                                number(scores.entropies()[i]));
        double credit = scores.credit(i);
        return Double.isNaN(credit) ? numbers : numbers + "\ncredit " + signed(credit);
    }

    /** The scale, in colours and in numbers. */
    String legend() {
        String ends = color.signed ? signed(-scale) + " to " + signed(scale) : "0 to " + high();
        String says =
                color.signed ? "orange below zero, blue above" : "the stronger the blue the more";
        return ("<div style=\"display:flex;flex-wrap:wrap;align-items:center;gap:8px;font-size:13px\">"
                        + "<b>%s</b> %s <span role=\"img\" aria-label=\"Scale from %s: %s\""
                        + " style=\"display:inline-block;width:160px;height:14px;"
                        + "border:1px solid #808080;background:linear-gradient(to right,%s)\">"
                        + "</span> %s <span>%s</span></div>")
                .formatted(
                        color,
                        color.signed ? signed(-scale) : "0",
                        ends,
                        says,
                        stops(),
                        color.signed ? signed(scale) : high(),
                        color.meaning);
    }

    private String stops() {
        double[] places =
                color.signed
                        ? new double[] {-1, -0.5, -0.1, 0, 0.1, 0.5, 1}
                        : new double[] {0, 0.1, 0.5, 1};
        StringBuilder stops = new StringBuilder();
        for (double place : places) {
            double percent = color.signed ? 50 * (1 + place) : 100 * place;
            stops.append(stops.isEmpty() ? "" : ",")
                    .append(ground(place * scale))
                    .append(String.format(Locale.ROOT, " %.0f%%", percent));
        }
        return stops.toString();
    }

    /** The square root lets small values be seen beside a large one. */
    private String ground(double value) {
        if (Double.isNaN(value)) {
            return "transparent";
        }
        double strength = STRONGEST * Math.sqrt(Math.min(1, Math.abs(value) / scale));
        return String.format(Locale.ROOT, "rgba(%s,%.2f)", value < 0 ? BELOW : ABOVE, strength);
    }

    private String high() {
        return number(scale);
    }

    static String signed(double value) {
        return (value > 0 ? "+" : "") + number(value);
    }

    /** To a thousandth: what is smaller is rounding. */
    private static String number(double value) {
        return Grid.text(Math.round(1000 * value) / 1000.0).replace("-", "−");
    }

    private static String rgb(int color) {
        var c = Charts.COLORS.get(color);
        return c.getRed() + "," + c.getGreen() + "," + c.getBlue();
    }
}
