package org.tina.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.tina.mini.Pretraining;
import org.tina.mini.ProblemFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes the miniature from nothing. */
@Command(
        name = "pretrain",
        description =
                "Makes the miniature from nothing: trains a new model on generated documents, and writes"
                        + " its problem sets. The defaults are what made the embedded one.",
        footer = {
            "  environment/tina pretrain --out models/mini",
            "  environment/tina pretrain --problems problems"
        })
final class Pretrain implements Callable<Integer> {

    private static final int STEPS_A_LINE = 50;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "The new model's directory; must not exist or be empty.")
    private Path out;

    @Option(
            names = "--problems",
            paramLabel = "DIR",
            description = "Where to write train.jsonl, validation.jsonl and test.jsonl.")
    private Path problems;

    @Option(names = "--steps", paramLabel = "N", description = "Updates (default: 3000).")
    private Integer steps;

    @Option(
            names = "--documents",
            paramLabel = "N",
            description = "Documents a step (default: 32).")
    private Integer documents;

    @Option(
            names = "--learning-rate",
            paramLabel = "R",
            description = "Its highest value (default: 2e-3).")
    private Double learningRate;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of the weights and the documents (default: 42).")
    private Long seed;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (out == null && problems == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "name what to make: --out for a model, --problems for problems");
        }
        if (problems != null) {
            ProblemFiles.write(problems);
            spec.commandLine().getOut().println("problems: " + problems);
        }
        if (out != null) {
            Progress progress = new Progress(spec.commandLine().getErr());
            Pretraining.run(out, settings(), now -> show(now, progress));
            progress.end();
            spec.commandLine().getOut().println("model: " + out);
        }
        return 0;
    }

    private Pretraining.Settings settings() {
        Pretraining.Settings usual = Pretraining.Settings.defaults();
        return new Pretraining.Settings(
                atLeastOne("--steps", steps, usual.steps()),
                atLeastOne("--documents", documents, usual.documents()),
                learningRate == null ? usual.learningRate() : learningRate,
                usual.flat(),
                seed == null ? usual.seed() : seed);
    }

    private static int atLeastOne(String option, Integer value, int fallback) {
        if (value != null && value < 1) {
            throw new IllegalArgumentException(option + " is " + value + ", must be at least 1");
        }
        return value == null ? fallback : value;
    }

    private static void show(Pretraining.Progress now, Progress progress) {
        boolean last = now.step() == now.steps();
        if (progress.live() || now.step() % STEPS_A_LINE == 0 || last) {
            String line = "step %d/%d ETA %s  loss %.4f %.3f s/step";
            String left = Progress.time(now.seconds() * (now.steps() - now.step()));
            progress.show(
                    (progress.live() ? Progress.bar(now.step(), now.steps()) + " " : "")
                            + String.format(
                                    Locale.ROOT,
                                    line,
                                    now.step(),
                                    now.steps(),
                                    left,
                                    now.loss(),
                                    now.seconds()));
        }
    }
}
