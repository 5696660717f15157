package org.tina.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.tina.doctor.Diagnosis;
import org.tina.doctor.Doctor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks for what is wrong with a run. */
@Command(
        name = "doctor",
        description = {
            "Says what is wrong with trainings, running or ended: what was seen, what it means,"
                    + " which setting to turn. Reads a run's directory or metrics.jsonl, and TRL's"
                    + " logs: trainer_state.json, JSON lines, what it prints.",
            "Exit code 1 if there is a problem."
        },
        footer = {
            "  environment/tina doctor runs/mini",
            "  environment/tina doctor output/checkpoint-40/trainer_state.json --recipe limr"
        })
final class Examine implements Callable<Integer> {

    private static final int SICK = 1;

    @Parameters(arity = "1..*", paramLabel = "LOG|RUN", description = "Logs or run directories.")
    private List<Path> logs;

    @Option(
            names = "--recipe",
            paramLabel = "NAME|FILE",
            description =
                    "The settings of the run; without it recipe.yaml beside the log, if it is"
                            + " there.")
    private String recipe;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        boolean healthy = true;
        for (Path log : logs) {
            Diagnosis diagnosis =
                    recipe == null
                            ? Doctor.examine(log)
                            : Doctor.examine(log, Recipes.recipe(recipe));
            diagnosis.notices().forEach(spec.commandLine().getErr()::println);
            out.println(diagnosis);
            healthy &= diagnosis.problems().isEmpty();
        }
        return healthy ? 0 : SICK;
    }
}
