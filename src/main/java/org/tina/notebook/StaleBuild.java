package org.tina.notebook;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Tells when the library that a kernel runs is no longer the one on disk. The kernel runs a private
 * copy of the jar (a jar rewritten under a running JVM breaks it), so without a word a rebuild
 * would silently have no effect.
 */
final class StaleBuild {
    private final Path jar;
    private final Path sources;
    private final FileTime loaded;
    private String lastNotice = "";

    /** The kernel has just loaded a copy of {@code project/target/tina.jar}. */
    StaleBuild(Path project) {
        this.jar = project.resolve("target/tina.jar");
        this.sources = project.resolve("src/main");
        this.loaded = modified(jar);
    }

    /** One line that says what is stale and what to do; each state is reported once. */
    Optional<String> notice() {
        String notice = describe();
        boolean news = !notice.isEmpty() && !notice.equals(lastNotice);
        lastNotice = notice;
        return news ? Optional.of(notice) : Optional.empty();
    }

    private String describe() {
        FileTime built = modified(jar);
        if (built.toMillis() == 0) {
            return "The built library target/tina.jar is gone; this kernel keeps running its own copy. "
                    + "`environment/tina setup` builds it again.";
        }
        if (built.compareTo(loaded) > 0) {
            return "The library was rebuilt after this kernel started: restart the kernel to use the new target/tina.jar.";
        }
        Optional<Path> changed = sourceNewerThan(built);
        return changed.map(
                        source ->
                                source
                                        + " is newer than the library this kernel runs: "
                                        + "run `environment/tina setup`, then restart the kernel.")
                .orElse("");
    }

    private Optional<Path> sourceNewerThan(FileTime time) {
        if (!Files.isDirectory(sources)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.walk(sources)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> modified(file).compareTo(time) > 0)
                    .map(
                            file ->
                                    sources.toAbsolutePath()
                                            .getParent()
                                            .getParent()
                                            .relativize(file.toAbsolutePath()))
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Time of the last change, 1970 for a file that is not there. */
    private static FileTime modified(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (NoSuchFileException e) {
            return FileTime.fromMillis(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
