package org.tina.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Data sets known by name: what Tina trained on and was measured by ({@code catalog.yaml}). */
public final class Catalog {
    private static final List<Dataset> DATASETS = read();

    private Catalog() {}

    /** All of them, in the order of the file. */
    public static List<Dataset> all() {
        return DATASETS;
    }

    /** The names, without aliases. */
    public static List<String> names() {
        return DATASETS.stream().map(Dataset::name).toList();
    }

    /**
     * A data set by its name, one of its aliases or its id on the Hub, whatever the case.
     *
     * @throws IllegalArgumentException naming the nearest, if there is none
     */
    public static Dataset named(String name) {
        return find(name).orElseThrow(() -> Names.unknown("data set", name, names()));
    }

    /** A data set by its name, one of its aliases or its id on the Hub, if it is here. */
    public static Optional<Dataset> find(String name) {
        return DATASETS.stream()
                .filter(dataset -> labels(dataset).anyMatch(name::equalsIgnoreCase))
                .findFirst();
    }

    /** To look at in a notebook: a row for each data set. */
    public static Table table() {
        return Table.create(
                "datasets",
                StringColumn.create("name", names()),
                text("purpose", Dataset::purpose),
                text("id", Dataset::id),
                text("config", Dataset::config),
                text("split", Dataset::split),
                IntColumn.create("rows", DATASETS.stream().mapToInt(Dataset::rows).toArray()),
                text("columns", dataset -> dataset.columns().toString()),
                text("license", Dataset::license),
                text("note", Dataset::note));
    }

    private static StringColumn text(String title, Function<Dataset, String> value) {
        return StringColumn.create(title, DATASETS.stream().map(value));
    }

    private static Stream<String> labels(Dataset dataset) {
        return Stream.concat(Stream.of(dataset.name(), dataset.id()), dataset.aliases().stream());
    }

    // ---------------------------------------------------------------- the file

    private static List<Dataset> read() {
        try (InputStream in = Catalog.class.getResourceAsStream("catalog.yaml")) {
            if (in == null) {
                throw new IllegalStateException(
                        "catalog.yaml is missing from the jar: build it again");
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a catalog: a mapping of names to data sets.
     *
     * @throws IllegalArgumentException naming the data set, the key and what is allowed
     */
    static List<Dataset> parse(String text) {
        Object root;
        try {
            root = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
        } catch (YAMLException e) {
            throw new IllegalArgumentException("catalog: not YAML: " + e.getMessage(), e);
        }
        List<Dataset> datasets = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (Map.Entry<?, ?> entry : mapping("catalog", root).entrySet()) {
            String name = String.valueOf(entry.getKey());
            try {
                Dataset dataset = dataset(name, mapping(name, entry.getValue()));
                datasets.add(dataset);
                labels(dataset)
                        .filter(label -> !taken.add(label.toLowerCase(Locale.ROOT)))
                        .forEach(
                                label -> {
                                    throw new IllegalArgumentException(
                                            label + " is the name of two data sets");
                                });
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("catalog: " + name + ": " + e.getMessage(), e);
            }
        }
        return List.copyOf(datasets);
    }

    private static Dataset dataset(String name, Map<?, ?> keys) {
        allow(
                keys,
                List.of(
                        "aliases",
                        "purpose",
                        "id",
                        "config",
                        "split",
                        "revision",
                        "files",
                        "published",
                        "columns",
                        "rows",
                        "license",
                        "note"));
        return new Dataset(
                name,
                texts(keys, "aliases"),
                text(keys, "purpose"),
                text(keys, "id"),
                text(keys, "config"),
                text(keys, "split"),
                text(keys, "revision"),
                texts(keys, "files"),
                texts(keys, "published"),
                columns(mapping("columns", keys.get("columns"))),
                number(keys, "rows"),
                text(keys, "license"),
                keys.containsKey("note") ? text(keys, "note") : "");
    }

    private static Columns columns(Map<?, ?> keys) {
        allow(keys, List.of("problem", "solution", "answer", "wrong_choices", "seed"));
        return new Columns(
                texts(keys, "problem"),
                texts(keys, "solution"),
                texts(keys, "answer"),
                texts(keys, "wrong_choices"),
                keys.containsKey("seed") ? number(keys, "seed") : 0);
    }

    private static void allow(Map<?, ?> keys, List<String> known) {
        for (Object key : keys.keySet()) {
            if (!known.contains(key)) {
                throw Names.unknown("key", String.valueOf(key), known);
            }
        }
    }

    private static Map<?, ?> mapping(String what, Object value) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new IllegalArgumentException(
                what + " is " + value + ", must be a mapping of keys to values");
    }

    private static String text(Map<?, ?> keys, String key) {
        if (keys.get(key) instanceof String text && !text.isBlank()) {
            return text;
        }
        throw new IllegalArgumentException(key + " is " + keys.get(key) + ", must be a text");
    }

    private static int number(Map<?, ?> keys, String key) {
        if (keys.get(key) instanceof Integer number) {
            return number;
        }
        throw new IllegalArgumentException(
                key + " is " + keys.get(key) + ", must be a whole number");
    }

    /** One text or a list of them; none if the key is not there. */
    private static List<String> texts(Map<?, ?> keys, String key) {
        Object value = keys.get(key);
        if (value == null) {
            return List.of();
        }
        List<?> list = value instanceof List<?> several ? several : List.of(value);
        for (Object item : list) {
            if (!(item instanceof String)) {
                throw new IllegalArgumentException(
                        key + " is " + value + ", must be a text or a list of texts");
            }
        }
        return list.stream().map(String::valueOf).toList();
    }
}
