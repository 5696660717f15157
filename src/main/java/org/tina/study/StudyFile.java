package org.tina.study;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tina.data.Names;
import org.tina.study.Study.Arm;
import org.tina.study.Study.Evaluations;
import org.tina.study.Study.Part;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** A mapping of a study's file, read key by key; what is wrong names the key. */
record StudyFile(String where, Map<?, ?> map) {

    private static final int MOST_SAMPLES =
            35; // a log has a base-36 digit for those that are right

    /**
     * A study from its YAML.
     *
     * @param folder where recipes that are files are found; null for the library's studies
     */
    static Study parse(String name, String text, Path folder) {
        StudyFile file = mapping("", yaml(text));
        file.allow("question", "seeds", "evaluate", "arms");
        List<Integer> seeds = new ArrayList<>();
        for (Object seed : file.list("seeds")) {
            seeds.add(whole("seeds has " + seed, seed, Integer.MIN_VALUE, Integer.MAX_VALUE));
        }
        StudyFile written = mapping("arms", file.get("arms"));
        List<Arm> arms =
                written.map.keySet().stream().map(key -> written.arm(key, folder)).toList();
        Evaluations evaluations = mapping("evaluate", file.get("evaluate")).evaluations();
        if (seeds.isEmpty() || arms.isEmpty()) {
            throw new IllegalArgumentException(
                    "has no " + (arms.isEmpty() ? "arms" : "seeds") + ", needs at least one");
        }
        arms.forEach(arm -> check(arm, seeds.get(0)));
        return new Study(name, file.text("question"), seeds, evaluations, arms);
    }

    private static void check(Arm arm, int seed) {
        try {
            arm.recipe(seed);
            arm.inFull().recipe(seed);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("arm " + arm.name() + ": " + e.getMessage(), e);
        }
    }

    private Arm arm(Object key, Path folder) {
        String name = String.valueOf(key);
        if (!name.matches("[\\w.+-]+")) {
            throw new IllegalArgumentException(
                    "arms has '" + name + "', a name is made of letters, digits and . + - _");
        }
        StudyFile arm = mapping("arm " + name, map.get(key));
        Map<String, Object> changes = new LinkedHashMap<>();
        arm.map.forEach((k, value) -> changes.put(String.valueOf(k), value));
        changes.remove("recipe");
        Map<String, Object> full = new LinkedHashMap<>();
        if (changes.containsKey("full")) {
            mapping("arm " + name + ": full", changes.remove("full"))
                    .map
                    .forEach((k, value) -> full.put(String.valueOf(k), value));
        }
        String recipe = arm.text("recipe");
        boolean isFile = folder != null && recipe.matches(Arm.FILE);
        return new Arm(name, isFile ? folder.resolve(recipe) + "" : recipe, changes, full);
    }

    private Evaluations evaluations() {
        allow("every", "validation", "at_the_end");
        List<Part> atTheEnd =
                list("at_the_end").stream().map(p -> mapping("at_the_end", p).part()).toList();
        int every = whole(said("every"), get("every"), 1, Integer.MAX_VALUE);
        return new Evaluations(every, mapping("validation", get("validation")).part(), atTheEnd);
    }

    private Part part() {
        allow("benchmark", "problems", "samples");
        int problems = whole(said("problems"), get("problems"), 1, Integer.MAX_VALUE);
        Object samples = map.containsKey("samples") ? get("samples") : 1;
        return new Part(
                text("benchmark"), problems, whole(said("samples"), samples, 1, MOST_SAMPLES));
    }

    // ---------------------------------------------------------------- values by key

    private static Object yaml(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        try {
            return new Yaml(new SafeConstructor(options)).load(text);
        } catch (YAMLException e) {
            throw new IllegalArgumentException("not YAML: " + e.getMessage(), e);
        }
    }

    private static StudyFile mapping(String where, Object value) {
        if (value instanceof Map<?, ?> map) {
            return new StudyFile(where, map);
        }
        String what = where.isEmpty() ? "a study" : where;
        throw new IllegalArgumentException(what + " is " + value + ", must be a mapping");
    }

    private void allow(String... known) {
        for (Object key : map.keySet()) {
            if (!List.of(known).contains(String.valueOf(key))) {
                String of = where.isEmpty() ? "a study" : where;
                throw Names.unknown("key of " + of, String.valueOf(key), List.of(known));
            }
        }
    }

    private Object get(String key) {
        return Optional.<Object>ofNullable(map.get(key))
                .orElseThrow(() -> new IllegalArgumentException(path(key) + " is missing"));
    }

    private String text(String key) {
        Object value = get(key);
        if (value instanceof String text && !text.isBlank()) {
            return text.strip();
        }
        throw new IllegalArgumentException(said(key) + ", must be text");
    }

    private List<?> list(String key) {
        if (get(key) instanceof List<?> list) {
            return list;
        }
        throw new IllegalArgumentException(said(key) + ", must be a list");
    }

    private static int whole(String said, Object value, int least, int most) {
        if (value instanceof Integer number && number >= least && number <= most) {
            return number;
        }
        String range =
                most < Integer.MAX_VALUE
                        ? " from " + least + " to " + most
                        : least > Integer.MIN_VALUE ? " of at least " + least : "";
        throw new IllegalArgumentException(said + ", must be a whole number" + range);
    }

    private String said(String key) {
        return path(key) + " is " + map.get(key);
    }

    private String path(String key) {
        return where.isEmpty() ? key : where + ": " + key;
    }
}
