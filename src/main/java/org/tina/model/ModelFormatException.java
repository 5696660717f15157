package org.tina.model;

import java.nio.file.Path;

/**
 * A file of a model directory that can't be used as it is: damaged, incomplete, or asking for
 * something this library doesn't do. The message names the file, the key or tensor, and the value.
 */
public final class ModelFormatException extends RuntimeException {

    public ModelFormatException(Path file, String problem) {
        super(file + ": " + problem);
    }

    public ModelFormatException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }

    /** With values in place of each {@code %s}. */
    public ModelFormatException(Path file, String problem, Object... values) {
        this(file, problem.formatted(values));
    }
}
