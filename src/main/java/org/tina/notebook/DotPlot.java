package org.tina.notebook;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * Estimates under each other: names at the left, then one or more columns with a scale of their own
 * in which each name has a dot, a line for its 95% interval and small dots for single seeds. A
 * dashed line marks what to compare with.
 */
final class DotPlot {
    private static final int ROW = 26;
    private static final int TOP = 48;
    private static final int BOTTOM = 34;
    private static final int GAP = 24;
    private static final int MOST_OF_A_NAME = 230;
    private static final BasicStroke INTERVAL = new BasicStroke(2.4f);
    private static final BasicStroke DASHED =
            new BasicStroke(
                    1.2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 0, new float[] {5, 4}, 0);

    /**
     * One estimate.
     *
     * @param value NaN for none
     * @param low, high ends of its interval, NaN for none
     * @param seeds what it is the mean of, may be empty
     */
    record Dot(double value, double low, double high, double[] seeds) {
        static final Dot NONE = new Dot(Double.NaN, Double.NaN, Double.NaN, new double[0]);

        DoubleStream all() {
            return DoubleStream.concat(DoubleStream.of(value, low, high), Arrays.stream(seeds))
                    .filter(Double::isFinite);
        }

        String text() {
            if (Double.isNaN(value)) {
                return "–";
            }
            return Double.isNaN(low)
                    ? Grid.text(value)
                    : digits(value) + " (" + digits(low) + " to " + digits(high) + ")";
        }

        /** No more digits than the interval's ends have. */
        private String digits(double number) {
            boolean small = Math.max(Math.abs(low), Math.abs(high)) < 0.001;
            return Grid.text(small ? number : Math.round(1000 * number) / 1000.0);
        }
    }

    /**
     * A scale with a dot for each name.
     *
     * @param reference where a dashed line stands, NaN for none
     * @param referenceName what stands above the line
     */
    record Column(String title, List<Dot> dots, double reference, String referenceName) {

        private double[] range() {
            double[] all =
                    DoubleStream.concat(
                                    dots.stream().flatMapToDouble(Dot::all),
                                    DoubleStream.of(reference).filter(Double::isFinite))
                            .toArray();
            double low = Arrays.stream(all).min().orElse(0);
            double high = Arrays.stream(all).max().orElse(1);
            double margin = high > low ? 0.06 * (high - low) : 0.5;
            return new double[] {low - margin, high + margin};
        }
    }

    private final String title;
    private final List<String> names;
    private final List<Color> colors;
    private final List<Column> columns = new ArrayList<>();

    DotPlot(String title, List<String> names, List<Color> colors) {
        this.title = title;
        this.names = names;
        this.colors = colors;
    }

    DotPlot with(Column column) {
        columns.add(column);
        return this;
    }

    Picture picture(int width) {
        int height = TOP + ROW * names.size() + BOTTOM;
        return new Picture(width, height, alt(), graphics -> draw(graphics, width, height));
    }

    /** Every number, as there is no other way to them for those who don't see the dots. */
    private String alt() {
        StringBuilder alt = new StringBuilder(title);
        for (Column column : columns) {
            alt.append(" · ").append(column.title);
            if (Double.isFinite(column.reference)) {
                alt.append(", ").append(column.referenceName).append(' ');
                alt.append(Grid.text(column.reference));
            }
            for (int i = 0; i < names.size(); i++) {
                alt.append(i == 0 ? ": " : ", ").append(names.get(i)).append(' ');
                alt.append(column.dots.get(i).text());
            }
        }
        return alt.toString();
    }

    // ---------------------------------------------------------------- drawing

    private void draw(Graphics2D g, int width, int height) {
        g.setFont(Charts.font(14));
        g.setColor(Charts.GREY);
        g.drawString(title, 10, 18);
        g.setFont(Charts.font(12));
        FontMetrics metrics = g.getFontMetrics();
        int left = 20 + Math.min(MOST_OF_A_NAME, widest(names, metrics));
        for (int i = 0; i < names.size(); i++) {
            g.drawString(shortened(names.get(i), metrics), 10, middle(i) + 4);
        }
        int space = (width - left - 10) / columns.size();
        for (int c = 0; c < columns.size(); c++) {
            Column column = columns.get(c);
            int text = widest(column.dots.stream().map(Dot::text).toList(), metrics);
            int begin = left + c * space;
            int end = begin + space - text - (c < columns.size() - 1 ? GAP : 0) - 12;
            draw(g, column, begin, Math.max(begin + 60, end), height);
        }
    }

    private void draw(Graphics2D g, Column column, int left, int right, int height) {
        double[] range = column.range();
        int bottom = height - BOTTOM;
        g.setFont(Charts.font(11));
        FontMetrics metrics = g.getFontMetrics();
        double step = tickStep(range[1] - range[0], (right - left) / 60.0);
        for (double tick = Math.ceil(range[0] / step) * step; tick <= range[1]; tick += step) {
            double x = x(tick, range, left, right);
            g.setStroke(new BasicStroke(1f));
            g.setColor(Charts.GRID);
            g.draw(new Line2D.Double(x, TOP - 6, x, bottom));
            g.setColor(Charts.GREY);
            String label = tickText(tick, step);
            g.drawString(label, (float) (x - metrics.stringWidth(label) / 2.0), bottom + 14);
        }
        g.drawString(column.title, left, bottom + 29);
        if (Double.isFinite(column.reference)) {
            double x = x(column.reference, range, left, right);
            g.setStroke(DASHED);
            g.draw(new Line2D.Double(x, TOP - 8, x, bottom));
            int nameWidth = metrics.stringWidth(column.referenceName);
            double at = Math.max(left, Math.min(right - nameWidth, x - nameWidth / 2.0));
            g.drawString(column.referenceName, (float) at, TOP - 12);
        }
        for (int i = 0; i < names.size(); i++) {
            draw(g, column.dots.get(i), i, range, left, right);
        }
    }

    private void draw(Graphics2D g, Dot dot, int row, double[] range, int left, int right) {
        Color color = colors.get(row);
        int y = middle(row);
        g.setFont(Charts.font(12));
        g.setColor(Charts.GREY);
        g.drawString(dot.text(), right + 10, y + 4);
        g.setColor(new Color(color.getRed(), color.getGreen(), color.getBlue(), 0x80));
        for (double seed : dot.seeds) {
            circle(g, x(seed, range, left, right), y, 2.6);
        }
        g.setColor(color);
        g.setStroke(INTERVAL);
        if (Double.isFinite(dot.low)) {
            double low = x(dot.low, range, left, right);
            g.draw(new Line2D.Double(low, y, x(dot.high, range, left, right), y));
        }
        if (Double.isFinite(dot.value)) {
            circle(g, x(dot.value, range, left, right), y, 5);
        }
    }

    private static void circle(Graphics2D g, double x, double y, double radius) {
        g.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
    }

    private static double x(double value, double[] range, int left, int right) {
        return left + (value - range[0]) / (range[1] - range[0]) * (right - left);
    }

    private static int middle(int row) {
        return TOP + ROW * row + ROW / 2;
    }

    /** 1, 2 or 5 times a power of ten that gives about so many ticks. */
    private static double tickStep(double span, double ticks) {
        double raw = span / Math.max(2, ticks);
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double times = raw / power;
        return power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
    }

    private static String tickText(double tick, double step) {
        int digits = Math.max(0, (int) Math.ceil(-Math.log10(step) - 1e-9));
        double zero = Math.abs(tick) < step / 2 ? 0 : tick; // no "-0.0"
        return String.format(Locale.ROOT, "%." + digits + "f", zero);
    }

    private static int widest(List<String> texts, FontMetrics metrics) {
        return texts.stream().mapToInt(metrics::stringWidth).max().orElse(0);
    }

    private static String shortened(String name, FontMetrics metrics) {
        String text = name;
        while (metrics.stringWidth(text) > MOST_OF_A_NAME) {
            text = text.substring(0, text.length() - 2) + "…";
        }
        return text;
    }
}
