package org.tina.notebook;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import jdk.jshell.EvalException;

/**
 * An exception of a cell as text: what went wrong in red, then every cause, then where. Frames
 * below the cell's own code (the shell that runs it) are left out, and a frame of a cell shows its
 * source line instead of a snippet number.
 */
final class CellError {
    private static final String RED = "\u001b[1;31m";
    private static final String PLAIN = "\u001b[0m";
    private static final int FRAMES = 12;

    private CellError() {}

    static String red(String text) {
        return RED + text + PLAIN;
    }

    /**
     * @param error what the shell reports: class, message, and frames that name snippets as files
     *     "#7"
     * @param thrown the throwable itself, with its causes; null where it is not known
     */
    static List<String> lines(EvalException error, Throwable thrown, CellSources cells) {
        List<String> lines = new ArrayList<>();
        String message = error.getMessage() == null ? "" : error.getMessage();
        lines.addAll(
                headline(error.getExceptionClassName(), "null".equals(message) ? "" : message));
        for (Throwable cause = cause(thrown); cause != null; cause = cause(cause)) {
            lines.addAll(headline("Caused by " + cause.getClass().getName(), said(cause)));
            lines.addAll(frames(ownFrames(cause, thrown), 3, cells));
        }
        lines.addAll(frames(untilCell(error.getStackTrace()), FRAMES, cells));
        return lines;
    }

    private static Throwable cause(Throwable thrown) {
        return thrown == null ? null : thrown.getCause();
    }

    private static List<String> headline(String what, String message) {
        String text = message.isEmpty() ? what : what + ": " + message;
        return text.lines().map(CellError::red).collect(Collectors.toList());
    }

    /** A cause's frames that are not already among those of the exception that carries it. */
    private static List<StackTraceElement> ownFrames(Throwable cause, Throwable carrier) {
        List<StackTraceElement> frames = new ArrayList<>(List.of(cause.getStackTrace()));
        frames.removeAll(Arrays.asList(carrier.getStackTrace()));
        frames.removeIf(frame -> frame.getClassName().startsWith("REPL."));
        return frames;
    }

    private static List<StackTraceElement> untilCell(StackTraceElement[] frames) {
        int last = frames.length;
        while (last > 0 && !isCell(frames[last - 1])) {
            last--;
        }
        return List.of(frames).subList(0, last == 0 ? frames.length : last);
    }

    private static boolean isCell(StackTraceElement frame) {
        return frame.getFileName() != null && frame.getFileName().startsWith("#");
    }

    private static List<String> frames(
            List<StackTraceElement> frames, int limit, CellSources cells) {
        List<String> lines = new ArrayList<>();
        for (StackTraceElement frame : frames.subList(0, Math.min(limit, frames.size()))) {
            lines.add("    at " + (isCell(frame) ? cellFrame(frame, cells) : frame));
        }
        if (frames.size() > limit) {
            lines.add("    … " + (frames.size() - limit) + " more");
            StackTraceElement last = frames.get(frames.size() - 1);
            if (isCell(last)) {
                lines.add("    at " + cellFrame(last, cells));
            }
        }
        return lines;
    }

    private static String cellFrame(StackTraceElement frame, CellSources cells) {
        return cells.describe(frame.getFileName(), frame.getLineNumber()).orElse("cell");
    }

    /** A failure outside of the cell's own code, such as that of a result that can't be shown. */
    static List<String> lines(String what, Throwable thrown) {
        List<String> lines = new ArrayList<>(headline(what, ""));
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            lines.addAll(headline(cause.getClass().getName(), said(cause)));
            List<StackTraceElement> frames = List.of(cause.getStackTrace());
            frames.stream().limit(3).forEach(frame -> lines.add("    at " + frame));
        }
        return lines;
    }

    private static String said(Throwable thrown) {
        return thrown.getMessage() == null ? "" : thrown.getMessage();
    }
}
