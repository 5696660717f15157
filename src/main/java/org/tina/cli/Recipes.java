package org.tina.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.tina.recipe.Recipe;
import org.tina.recipe.RecipeCheck;
import org.tina.reward.WeightedReward;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** The library's recipes, and the user's held against them. */
@Command(
        name = "recipes",
        description = "Lists the library's recipes, shows one with all its keys, or checks files.",
        footer = {
            "  environment/tina recipes",
            "  environment/tina recipes mini > my.yaml",
            "  environment/tina recipes --check my.yaml other.yaml",
            "  environment/tina recipes --diff open_rs3 open_rs3_drgrpo",
        })
final class Recipes implements Callable<Integer> {

    private static final int WRONG = 1;

    @ArgGroup(exclusive = true)
    private Question question = new Question();

    private static final class Question {
        @Parameters(
                arity = "0..1",
                paramLabel = "NAME|FILE",
                description = "The recipe to show, as YAML that train reads.")
        private String shown;

        @Option(
                names = "--check",
                arity = "1..*",
                paramLabel = "FILE",
                description =
                        "Says whether files would run and what each key does; exit code 1 if one"
                                + " would not.")
        private List<Path> checked;

        @Option(
                names = "--diff",
                arity = "2",
                paramLabel = "NAME|FILE",
                description = "What the first sets otherwise than the second.")
        private List<String> compared;
    }

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (question.checked != null) {
            boolean allRun = true;
            for (Path file : question.checked) {
                allRun &= check(RecipeCheck.of(file), out);
            }
            return allRun ? 0 : WRONG;
        } else if (question.compared != null) {
            Recipe first = recipe(question.compared.get(0));
            TextTable.print(first.differencesFrom(recipe(question.compared.get(1))), out);
        } else if (question.shown != null) {
            out.print(recipe(question.shown).toYaml());
        } else {
            TextTable.print(list(), out);
        }
        return 0;
    }

    /** A recipe of the library, or a file. */
    static Recipe recipe(String nameOrFile) {
        boolean isFile = nameOrFile.matches(".*\\.ya?ml") || Files.exists(Path.of(nameOrFile));
        return isFile && !Recipe.names().contains(nameOrFile)
                ? Recipe.load(Path.of(nameOrFile))
                : Recipe.named(nameOrFile);
    }

    private static Table list() {
        StringColumn names = StringColumn.create("name");
        StringColumn bases = StringColumn.create("base");
        StringColumn datasets = StringColumn.create("dataset");
        StringColumn rewards = StringColumn.create("rewards");
        IntColumn groups = IntColumn.create("G");
        StringColumn steps = StringColumn.create("steps");
        StringColumn summaries = StringColumn.create("");
        for (String name : Recipe.names()) {
            Recipe recipe = Recipe.named(name);
            names.append(name);
            bases.append(recipe.base());
            datasets.append(recipe.dataset());
            rewards.append(rewards(recipe));
            groups.append((int) recipe.settings().get("num_generations"));
            steps.append(steps(recipe));
            summaries.append(recipe.summary());
        }
        return Table.create("recipes", names, bases, datasets, rewards, groups, steps, summaries);
    }

    private static String rewards(Recipe recipe) {
        List<WeightedReward> rewards = recipe.rewards();
        boolean isLong = rewards.size() > 4;
        return isLong
                ? rewards.size() + " rewards"
                : rewards.stream().map(Recipes::reward).collect(Collectors.joining(" + "));
    }

    private static String reward(WeightedReward reward) {
        return reward.weight() == 1
                ? reward.name()
                : "%.3g ".formatted(reward.weight()).replaceFirst("\\.?0+ ", " ") + reward.name();
    }

    /** Steps to run, of how many the schedule is made for. */
    private static String steps(Recipe recipe) {
        if (recipe.byEpochs()) {
            return recipe.epochs() == 1 ? "1 epoch" : recipe.epochs() + " epochs";
        }
        int schedule = recipe.grpo().scheduleSteps();
        return recipe.steps() == schedule ? "" + schedule : recipe.steps() + " of " + schedule;
    }

    private static boolean check(RecipeCheck check, PrintWriter out) {
        boolean runs = check.recipe().isPresent();
        out.println(check.file() + (runs ? ": would run" : ": would not run"));
        check.errors().forEach(error -> out.println("  " + error));
        check.recipe().ifPresent(recipe -> out.println("  " + outline(recipe)));
        TextTable.print(check.table(), out);
        return runs;
    }

    private static String outline(Recipe recipe) {
        int problems = recipe.promptsPerStep();
        return "%s on %s: %s, a step is %d problems × %d completions; %s"
                .formatted(
                        recipe.model(),
                        recipe.dataset(),
                        steps(recipe) + (recipe.byEpochs() ? "" : " steps"),
                        problems,
                        (int) recipe.settings().get("num_generations"),
                        rewards(recipe));
    }
}
