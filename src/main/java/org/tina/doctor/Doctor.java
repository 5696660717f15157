package org.tina.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tina.data.FileTrouble;
import org.tina.grpo.StepMetrics;
import org.tina.grpo.TrainingLog;
import org.tina.recipe.Recipe;
import org.tina.recipe.Run;
import org.tina.study.StudyRun;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Looks at a training and says what is wrong with it: {@code Doctor.examine(Path.of("runs/mini"))}.
 * Each rule compares figures with a threshold that stands beside it with its reason; a rule whose
 * figures a log doesn't have is silent. A rule sees what training measured, not how good the policy
 * is: a run without findings may still be useless.
 */
public final class Doctor {

    private static final List<Rule> RULES =
            Stream.of(LengthRules.ALL, RewardRules.ALL, UpdateRules.ALL)
                    .flatMap(List::stream)
                    .sorted(Comparator.comparing(Rule::kind)) // problems first
                    .toList();

    private Doctor() {}

    /** A run that is at work, or was. */
    public static Diagnosis examine(Run run) {
        List<String> notices = new ArrayList<>();
        List<StepMetrics> steps = TrainingLog.read(run.directory(), notices::add);
        String name = run.directory().toString();
        return examine(name, steps, run.recipe().settings(), notices);
    }

    /**
     * A run's directory or a log, ours or TRL's; see {@link TrainingLog#read}. Settings come from
     * {@code recipe.yaml} beside it, if it is there.
     *
     * @throws IllegalArgumentException if there is no such log
     */
    public static Diagnosis examine(Path log) {
        List<String> notices = new ArrayList<>();
        List<StepMetrics> steps = TrainingLog.read(log, notices::add);
        Path directory = Files.isDirectory(log) ? log : log.toAbsolutePath().getParent();
        Map<String, Object> settings = settings(directory.resolve("recipe.yaml"), notices);
        return examine(log.toString(), steps, settings, notices);
    }

    /** A log of which the recipe is known. */
    public static Diagnosis examine(Path log, Recipe recipe) {
        List<String> notices = new ArrayList<>();
        List<StepMetrics> steps = TrainingLog.read(log, notices::add);
        return examine(log.toString(), steps, recipe.settings(), notices);
    }

    /** A run of a study. */
    public static Diagnosis examine(StudyRun run) {
        List<Double> numbers = run.metrics().getOrDefault("step", List.of());
        List<StepMetrics> steps = new ArrayList<>();
        for (int i = 0; i < numbers.size(); i++) {
            Map<String, Double> values = new LinkedHashMap<>();
            int at = i;
            run.metrics()
                    .forEach(
                            (name, column) -> {
                                if (!name.equals("step") && at < column.size()) {
                                    values.put(name, column.get(at));
                                }
                            });
            steps.add(new StepMetrics(numbers.get(i).intValue(), values));
        }
        String name = "%s, %s, seed %d".formatted(run.study(), run.arm(), run.seed());
        return examine(name, steps, run.recipe(), List.of());
    }

    /** Steps that are in memory, of unknown settings. */
    public static Diagnosis examine(List<StepMetrics> steps) {
        return examine("the run", steps, Map.of(), List.of());
    }

    /** Steps that are in memory. */
    public static Diagnosis examine(List<StepMetrics> steps, Recipe recipe) {
        return examine(recipe.name(), steps, recipe.settings(), List.of());
    }

    private static Diagnosis examine(
            String name,
            List<StepMetrics> steps,
            Map<String, Object> settings,
            List<String> notices) {
        History history = new History(steps, settings);
        List<Finding> findings =
                RULES.stream().map(rule -> rule.apply(history)).flatMap(Optional::stream).toList();
        return new Diagnosis(name, steps.size(), findings, notices);
    }

    /** All rules: kind, name, what it means, which setting to turn. */
    public static Table rules() {
        StringColumn kinds = StringColumn.create("kind");
        StringColumn names = StringColumn.create("rule");
        StringColumn means = StringColumn.create("means");
        StringColumn turn = StringColumn.create("turn");
        for (Rule rule : RULES) {
            kinds.append(rule.kind().word());
            names.append(rule.name());
            means.append(rule.means());
            turn.append(rule.turn());
        }
        return Table.create("the doctor's rules", kinds, names, means, turn);
    }

    /** The keys of a recipe as they are written; what a damaged file says is no use. */
    private static Map<String, Object> settings(Path file, List<String> notices) {
        if (!Files.exists(file)) {
            return Map.of();
        }
        try {
            Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
            Object read = yaml.load(Files.readString(file));
            if (read instanceof Map<?, ?> map) {
                Map<String, Object> settings = new LinkedHashMap<>();
                map.forEach((key, value) -> settings.put(String.valueOf(key), value));
                return settings;
            }
            notices.add(file + ": holds no settings");
        } catch (YAMLException e) {
            notices.add(file + ": no YAML, so the settings are not known");
        } catch (IOException e) {
            notices.add(file + ": " + FileTrouble.reason(e));
        }
        return Map.of();
    }
}
