package org.tina.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which files of a folder are a data set, in the order in which they are read. */
final class DataFiles {

    /** What Hugging Face's tools call the parts of a set: train-00003-of-00010.parquet. */
    private static final Pattern SHARD = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})(.*)");

    private DataFiles() {}

    /**
     * The shards of a folder and of those in it, by name. Where some are called train, as in {@code
     * data/train-00000-of-00002.parquet}, only those: the others are other splits.
     *
     * @throws IllegalArgumentException if there is none, one is missing, or they are of several
     *     formats, so that it is not clear which are meant
     */
    static List<Path> in(Path folder) {
        List<Path> all =
                walk(folder).stream().filter(file -> DataFormat.find(file).isPresent()).toList();
        List<Path> train =
                all.stream()
                        .filter(file -> folder.relativize(file).toString().contains("train"))
                        .toList();
        List<Path> files = train.isEmpty() ? all : train;
        Set<String> formats =
                files.stream()
                        .map(file -> DataFormat.of(file).toString())
                        .collect(Collectors.toCollection(TreeSet::new));
        if (formats.size() > 1) {
            throw new IllegalArgumentException(
                    "%s has files of several formats, %s: name one of them"
                            .formatted(folder, String.join(" and ", formats)));
        }
        if (files.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s has no data files, which end in %s"
                            .formatted(folder, String.join(", ", DataFormat.allEndings())));
        }
        return complete(folder, files);
    }

    /**
     * The files of a folder that match one of the patterns, see {@link Glob}.
     *
     * @throws IllegalArgumentException if there is none, or a shard is missing
     */
    static List<Path> matching(Path folder, List<String> patterns) {
        Glob glob = new Glob(patterns.toArray(String[]::new));
        List<Path> files =
                walk(folder).stream().filter(file -> glob.matches(name(folder, file))).toList();
        if (files.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s has no %s".formatted(folder, String.join(" and no ", patterns)));
        }
        return complete(folder, files);
    }

    /** All files but hidden ones, links to files included, in the order of their names. */
    private static List<Path> walk(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !("/" + name(folder, file)).contains("/."))
                    .sorted((a, b) -> name(folder, a).compareTo(name(folder, b)))
                    .toList();
        } catch (IOException e) {
            throw new IllegalArgumentException(folder + ": " + FileTrouble.reason(e), e);
        }
    }

    private static String name(Path folder, Path file) {
        return folder.relativize(file).toString().replace('\\', '/');
    }

    private static List<Path> complete(Path folder, List<Path> files) {
        Set<String> names =
                files.stream().map(file -> name(folder, file)).collect(Collectors.toSet());
        for (String name : names) {
            Matcher shard = SHARD.matcher(name);
            if (shard.matches()) {
                for (int i = 0; i < Integer.parseInt(shard.group(3)); i++) {
                    String other =
                            "%s-%05d-of-%s%s"
                                    .formatted(shard.group(1), i, shard.group(3), shard.group(4));
                    if (!names.contains(other)) {
                        throw new IllegalArgumentException(
                                "%s is incomplete: %s is missing".formatted(folder, other));
                    }
                }
            }
        }
        return files;
    }
}
