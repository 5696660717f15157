package org.tina.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.tina.data.AtomicFile;
import org.tina.grpo.StepMetrics;
import org.tina.lora.LoraAdapter;
import org.tina.model.CausalLM;
import org.tina.model.ModelFormatException;
import org.tina.model.Policy;
import org.tina.model.Workers;
import org.tina.recipe.Machine;
import org.tina.recipe.Recipe;
import org.tina.recipe.Run;
import org.tina.study.Study.Arm;

/**
 * Runs what is missing of studies: each arm and seed in a directory of its own under {@code
 * runs/studies}, measured on the way, a line in the study's log when it has ended. Models stay
 * loaded, and measurements of untrained ones are kept, from one run to the next; close it.
 */
public final class StudyRunner implements AutoCloseable {

    /** What is to be done for an arm and seed. */
    public enum State {
        /** The log has it, run as the study says today. */
        THERE,
        /** The same run is in another study's log. */
        SHARED,
        /** It must be run. */
        MISSING
    }

    /**
     * An arm and seed of a study.
     *
     * @param shared the same run in another study's log; null if there is none
     */
    public record Task(
            Study study, Arm arm, int seed, Recipe recipe, State state, StudyRun shared) {

        /** {@code lora-rank/16/seed-1}. */
        public String name() {
            return study.name() + "/" + arm.name() + "/seed-" + seed;
        }

        /**
         * How much there is to do, in completions; one of training counts three times, as it is
         * learned from too.
         */
        public double work() {
            return state == State.MISSING ? trainingWork() + evaluationWork() : 0;
        }

        private double trainingWork() {
            return 3.0 * recipe.steps() * recipe.promptsPerStep() * recipe.grpo().numGenerations();
        }

        private double evaluationWork() {
            Study.Evaluations e = study.evaluations();
            int onTheWay = e.validation().problems() * e.validation().samples();
            int atTheEnd = e.atTheEnd().stream().mapToInt(p -> p.problems() * p.samples()).sum();
            return (recipe.steps() / e.every() + 1.0) * onTheWay + 2.0 * atTheEnd;
        }
    }

    /** Told how far the runner is, one call at a time. */
    public interface Listener {
        /**
         * Called as a run goes on.
         *
         * @param what the run is at, as {@code step 12/60}
         * @param done part of the run that is done, in [0, 1]
         */
        void at(Task task, String what, double done);

        /** Called when a run is in the log. */
        void finished(Task task, StudyRun run);

        /** Called when a run could not be finished; the others go on. */
        void failed(Task task, Exception why);
    }

    private final Path logs;
    private final Path runs;
    private final Listener listener;
    private final Map<String, CausalLM> models = new ConcurrentHashMap<>();
    private final Map<Object, Object> bases = new ConcurrentHashMap<>();
    private final Map<String, Object> locks = new ConcurrentHashMap<>(); // one an equal run
    private final Set<Run> current = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;

    /**
     * @param logs the folder of the studies' logs
     * @param runs the folder of the runs' directories
     */
    public StudyRunner(Path logs, Path runs, Listener listener) {
        this.logs = logs;
        this.runs = runs;
        this.listener = listener;
    }

    /**
     * What there is to do for some arms and seeds, seed after seed, so that all arms have their
     * first seed before one has its second.
     *
     * @param arms names; all if empty
     * @param seeds all of the study's if empty; others are allowed
     */
    public List<Task> plan(Study study, List<String> arms, List<Integer> seeds) {
        List<Arm> chosen = arms.isEmpty() ? study.arms() : arms.stream().map(study::arm).toList();
        List<StudyRun> own = log(study.name());
        List<StudyRun> others =
                StudyLog.names(logs).stream()
                        .filter(name -> !name.equals(study.name()))
                        .flatMap(name -> log(name).stream())
                        .toList();
        List<Task> tasks = new ArrayList<>();
        for (int seed : seeds.isEmpty() ? study.seeds() : seeds) {
            for (Arm arm : chosen) {
                tasks.add(task(study, arm, seed, own, others));
            }
        }
        return tasks;
    }

    private List<StudyRun> log(String study) {
        Path file = StudyLog.file(logs, study);
        return Files.exists(file) ? StudyLog.read(file) : List.of();
    }

    private static Task task(
            Study study, Arm arm, int seed, List<StudyRun> own, List<StudyRun> others) {
        Recipe recipe = arm.recipe(seed);
        boolean there =
                own.stream()
                        .filter(run -> run.arm().equals(arm.name()) && run.seed() == seed)
                        .anyMatch(run -> isSame(run, recipe, study));
        if (there) {
            return new Task(study, arm, seed, recipe, State.THERE, null);
        }
        Optional<StudyRun> shared =
                Stream.concat(own.stream(), others.stream())
                        .filter(run -> run.seed() == seed)
                        .filter(run -> isSame(run, recipe, study))
                        .findFirst();
        State state = shared.isPresent() ? State.SHARED : State.MISSING;
        return new Task(study, arm, seed, recipe, state, shared.orElse(null));
    }

    private static boolean isSame(StudyRun run, Recipe recipe, Study study) {
        return decisive(run.recipe()).equals(decisive(recipe.settings()))
                && study.evaluations().areIn(run);
    }

    private static String decisive(Map<String, Object> settings) {
        return StudyRun.json(Recipe.decisive(settings));
    }

    /**
     * Does what is to be done, until {@link #stop}; a run that fails does not stop the others.
     *
     * @param atOnce runs that go on side by side, at least 1
     */
    public void run(List<Task> tasks, int atOnce) {
        ExecutorService pool = Executors.newFixedThreadPool(atOnce);
        try {
            tasks.stream()
                    .map(task -> pool.submit(() -> run(task)))
                    .toList()
                    .forEach(StudyRunner::await);
        } finally {
            pool.shutdown();
        }
    }

    private static void await(Future<?> run) {
        try {
            run.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private void run(Task planned) {
        String settings = decisive(planned.recipe.settings()) + planned.study.evaluations();
        synchronized (locks.computeIfAbsent(settings, s -> new Object())) {
            if (stopped) {
                return;
            }
            try {
                finish(planned);
            } catch (IOException | RuntimeException e) {
                synchronized (listener) {
                    listener.failed(planned, e);
                }
            }
        }
    }

    private void finish(Task planned) throws IOException {
        // since it was planned an equal one may have come into a log
        Task task =
                planned.state == State.MISSING
                        ? plan(planned.study, List.of(planned.arm.name()), List.of(planned.seed))
                                .get(0)
                        : planned;
        Optional<StudyRun> run =
                switch (task.state) {
                    case THERE -> Optional.empty();
                    case SHARED -> Optional.of(task.shared.as(task.study.name(), task.arm.name()));
                    case MISSING -> train(task);
                };
        if (run.isPresent()) {
            StudyLog.append(StudyLog.file(logs, task.study.name()), run.get());
            Examiner.forget(directory(task));
            synchronized (listener) {
                listener.finished(planned, run.get());
            }
        }
    }

    /** Ends after the steps at hand; what is finished is in the log. Any thread may call it. */
    public void stop() {
        stopped = true;
        current.forEach(Run::stop);
    }

    private Path directory(Task task) {
        return runs.resolve(task.study.name())
                .resolve(task.arm.name())
                .resolve("seed-" + task.seed);
    }

    /** The run, none if it was stopped. */
    private Optional<StudyRun> train(Task task) throws IOException {
        tell(task, "base", 0);
        CausalLM model = models.computeIfAbsent(task.recipe.model(), id -> task.recipe.loadModel());
        try (Policy policy = task.recipe.policy(model)) {
            Examiner examiner =
                    new Examiner(
                            policy,
                            task.recipe,
                            task.seed,
                            task.study.evaluations(),
                            bases,
                            directory(task));
            List<StepMetrics> metrics = new ArrayList<>();
            Run run = startOrResume(task, policy, examiner);
            current.add(run);
            try (run) {
                if (stopped) {
                    run.stop();
                }
                metrics.addAll(run.earlier());
                measureIfDue(task, run, examiner);
                for (StepMetrics step : run) {
                    metrics.add(step);
                    double done = task.trainingWork() / task.work() * step.step() / run.steps();
                    tell(task, "step " + step.step() + "/" + run.steps(), done);
                    measureIfDue(task, run, examiner);
                }
                if (run.step() < run.steps()) {
                    return Optional.empty();
                }
            } finally {
                current.remove(run);
            }
            tell(task, "last evaluation", task.trainingWork() / task.work());
            examiner.after(metrics.size());
            return Optional.of(record(task, policy, metrics, examiner));
        }
    }

    private void tell(Task task, String what, double done) {
        synchronized (listener) {
            listener.at(task, what, done);
        }
    }

    /** A checkpoint comes first, so that a run that is killed goes on with what was measured. */
    private static void measureIfDue(Task task, Run run, Examiner examiner) {
        if (task.study.evaluations().isDue(run.step(), run.steps())) {
            run.save();
            examiner.onTheWay(run.step());
        }
    }

    /** Goes on with an equal run that was killed; else begins. */
    private Run startOrResume(Task task, Policy policy, Examiner examiner) throws IOException {
        Path directory = directory(task);
        if (examiner.hasBegun()) {
            try {
                Run run = task.recipe.resume(policy, directory);
                examiner.resume();
                return run;
            } catch (IllegalArgumentException | ModelFormatException e) {
                // of another recipe, or killed before it began: from the beginning
            }
        }
        AtomicFile.delete(directory);
        examiner.before();
        return task.recipe.start(policy, directory);
    }

    private static StudyRun record(
            Task task, Policy policy, List<StepMetrics> metrics, Examiner examiner) {
        return new StudyRun(
                task.study.name(),
                task.arm.name(),
                task.seed,
                task.recipe.settings(),
                policy.size(),
                commit(),
                machine(policy.model()),
                LocalDate.now().toString(),
                StudyRun.rounded(metrics.stream().mapToDouble(m -> m.get("step_time")).sum()),
                StudyRun.rounded(examiner.seconds()),
                columns(metrics),
                examiner.evaluations(),
                examiner.bestStep(),
                examiner.corpusLoss(),
                policy instanceof LoraAdapter adapter ? Spectrum.of(adapter) : List.of());
    }

    /** The steps' metrics as columns; a step without a value has NaN. */
    private static Map<String, List<Double>> columns(List<StepMetrics> metrics) {
        Map<String, List<Double>> columns = new LinkedHashMap<>();
        columns.put("step", metrics.stream().map(m -> (double) m.step()).toList());
        for (StepMetrics step : metrics) {
            for (String name : step.values().keySet()) {
                columns.computeIfAbsent(
                        name,
                        n -> metrics.stream().map(m -> StudyRun.rounded(m.getOrNaN(n))).toList());
            }
        }
        return columns;
    }

    private static String machine(CausalLM model) {
        return model.device().equals("cpu")
                ? Workers.cores() + " × " + Machine.processor()
                : model.device();
    }

    /** The commit of the project's checkout; empty if git can't say. */
    private static String commit() {
        Path project = Path.of(System.getProperty("tina.project", "")).toAbsolutePath();
        try {
            Process git =
                    new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=10")
                            .directory(project.toFile())
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return new String(git.getInputStream().readAllBytes()).strip();
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() {
        models.values().forEach(CausalLM::close);
    }
}
