package org.tina.recipe;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tina.data.FileTrouble;
import org.tina.data.Names;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * A recipe as it is written: the keys of one YAML file and what each does, over another recipe if
 * {@code base} names one. The base is a recipe of the library or, if it ends in {@code .yaml}, a
 * file beside this one.
 *
 * @param name the library's name, or the file's without its ending
 * @param summary the file's first line, if it is a comment; else empty
 * @param base what the file builds upon, or null
 * @param entries the keys as written, without {@code base}
 */
record RecipeFile(String name, String summary, RecipeFile base, List<Entry> entries) {

    /** What becomes of a key. */
    enum Verdict {
        APPLIED,
        IGNORED,
        UNKNOWN,
        WRONG
    }

    /**
     * A key as written.
     *
     * @param written its name in the file
     * @param raw its value in the file
     * @param key what it sets; null if it sets nothing
     * @param value the value as the key's type; null leaves the key as if it weren't there
     * @param remark what the key means, why it is ignored, or what is wrong with it
     */
    record Entry(
            String written, Object raw, Verdict verdict, Key key, Object value, String remark) {

        boolean stops() {
            return verdict == Verdict.UNKNOWN || verdict == Verdict.WRONG;
        }
    }

    private static final String BASE = "base";

    /** What the paper's runs share; a base only. */
    private static final String TINA = "tina";

    /** The paper's runs, in the order of its tables. */
    private static final List<String> PAPER =
            List.of(
                    "still",
                    "deepscaler",
                    "open_rs1",
                    "open_rs2",
                    "open_rs3",
                    "limr",
                    "open_r1",
                    "thoughts",
                    "2thought",
                    "fastcurl",
                    "l1_exact",
                    "l1_max",
                    "limr_large_lr",
                    "limr_small_lr",
                    "limr_large_rank",
                    "limr_medium_rank",
                    "limr_small_rank",
                    "limr_tiny_rank",
                    "open_rs3_drgrpo",
                    "open_rs3_format",
                    "open_rs3_long_completion");

    /** Settings that Tina's code, not its files, ties to a data set's name. */
    private static final List<Key> TIED =
            List.of(
                    Key.MODEL_POST_TRAIN_DATASET_NAME,
                    Key.MODEL_POST_TRAIN_DATASET_CONFIG,
                    Key.SYSTEM_PROMPT,
                    Key.CHAT_TEMPLATE,
                    Key.MIN_TARGET_LENGTH,
                    Key.MAX_TARGET_LENGTH,
                    Key.COSINE_MAX_LEN,
                    Key.LOSS_TYPE,
                    Key.TEMPERATURE_IN_LOSS);

    private static final String TINAS_DATASET =
            "Tina's name for a data set and what its code sets with it: prompt, loss, lengths";

    private static final String TINAS_MODEL = "DeepSeek-R1-Distill-Qwen";

    /** The recipes of the library: the miniature's, the paper's, and theirs for the miniature. */
    static List<String> names() {
        return Stream.of(
                        Stream.of("mini"),
                        PAPER.stream(),
                        PAPER.stream().map(name -> "mini/" + name))
                .flatMap(names -> names)
                .toList();
    }

    /** A recipe of the library. */
    static RecipeFile named(String name) {
        if (!names().contains(name)) {
            throw Names.unknown("recipe", name, names());
        }
        return named(name, List.of());
    }

    /** A recipe of the user's. */
    static RecipeFile load(Path file) {
        return load(file, List.of());
    }

    private static RecipeFile named(String name, List<String> above) {
        if (!names().contains(name) && !name.equals(TINA)) {
            throw Names.unknown("recipe", name, names());
        }
        try (InputStream in = RecipeFile.class.getResourceAsStream(name + ".yaml")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return parse(name, text, null, with(above, name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RecipeFile load(Path file, List<String> above) {
        try {
            String text = Files.readString(file);
            String name = file.getFileName().toString().replaceFirst("\\.ya?ml$", "");
            return parse(name, text, file, with(above, file.toAbsolutePath().normalize() + ""));
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": " + FileTrouble.reason(e), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /** The chain of bases, one longer. */
    private static List<String> with(List<String> above, String next) {
        List<String> chain = new ArrayList<>(above);
        chain.add(next);
        if (above.contains(next)) {
            throw new IllegalArgumentException(
                    "base: a recipe can't build upon itself: " + String.join(" → ", chain));
        }
        return chain;
    }

    /**
     * @param file where the text is from, null for the library
     * @param chain this file and those that build upon it
     */
    private static RecipeFile parse(String name, String text, Path file, List<String> chain) {
        Object root = yaml(text);
        if (!(root instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("must be a mapping of keys to values");
        }
        RecipeFile base = null;
        List<Entry> entries = new ArrayList<>();
        List<Key> seen = new ArrayList<>();
        for (Map.Entry<?, ?> line : map.entrySet()) {
            String written = String.valueOf(line.getKey());
            if (written.equals(BASE)) {
                base = base(line.getValue(), file, chain);
                continue;
            }
            Entry entry = entry(written, line.getValue());
            if (entry.key != null && seen.contains(entry.key)) {
                String twice = written + " is another name of " + entry.key.key() + ", given too";
                entry = new Entry(written, entry.raw, Verdict.WRONG, null, null, twice);
            }
            seen.add(entry.key);
            entries.add(entry);
        }
        String firstLine = text.lines().findFirst().orElse("");
        String summary = firstLine.startsWith("# ") ? firstLine.substring(2) : "";
        return new RecipeFile(name, summary, base, List.copyOf(entries));
    }

    private static RecipeFile base(Object value, Path file, List<String> chain) {
        if (!(value instanceof String wanted)) {
            throw new IllegalArgumentException(
                    "base is " + value + ", must be a recipe's name or a YAML file");
        }
        boolean isFile = file != null && wanted.matches(".*\\.ya?ml");
        try {
            Path beside = isFile ? file.resolveSibling(wanted) : null;
            RecipeFile base = isFile ? load(beside, chain) : named(wanted, chain);
            base.errors()
                    .findFirst()
                    .ifPresent(
                            error -> {
                                throw new IllegalArgumentException(beside + ": " + error);
                            });
            return base;
        } catch (IllegalArgumentException e) {
            String message = e.getMessage();
            String says = message.startsWith("base: ") ? message : "base: " + message;
            throw new IllegalArgumentException(says, e);
        }
    }

    private static Entry entry(String written, Object raw) {
        Optional<Key> key = Key.named(written);
        Optional<String> why = ForeignKeys.ignoredBecause(written);
        try {
            if (key.isPresent()) {
                boolean unset = raw == null && key.get() == Key.RL_POST_TRAIN_REWARD_WEIGHTS;
                Object value = unset ? null : key.get().parse(raw);
                String remark = isTinas(key.get(), value) ? TINAS_DATASET : key.get().meaning;
                return new Entry(written, raw, Verdict.APPLIED, key.get(), value, remark);
            } else if (ForeignKeys.isFixed(written)) {
                ForeignKeys.requireSupported(written, raw);
                return new Entry(written, raw, Verdict.IGNORED, null, null, "as it is done here");
            } else if (why.isPresent()) {
                return new Entry(written, raw, Verdict.IGNORED, null, null, why.get());
            }
            throw unknown(written);
        } catch (IllegalArgumentException e) {
            boolean known = key.isPresent() || ForeignKeys.isFixed(written);
            Verdict verdict = known ? Verdict.WRONG : Verdict.UNKNOWN;
            return new Entry(written, raw, verdict, null, null, e.getMessage());
        }
    }

    /**
     * The error for a key that can't be set: another trainer's that means nothing here, or none.
     */
    static IllegalArgumentException unknown(String key) {
        Optional<String> ignored = ForeignKeys.ignoredBecause(key);
        if (ignored.isPresent() || ForeignKeys.isFixed(key)) {
            return new IllegalArgumentException(
                    "key '%s' can't be changed here: %s"
                            .formatted(key, ignored.orElse("it is done in one way")));
        }
        List<String> known = new ArrayList<>(Key.names());
        known.add(BASE);
        known.addAll(ForeignKeys.names());
        return new IllegalArgumentException(
                "unknown key '%s': did you mean '%s'?".formatted(key, Names.nearest(key, known)));
    }

    /**
     * The YAML text's value.
     *
     * @throws IllegalArgumentException with the line and column if it is no YAML
     */
    static Object yaml(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        try {
            return new Yaml(new SafeConstructor(options)).load(text);
        } catch (YAMLException e) {
            throw new IllegalArgumentException("not YAML: " + e.getMessage(), e);
        }
    }

    /** One key and its value as YAML, with what it means. */
    static String line(Key key, Object value) {
        boolean isText = value instanceof String;
        String text = isText ? block(key.key(), value) : key.key() + ": " + flow(value);
        return text.contains("\n")
                ? "# " + key.meaning + "\n" + text + "\n"
                : text + "  # " + key.meaning + "\n";
    }

    /** A value as it is written in YAML, texts without quotes. */
    static String shown(Object value) {
        return value instanceof String text ? text : flow(value);
    }

    private static String block(String key, Object value) {
        return dump(DumperOptions.FlowStyle.BLOCK, Map.of(key, value));
    }

    private static String flow(Object value) {
        return dump(DumperOptions.FlowStyle.FLOW, value);
    }

    private static String dump(DumperOptions.FlowStyle style, Object value) {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(style);
        options.setNonPrintableStyle(DumperOptions.NonPrintableStyle.ESCAPE);
        options.setSplitLines(false);
        String dumped = new Yaml(options).dump(value);
        return dumped.substring(0, dumped.length() - 1); // other line ends may be a text's own
    }

    /**
     * What the file and its bases set.
     *
     * @throws IllegalArgumentException for the first key that can't be used
     */
    Map<Key, Object> values() {
        errors().findFirst()
                .ifPresent(
                        error -> {
                            throw new IllegalArgumentException(error);
                        });
        return usable();
    }

    /** The same by the keys' names. */
    Map<String, Object> named() {
        Map<String, Object> named = new LinkedHashMap<>();
        values().forEach((key, value) -> named.put(key.key(), value));
        return named;
    }

    /** What is wrong with single keys. */
    Stream<String> errors() {
        return entries.stream().filter(Entry::stops).map(Entry::remark);
    }

    /** What the file and its bases set, keys that can't be used left out. */
    Map<Key, Object> usable() {
        Map<Key, Object> own = new EnumMap<>(Key.class);
        for (Entry entry : entries) {
            if (entry.value != null) {
                own.put(entry.key, entry.value);
            }
        }
        Map<Key, Object> all = base == null ? new EnumMap<>(Key.class) : base.values();
        if (own.containsKey(Key.RL_POST_TRAIN_REWARD_FUNCS)) {
            all.remove(Key.RL_POST_TRAIN_REWARD_WEIGHTS); // they are for the base's rewards
        }
        Map<Key, Object> tied = tied(own);
        if (!tied.isEmpty()) {
            own.remove(Key.MODEL_POST_TRAIN_DATASET_NAME);
        }
        all.putAll(tied);
        all.putAll(own);
        return all;
    }

    /**
     * A data set under the name that Tina's files have for it stands for that and for what else
     * Tina's code sets by the name; its chat layout only suits the model that it is for.
     */
    private static Map<Key, Object> tied(Map<Key, Object> own) {
        Object dataset = own.get(Key.MODEL_POST_TRAIN_DATASET_NAME);
        if (!isTinas(Key.MODEL_POST_TRAIN_DATASET_NAME, dataset)) {
            return Map.of();
        }
        Map<Key, Object> tied = named(recipeOf(dataset)).values();
        tied.keySet().retainAll(TIED);
        String model = String.valueOf(own.get(Key.MODEL_NAME_OR_PATH));
        if (!model.contains(TINAS_MODEL)) {
            tied.remove(Key.CHAT_TEMPLATE);
        }
        return tied;
    }

    private static boolean isTinas(Key key, Object value) {
        return key == Key.MODEL_POST_TRAIN_DATASET_NAME && PAPER.contains(recipeOf(value));
    }

    private static String recipeOf(Object dataset) {
        return String.valueOf(dataset).replaceFirst("_ablation$", "");
    }

    /** The keys without meaning here, those of the bases included. */
    List<String> ignored() {
        Stream<String> own =
                entries.stream().filter(e -> e.verdict == Verdict.IGNORED).map(Entry::written);
        Stream<String> inherited = base == null ? Stream.empty() : base.ignored().stream();
        return Stream.concat(own, inherited).distinct().toList();
    }
}
