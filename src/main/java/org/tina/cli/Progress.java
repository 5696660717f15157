package org.tina.cli;

import java.io.PrintWriter;

/**
 * Where a long command stands: on a terminal one line that is written over, elsewhere a line each
 * time. The front door tells the terminal's width in the property {@code tina.columns}.
 */
final class Progress {

    private static final String ERASE_LINE = "\r\033[K";

    private final PrintWriter err;
    private final int columns = Integer.getInteger("tina.columns", 0);
    private boolean open;

    Progress(PrintWriter err) {
        this.err = err;
    }

    /** Whether the line is written over, so that showing it often does no harm. */
    boolean live() {
        return columns > 0;
    }

    /** Shows where it stands. */
    void show(String line) {
        if (live()) {
            err.print(ERASE_LINE + line.substring(0, Math.min(line.length(), columns - 1)));
            err.flush();
            open = true;
        } else {
            err.println(line);
        }
    }

    /** Says something on a line of its own. */
    void note(String line) {
        err.println((open ? ERASE_LINE : "") + line);
        open = false;
    }

    /** Leaves the last line standing; what is written next begins a new one. */
    void end() {
        if (open) {
            err.println();
            open = false;
        }
    }

    /** {@code [####------]} for four tenths. */
    static String bar(int done, int total) {
        int filled = (int) (10L * done / total);
        return "[" + "#".repeat(filled) + "-".repeat(10 - filled) + "]";
    }

    /** {@code 1:05}, {@code 2:00:00}. */
    static String time(double seconds) {
        long s = Math.round(seconds);
        return s < 3600
                ? "%d:%02d".formatted(s / 60, s % 60)
                : "%d:%02d:%02d".formatted(s / 3600, s / 60 % 60, s % 60);
    }
}
