package org.tina.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import org.tina.data.Names;
import org.tina.model.ModelFormatException;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What the terminal says when something goes wrong: one line, and a stack trace only on request.
 */
final class Errors {

    static final int FAILED = 1;
    static final int BAD_INPUT = 2;

    private Errors() {}

    /** Options that picocli can't make sense of. */
    static int badOption(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        String message = e.getMessage();
        List<String> unmatched = command.getUnmatchedArguments();
        if (e instanceof MissingParameterException && !unmatched.isEmpty()) {
            message =
                    "Unknown option: '" + unmatched.get(0) + "'"; // likely the one that is missing
        }
        boolean unknownCommand =
                e instanceof UnmatchedArgumentException
                        && command.getParent() == null
                        && !arguments[0].startsWith("-");
        if (unknownCommand) {
            message =
                    Names.unknown("command", arguments[0], command.getSubcommands().keySet())
                            .getMessage();
        }
        command.getErr()
                .printf(
                        "tina: %s (%s --help explains)%n",
                        oneLine(message), command.getCommandSpec().qualifiedName());
        return BAD_INPUT;
    }

    /** An exception from the work of a command. */
    static int failed(Throwable e, PrintWriter err) {
        err.println("tina: " + describe(e));
        if ("1".equals(System.getenv("TINA_DEBUG"))) {
            e.printStackTrace(err);
        }
        return isBadInput(e) ? BAD_INPUT : FAILED;
    }

    private static boolean isBadInput(Throwable e) {
        return e instanceof IllegalArgumentException
                || e instanceof ModelFormatException
                || e instanceof IOException
                || e instanceof UncheckedIOException;
    }

    /** The exception's own words where they were written for people. */
    private static String describe(Throwable e) {
        if (e instanceof NoSuchFileException) {
            return e.getMessage() + ": no such file or directory";
        } else if (e instanceof AccessDeniedException) {
            return e.getMessage() + ": permission denied";
        } else if (e instanceof FileAlreadyExistsException || e instanceof NotDirectoryException) {
            return e.getMessage() + ": is a file, must be a directory or nothing";
        } else if (e instanceof OutOfMemoryError) {
            return "out of memory ("
                    + e.getMessage()
                    + "); TINA_HEAP sets Java's share, such as 4g";
        } else if (e.getMessage() == null) {
            return e.getClass().getSimpleName() + "; TINA_DEBUG=1 shows where";
        } else if (isBadInput(e) || e instanceof IllegalStateException) {
            return oneLine(e.getMessage());
        }
        String[] lines = e.getMessage().strip().split("\n"); // libtorch's last line is the reason
        return lines[lines.length - 1].strip() + "; TINA_DEBUG=1 shows where";
    }

    private static String oneLine(String message) {
        return message.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
