package org.tina.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.tina.recipe.Estimate;
import org.tina.recipe.Machine;
import org.tina.study.Study;
import org.tina.study.StudyLog;
import org.tina.study.StudyRun;
import org.tina.study.StudyRun.Evaluated;
import org.tina.study.StudyRunner;
import org.tina.study.StudyRunner.State;
import org.tina.study.StudyRunner.Task;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs studies. */
@Command(
        name = "study",
        description = {
            "Runs what is missing of a study: recipes (arms) with several seeds each. What is finished"
                    + " is a line in datasets/studies/STUDY.jsonl; run directories are under"
                    + " runs/studies.",
            "Ctrl-C stops after the step at hand and keeps what is finished; a second Ctrl-C ends at"
                    + " once."
        },
        footer = {
            "  environment/tina study --list",
            "  environment/tina study lora-rank",
            "  environment/tina study lora-rank --arm 16 --seed 2",
            "  environment/tina study lora-rank --full --dry-run"
        })
final class Studies implements Callable<Integer> {

    @Parameters(
            arity = "0..*",
            paramLabel = "NAME|FILE",
            description = "Studies of the library, or YAML files.")
    private List<String> names = List.of();

    @Option(names = "--list", description = "Lists the library's studies and how far they are.")
    private boolean list;

    @Option(
            names = "--arm",
            paramLabel = "ARM",
            description = "Only this arm; may be given several times.")
    private List<String> arms = List.of();

    @Option(
            names = "--seed",
            paramLabel = "N",
            description =
                    "Only this seed, which needs not be one of the study's; several times too.")
    private List<Integer> seeds = List.of();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where the logs are (default: datasets/studies).")
    private Path out = StudyLog.folder();

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description =
                    "Runs that go on side by side (default: ${DEFAULT-VALUE}). With two on two cores"
                            + " the miniature's studies take a seventh less time, but each run's own"
                            + " seconds, which the log keeps, are more.")
    private int parallel = 1;

    @Option(names = "--full", description = "The same study with the paper's model and data.")
    private boolean full;

    @Option(
            names = "--dry-run",
            description = "Only says what would be run, and how long it takes.")
    private boolean dryRun;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (!list && names.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "name a study, or --list them: " + String.join(", ", Study.names()));
        }
        if (parallel < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--parallel is " + parallel + ", must be at least 1");
        }
        Watch watch = new Watch(spec.commandLine().getErr());
        Path runs = Path.of(System.getProperty("tina.project", "")).resolve("runs/studies");
        try (StudyRunner runner = new StudyRunner(out, runs, watch)) {
            List<Task> tasks = new ArrayList<>();
            for (String name : list ? Study.names() : names) {
                tasks.addAll(runner.plan(study(name), arms, seeds));
            }
            if (list) {
                list(tasks);
                return 0;
            } else if (dryRun) {
                show(tasks);
                return 0;
            }
            return run(runner, tasks, watch);
        }
    }

    private Study study(String name) {
        boolean isFile = name.matches(".*\\.ya?ml");
        Study study = isFile ? Study.load(Path.of(name)) : Study.named(name);
        return full ? study.full() : study;
    }

    private int run(StudyRunner runner, List<Task> tasks, Watch watch) {
        PrintWriter err = spec.commandLine().getErr();
        watch.begin(tasks);
        Runnable stop =
                () -> {
                    runner.stop();
                    watch.progress.end();
                    err.println("stopping after this step; Ctrl-C again ends at once");
                };
        try (Interrupts interrupts = new Interrupts(stop)) {
            runner.run(tasks, parallel);
            watch.progress.end();
            tasks.stream().map(task -> task.study().name()).distinct().forEach(this::logged);
            if (interrupts.requested()) {
                return Interrupts.EXIT_CODE;
            }
            return watch.failures == 0 ? 0 : Errors.FAILED;
        }
    }

    private void logged(String study) {
        spec.commandLine().getOut().println("log: " + StudyLog.file(out, study));
    }

    // ---------------------------------------------------------------- what there is to do

    private void list(List<Task> tasks) {
        PrintWriter terminal = spec.commandLine().getOut();
        for (String name : Study.names()) {
            List<Task> own = tasks.stream().filter(t -> t.study().name().equals(name)).toList();
            long there = own.stream().filter(t -> t.state() == State.THERE).count();
            terminal.printf(
                    "%-14s %2d arms, %3d of %3d runs done  %s%n",
                    name,
                    own.stream().map(Task::arm).distinct().count(),
                    there,
                    own.size(),
                    Study.named(name).question());
        }
    }

    private void show(List<Task> tasks) {
        PrintWriter terminal = spec.commandLine().getOut();
        Machine here = Machine.here();
        Machine gpu = Machine.l40s();
        double seconds = 0;
        double usd = 0;
        for (Task task : tasks) {
            String what =
                    switch (task.state()) {
                        case THERE -> "is there";
                        case SHARED -> "is there in study " + task.shared().study();
                        case MISSING -> "would run " + task.recipe().steps() + " steps";
                    };
            if (task.state() == State.MISSING) {
                Estimate onThis = task.recipe().estimate(full ? gpu : here);
                seconds += onThis.seconds();
                usd += onThis.usd();
                what += ", at most " + Estimate.time(onThis.seconds());
            }
            terminal.println(task.name() + ": " + what);
        }
        String cost = full ? String.format(Locale.ROOT, ", $%,.0f", usd) : "";
        terminal.printf(
                "training in all: at most %s on %s%s%n",
                Estimate.time(seconds), (full ? gpu : here).name(), cost);
    }

    // ---------------------------------------------------------------- progress

    /** One line that is written over, with the time left, and a line a finished run. */
    private static final class Watch implements StudyRunner.Listener {
        private final PrintWriter err;
        private final Progress progress;
        private long begin;
        private double all;
        private final Map<String, Double> done = new HashMap<>(); // of each task
        private int runs;
        private int ended;
        private int failures;
        private String shown = "";

        Watch(PrintWriter err) {
            this.err = err;
            progress = new Progress(err);
        }

        void begin(List<Task> tasks) {
            begin = System.nanoTime();
            all = tasks.stream().mapToDouble(Task::work).sum();
            runs = (int) tasks.stream().filter(t -> t.state() != State.THERE).count();
        }

        @Override
        public void at(Task task, String what, double part) {
            done.put(task.name(), part * task.work());
            boolean due = what.matches("step \\d*0/.*") || !what.startsWith("step");
            if (progress.live() || due) {
                String where = "run %d/%d %s %s%s";
                progress.show(where.formatted(ended + 1, runs, task.name(), what, left()));
            }
        }

        private String left() {
            double now = done.values().stream().mapToDouble(work -> work).sum();
            double seconds = (System.nanoTime() - begin) / 1e9;
            return now == 0 ? "" : ", " + Progress.time(seconds / now * (all - now)) + " left";
        }

        @Override
        public void finished(Task task, StudyRun run) {
            end(task);
            err.println(task.name() + ": " + summary(run));
        }

        @Override
        public void failed(Task task, Exception why) {
            end(task);
            failures++;
            err.println(task.name() + ": failed: " + why.getMessage());
        }

        private void end(Task task) {
            progress.end();
            ended++;
            done.put(task.name(), task.work());
        }

        private static String summary(StudyRun run) {
            String benchmark = run.evaluations().get(0).benchmark();
            List<Evaluated> on =
                    run.evaluations().stream()
                            .filter(e -> e.benchmark().equals(benchmark))
                            .toList();
            double best = on.stream().mapToDouble(Evaluated::passAt1).max().orElse(Double.NaN);
            return String.format(
                    Locale.ROOT,
                    "%s %.1f%% → %.1f%%, best %.1f%% at step %d of %d; %.0f s of training, %.0f s of evaluation",
                    benchmark,
                    100 * on.get(0).passAt1(),
                    100 * on.get(on.size() - 1).passAt1(),
                    100 * best,
                    run.bestStep(),
                    run.steps(),
                    run.trainSeconds(),
                    run.evaluateSeconds());
        }
    }
}
