package org.tina.cli;

import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.tina.doctor.Doctor;
import org.tina.doctor.Finding;
import org.tina.grpo.StepMetrics;
import org.tina.lora.LoraAdapter;
import org.tina.model.CausalLM;
import org.tina.model.Policy;
import org.tina.recipe.Estimate;
import org.tina.recipe.Machine;
import org.tina.recipe.Recipe;
import org.tina.recipe.Run;
import org.tina.reward.WeightedReward;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs a recipe. */
@Command(
        name = "train",
        description = {
            "Trains by a recipe. The run's directory gets recipe.yaml, metrics.jsonl (a line a step),"
                    + " checkpoint-N on the way, each step's completions where log_completions is on,"
                    + " and the result: adapter, or model where the recipe trains all parameters.",
            "Ctrl-C stops after the step at hand and saves; a second Ctrl-C ends at once.",
            "Before a run that this machine has not the memory for, or that would take more than a"
                    + " day without a GPU, it says what it would take and asks."
        },
        footer = {
            "  environment/tina train --recipe mini --out runs/first",
            "  environment/tina train --recipe mini --out runs/slow \\",
            "      --set learning_rate=3e-4 --set max_steps=40",
            "  environment/tina train --recipe my.yaml --model models/mine --out runs/mine",
            "  environment/tina train --resume runs/mine"
        })
final class Train implements Callable<Integer> {

    /** A run that takes longer is asked for twice. */
    private static final double LONG_SECONDS = 24 * 3600;

    @Option(
            names = "--recipe",
            paramLabel = "NAME|FILE",
            description = "A recipe of the library, or a YAML file with TRL's and Tina's keys.")
    private String recipe;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "The run's directory (default: a new one, runs/RECIPE).")
    private Path out;

    @Option(
            names = "--resume",
            paramLabel = "DIR",
            description =
                    "Goes on with the run in this directory, as if it had never stopped; needs no"
                            + " --recipe.")
    private Path resumed;

    @Option(
            names = "--model",
            paramLabel = "DIR|ID",
            description = "Another model than the recipe's.")
    private String model;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Changes a key of the recipe; the value is written as in YAML.")
    private Map<String, String> changes = new LinkedHashMap<>();

    @Option(
            names = "--yes",
            description = "Don't ask: replace the run that is in the directory, start a long run.")
    private boolean yes;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Recipe chosen = recipe();
        confirm(chosen);
        if (resumed != null) {
            out = resumed;
        } else {
            out = out == null ? chosen.newDirectory() : out;
            new RunDirectory(out).prepare(yes);
        }
        try (CausalLM loaded = chosen.loadModel();
                Policy policy = chosen.policy(loaded);
                Run run =
                        resumed == null ? chosen.start(policy, out) : chosen.resume(policy, out)) {
            if (!chosen.ignored().isEmpty()) {
                String keys = String.join(", ", chosen.ignored());
                spec.commandLine().getErr().println("recipe keys that mean nothing here: " + keys);
            }
            return train(run, policy);
        }
    }

    private Recipe recipe() {
        if (resumed != null) {
            if (recipe != null || out != null || model != null || !changes.isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--resume goes on by the run's own recipe in its own directory; leave out"
                                + " --recipe, --set, --model and --out");
            }
            return new RunDirectory(resumed).recipe();
        } else if (recipe == null) {
            throw new ParameterException(
                    spec.commandLine(), "Missing required option: '--recipe=NAME|FILE'");
        }
        return Recipes.recipe(recipe)
                .with(
                        r -> {
                            changes.forEach(r::setYaml);
                            return model == null ? r : r.model(model);
                        });
    }

    /**
     * Says what a run would take that is too much for this machine's processor, and asks whether to
     * start it.
     */
    private void confirm(Recipe chosen) {
        if (!CausalLM.defaultDevice().equals("cpu")) {
            return;
        }
        Estimate here = chosen.estimate();
        if (here.fits() && here.seconds() < LONG_SECONDS) {
            return;
        }
        Estimate onGpu = chosen.estimate(Machine.l40s());
        PrintWriter err = spec.commandLine().getErr();
        err.println(here);
        err.printf(
                Locale.ROOT,
                "on one %s GPU at $%.0f an hour: %s, $%.0f%n",
                onGpu.machine().name(),
                onGpu.machine().usdPerHour(),
                Estimate.time(onGpu.seconds()),
                onGpu.usd());
        if (yes) {
            return;
        }
        String why =
                here.fits()
                        ? "this would take " + Estimate.time(here.seconds()) + " here"
                        : "this machine has not the memory for it";
        Console terminal = System.console();
        if (terminal == null) {
            throw new IllegalArgumentException(why + "; --yes starts it all the same");
        }
        String answer = terminal.readLine("%s. Start it all the same? [y/N] ", why);
        if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).startsWith("y")) {
            throw new IllegalArgumentException("not started");
        }
    }

    private int train(Run run, Policy policy) throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        Progress progress = new Progress(err);
        Runnable stop =
                () -> {
                    run.stop();
                    progress.end();
                    err.println("stopping after this step; Ctrl-C again ends at once");
                };
        try (Interrupts interrupts = new Interrupts(stop)) {
            if (progress.live()) { // a large model's first step takes minutes
                progress.show(
                        Progress.bar(run.step(), run.steps())
                                + " step "
                                + Math.min(run.step() + 1, run.steps())
                                + "/"
                                + run.steps());
            }
            long begin = System.nanoTime();
            int before = run.step();
            for (StepMetrics metrics : run) {
                double secondsAStep = (System.nanoTime() - begin) / 1e9 / (run.step() - before);
                progress.show(line(run, metrics, secondsAStep, progress.live()));
            }
            progress.end();
            if (run.step() == 0) {
                err.println("stopped before the first step: nothing to save");
            } else {
                err.printf("%d of %d steps done%n", run.step(), run.steps());
                spec.commandLine().getOut().println(save(policy));
                examine(run);
            }
            return interrupts.requested() ? Interrupts.EXIT_CODE : 0;
        }
    }

    /** What the doctor finds wrong; its notes are left to {@code tina doctor}. */
    private void examine(Run run) {
        List<Finding> problems = Doctor.examine(run).problems();
        PrintWriter err = spec.commandLine().getErr();
        problems.forEach(finding -> err.println("! " + finding));
        if (!problems.isEmpty()) {
            err.println("what to do about it: environment/tina doctor " + run.directory());
        }
    }

    /** Saves the result and says where. */
    private String save(Policy policy) throws IOException {
        if (policy instanceof LoraAdapter adapter) {
            Path target = out.resolve(RunDirectory.ADAPTER);
            adapter.save(target);
            return "adapter: " + target;
        }
        Path target = out.resolve(RunDirectory.MODEL);
        policy.model().save(target, policy);
        return "model: " + target;
    }

    private static String line(Run run, StepMetrics metrics, double secondsAStep, boolean withBar) {
        int step = metrics.step();
        StringBuilder line =
                new StringBuilder(withBar ? Progress.bar(step, run.steps()) + " " : "");
        String left = Progress.time(secondsAStep * (run.steps() - step));
        line.append("step %d/%d ETA %s".formatted(step, run.steps(), left));
        line.append(number("  reward %.3f", metrics.get("reward")));
        List<WeightedReward> rewards = run.recipe().rewards();
        for (WeightedReward reward : rewards) {
            double mean = metrics.getOrNaN("rewards/" + reward.name() + "/mean");
            line.append(number(" " + reward.name().replace("%", "%%") + " %.3f", mean));
        }
        line.append(number(" length %.1f", metrics.get("completions/mean_length")));
        line.append(number(" kl %.4f", metrics.get("kl")));
        line.append(number(" %.2f s/step", metrics.get("step_time")));
        return line.toString();
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
