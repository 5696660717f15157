package org.tina.study;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.tina.data.FileTrouble;
import org.tina.data.Names;

/**
 * A study's log: a file of JSON lines, one a finished run. Where an arm and seed has several lines
 * the last one counts.
 */
public final class StudyLog {

    private static final String ENDING = ".jsonl";

    private StudyLog() {}

    /** Where the logs of a project lie: its {@code datasets/studies}. */
    public static Path folder() {
        return Path.of(System.getProperty("tina.project", "")).resolve("datasets/studies");
    }

    /** The log of a study in a folder of logs. */
    public static Path file(Path folder, String study) {
        return folder.resolve(study + ENDING);
    }

    /** The names of the studies that have a log in a folder, sorted; none if there is no folder. */
    public static List<String> names(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ENDING))
                    .map(name -> name.substring(0, name.length() - ENDING.length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new IllegalArgumentException(folder + ": " + FileTrouble.reason(e), e);
        }
    }

    /**
     * The runs of a study, from the project's {@link #folder}.
     *
     * @throws IllegalArgumentException if it has no log there
     */
    public static List<StudyRun> named(String study) {
        Path file = file(folder(), study);
        if (!Files.exists(file)) {
            List<String> known = names(folder());
            throw known.isEmpty()
                    ? new IllegalArgumentException(
                            file + ": no such log; environment/tina study " + study + " makes it")
                    : Names.unknown("log of a study", study, known);
        }
        return read(file);
    }

    /** The runs in a log; a line that can't be read, such as a torn last one, is told of. */
    public static List<StudyRun> read(Path file) {
        return read(file, System.err::println);
    }

    /**
     * The runs in a log, in the order of their first lines.
     *
     * @param unreadable told of each line that can't be read; the rest is read all the same
     * @throws IllegalArgumentException if the file can't be read
     */
    public static synchronized List<StudyRun> read(Path file, Consumer<String> unreadable) {
        List<String> lines;
        try {
            lines = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": " + FileTrouble.reason(e), e);
        }
        Map<List<Object>, StudyRun> runs = new LinkedHashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).isBlank()) {
                continue;
            }
            try {
                StudyRun run = StudyRun.fromJson(lines.get(i));
                runs.put(List.of(run.arm(), run.seed()), run);
            } catch (IllegalArgumentException e) {
                String which = i == lines.size() - 1 ? " (the last, perhaps torn)" : "";
                unreadable.accept(
                        file + ": line " + (i + 1) + which + " is left out: " + e.getMessage());
            }
        }
        return new ArrayList<>(runs.values());
    }

    /**
     * Adds a run; several processes may do so, for which a file's lock is made, and several
     * threads, for which it is not. A torn last line is left behind as a line of its own.
     */
    static synchronized void append(Path file, StudyRun run) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        try (FileChannel channel =
                        FileChannel.open(
                                file,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            String begin = endsALine(channel) ? "" : "\n";
            byte[] line = (begin + run.toJson() + "\n").getBytes(StandardCharsets.UTF_8);
            channel.position(channel.size());
            for (ByteBuffer left = ByteBuffer.wrap(line); left.hasRemaining(); ) {
                channel.write(left);
            }
            channel.force(true);
        }
    }

    private static boolean endsALine(FileChannel channel) throws IOException {
        ByteBuffer last = ByteBuffer.allocate(1);
        boolean some = channel.size() > 0 && channel.read(last, channel.size() - 1) == 1;
        return !some || last.get(0) == '\n';
    }
}
