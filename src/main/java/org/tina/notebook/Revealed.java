package org.tina.notebook;

import java.awt.Color;
import java.util.Locale;

/**
 * A {@link Guess} and what came out: in words, and for a number on a line from one end of the
 * slider to the other.
 *
 * @param question what was guessed
 * @param guess a number or a word; null if none was made
 * @param result what came out
 * @param low where the slider began; NaN for words
 * @param high where it ended
 */
public record Revealed(String question, Object guess, Object result, double low, double high) {

    /** How far a close guess may be from the result, as a share of the slider's range. */
    private static final double CLOSE = 0.1;

    private static final int WIDTH = 400; // pixels
    private static final int EDGE = 40; // from the line's ends to the picture's: room for a label
    private static final int HEIGHT = 50;
    private static final int MIDDLE = 26;

    String html() {
        boolean drawn = result instanceof Number && !Double.isNaN(low);
        return box().html() + (drawn ? picture(((Number) result).doubleValue()) : "");
    }

    private Box box() {
        String came = "it is " + Grid.text(result) + "; ";
        if (guess == null) {
            return box(Charts.GREY, came + "you made no guess");
        }
        came += "your guess was " + Grid.text(guess);
        return isClose()
                ? box(Charts.COLORS.get(2), came)
                : box(Charts.COLORS.get(1), came + ". What did you not expect?");
    }

    private Box box(Color edge, String words) {
        return new Box(edge, question + ":", words, "");
    }

    private boolean isClose() {
        if (guess instanceof Number number && result instanceof Number truth) {
            double distance = Math.abs(number.doubleValue() - truth.doubleValue());
            return distance <= CLOSE * (high - low);
        }
        return guess.toString().equalsIgnoreCase(result.toString());
    }

    /** The slider's range, longer where the result lies outside of it. */
    private String picture(double came) {
        Line line = new Line(Math.min(low, came), Math.max(high, came));
        String marks = line.label(line.from, MIDDLE + 18, Grid.text(line.from));
        marks += line.label(line.to, MIDDLE + 18, Grid.text(line.to));
        if (guess instanceof Number number) {
            double x = line.x(number.doubleValue());
            marks +=
                    svg(
                            "<path d=\"M%.1f %d v20\" stroke=\"currentColor\" stroke-width=\"2\""
                                    + " stroke-dasharray=\"4 3\"/>",
                            x, MIDDLE - 10);
            marks += line.label(number.doubleValue(), MIDDLE - 14, Guess.LABEL);
        }
        String dot = "<circle cx=\"%.1f\" cy=\"%d\" r=\"6\" fill=\"%s\"/>";
        marks += svg(dot, line.x(came), MIDDLE, Charts.css(Charts.COLORS.get(0)));
        return svg(
                "<svg role=\"img\" aria-label=\"%s\" width=\"%d\" height=\"%d\""
                        + " style=\"font-size: 12px; margin-left: 1em\"><path d=\"M%d %d H%d\""
                        + " stroke=\"currentColor\" stroke-opacity=\"0.4\"/>%s</svg>",
                Grid.escape(box().text()), WIDTH, HEIGHT, EDGE, MIDDLE, WIDTH - EDGE, marks);
    }

    /** Numbers on a line of pixels. */
    private record Line(double from, double to) {
        double x(double at) {
            return EDGE + (WIDTH - 2 * EDGE) * (at - from) / (to - from);
        }

        String label(double at, int y, String text) {
            return svg(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"currentColor\">%s</text>",
                    x(at), y, Grid.escape(text));
        }
    }

    private static String svg(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    @Override
    public String toString() {
        return box().text();
    }
}
