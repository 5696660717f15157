package org.tina.data;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Writes a file under a temporary name beside its target and renames it when it is complete, so
 * that nobody ever sees half of it. After an error the target is as it was and the temporary file
 * is gone.
 */
public final class AtomicFile {

    /** Writes the content of a file. */
    @FunctionalInterface
    public interface Body {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Writes a file that is not there yet. */
    @FunctionalInterface
    interface FileBody {
        void writeTo(Path file) throws IOException;
    }

    private AtomicFile() {}

    /** Writes the target, creating its directory if need be and replacing what was there. */
    public static void write(Path target, Body body) throws IOException {
        replace(
                target,
                temporary -> {
                    try (OutputStream out =
                            new BufferedOutputStream(
                                    Files.newOutputStream(temporary, StandardOpenOption.CREATE_NEW),
                                    1 << 16)) {
                        body.writeTo(out);
                    }
                });
    }

    /** As {@link #write}, for what writes to a file by its path. */
    static void replace(Path target, FileBody body) throws IOException {
        Path directory = target.toAbsolutePath().getParent();
        Files.createDirectories(directory);
        Path temporary =
                directory.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            body.writeTo(temporary);
            Files.move(
                    temporary,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Deletes a file, or a directory with all that is in it, if it is there. */
    public static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> files = Files.walk(tree)) {
            deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : deepestFirst) {
            Files.delete(file);
        }
    }

    /** Writes a text as UTF-8. */
    public static void writeString(Path target, String text) throws IOException {
        write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }
}
