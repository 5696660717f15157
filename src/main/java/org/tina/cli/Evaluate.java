package org.tina.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.tina.data.ModelHub;
import org.tina.data.Names;
import org.tina.data.Problem;
import org.tina.eval.Benchmark;
import org.tina.eval.Checkpoint;
import org.tina.eval.Evaluation;
import org.tina.eval.EvaluationLog;
import org.tina.eval.Evaluator;
import org.tina.eval.Repeated;
import org.tina.generate.SamplingParams;
import org.tina.lora.LoraAdapter;
import org.tina.model.CausalLM;
import org.tina.model.ModelFormatException;
import org.tina.model.Policy;
import org.tina.recipe.Recipe;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures a model, adapters for it, or the checkpoints of a run. */
@Command(
        name = "eval",
        aliases = "evaluate",
        description = {
            "Asks a model a benchmark's problems: Pass@1 with its 95%% interval, the share in the"
                    + " right format, lengths.",
            "Every completion is kept as a line of JSON. The same command once more samples only"
                    + " what is missing: after a kill, or with more --samples or --seeds."
        },
        footer = {
            "  environment/tina eval --model mini --benchmark mini/test",
            "  environment/tina eval --model mini --base --adapter runs/first/adapter \\",
            "      --adapter runs/second/adapter --benchmark mini/test --benchmark mini/harder",
            "  environment/tina eval --checkpoints runs/first --benchmark mini/test --seeds 3",
            "  environment/tina eval --regrade runs/eval"
        })
final class Evaluate implements Callable<Integer> {

    private static final Path HOME = Path.of("runs", "eval");

    @Option(
            names = "--model",
            paramLabel = "DIR|ID",
            description =
                    "A model directory, a Hugging Face id (downloaded if need be), or mini (default:"
                            + " the recipe's).")
    private String model;

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description =
                    "An adapter for the model, written by train or by PEFT. Several are measured one"
                            + " after the other, and compared with the first.")
    private List<Path> adapters = new ArrayList<>();

    @Option(
            names = "--base",
            description = "Measures the model without an adapter as well, before the others.")
    private boolean base;

    @Option(
            names = "--checkpoints",
            paramLabel = "RUN",
            description =
                    "Measures every checkpoint of a run on the benchmark's validation part, and the"
                            + " best of them, the earliest of equals, on its test part. Model and"
                            + " prompts are those of the run's recipe.")
    private Path run;

    @Option(
            names = "--regrade",
            paramLabel = "DIR",
            description =
                    "Judges completions that were kept in the directory, or in those below it,"
                            + " again; no model is needed.")
    private Path regraded;

    @Option(
            names = "--benchmark",
            paramLabel = "NAME|FILE",
            description =
                    "Several are allowed. Of the miniature: mini/test, easier, harder, longer,"
                            + " numbers, wording, sibling (each as mini/NAME, to choose by as"
                            + " mini/NAME-validation, mini/validation for mini/test), or miniature for"
                            + " all seven. Of the paper: aime24, aime25, amc23, math500,"
                            + " gpqa_diamond, minerva, or paper for all six. Or a data set of the"
                            + " catalog or the Hub, or a file or folder of problems (Parquet, JSON"
                            + " lines, JSON, CSV). Other than the miniature's, with -validation or"
                            + " -test behind it: a half.")
    private List<String> benchmarks = new ArrayList<>();

    @Option(
            names = "--samples",
            paramLabel = "N",
            defaultValue = "1",
            description = "Completions a problem and seed (default: ${DEFAULT-VALUE}).")
    private int samples;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Measures with so many seeds, from --seed on (default: ${DEFAULT-VALUE});"
                            + " intervals are then over problems and seeds.")
    private int seeds;

    @Option(
            names = "--protocol",
            paramLabel = "paper|sober",
            defaultValue = "paper",
            description =
                    "paper: temperature 0.6, top-p 0.95. sober: 0.8, 0.9, as in A Sober Look at"
                            + " Progress in Language Model Reasoning, which took 10 seeds for AIME and"
                            + " AMC, 3 for the others. The options below change one of them.")
    private String protocol;

    @Option(names = "--limit", paramLabel = "N", description = "Only the first N problems.")
    private Integer limit;

    @Option(
            names = "--recipe",
            paramLabel = "NAME|FILE",
            description = "Asks with the recipe's system prompt and chat template.")
    private String recipeName;

    @Option(
            names = "--system",
            paramLabel = "TEXT",
            description = "A system message before each problem.")
    private String system;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Where completions are kept (default: runs/eval, or eval in the run's directory,"
                            + " in a directory of their own for each kind of settings).")
    private Path out;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures as JSON.")
    private Path json;

    @Mixin private SamplingOptions sampling;

    @Spec private CommandSpec spec;

    private final EvaluationReport report = new EvaluationReport();

    @Override
    public Integer call() throws IOException {
        check();
        if (regraded != null) {
            regrade();
        } else {
            Recipe recipe = recipe();
            List<Benchmark> measured = asked(); // a wrong name is told before a model is loaded
            try (CausalLM loaded = CausalLM.load(ModelHub.get(modelOf(recipe)))) {
                Function<Problem, String> prompts = prompts(loaded, recipe);
                for (Benchmark benchmark : measured) {
                    if (run == null) {
                        measureAll(loaded, prompts, benchmark);
                    } else {
                        measureCheckpoints(loaded, prompts, benchmark, recipe);
                    }
                }
            }
        }
        report.print(spec.commandLine().getOut());
        if (json != null) {
            report.write(json);
        }
        return 0;
    }

    private void check() {
        if (regraded != null) {
            refuse(model != null || run != null || !adapters.isEmpty(), "--regrade needs no model");
            return;
        }
        refuse(benchmarks.isEmpty(), "Missing required option: '--benchmark=NAME|FILE'");
        refuse(
                model == null && recipeName == null && run == null,
                "Missing required option: '--model=DIR|ID'");
        refuse(
                run != null && !adapters.isEmpty(),
                "--checkpoints and --adapter exclude each other");
        refuse(recipeName != null && system != null, "--recipe has a system message: no --system");
        refuse(samples < 1, "samples is " + samples + ", must be at least 1");
        refuse(seeds < 1, "seeds is " + seeds + ", must be at least 1");
    }

    private void refuse(boolean wrong, String why) {
        if (wrong) {
            throw new ParameterException(spec.commandLine(), why);
        }
    }

    // ---------------------------------------------------------------- what is asked for

    private List<Benchmark> asked() {
        List<Benchmark> asked = new ArrayList<>();
        for (String name : benchmarks) {
            switch (name) {
                case "miniature" -> Benchmark.miniature().forEach(n -> asked.add(named(n)));
                case "paper" -> Benchmark.paper().forEach(n -> asked.add(named(n)));
                default -> asked.add(named(name));
            }
        }
        return asked;
    }

    private Benchmark named(String name) {
        Benchmark benchmark = Benchmark.named(name);
        if (benchmark.unreadable() > 0) {
            err().printf(
                            "%s: %d of %d gold answers can't be read; what is answered there counts as"
                                    + " wrong%n",
                            name, benchmark.unreadable(), benchmark.problems().size());
        }
        return benchmark;
    }

    private SamplingParams params() {
        SamplingParams defaults =
                switch (protocol) {
                    case "paper" -> SamplingParams.evaluation();
                    case "sober" -> SamplingParams.sober();
                    default -> throw Names.unknown("protocol", protocol, List.of("paper", "sober"));
                };
        return sampling.over(defaults);
    }

    /** The recipe that says how to ask; null for the model's own way. */
    private Recipe recipe() {
        if (recipeName != null) {
            return Recipes.recipe(recipeName);
        }
        if (run == null) {
            return null;
        }
        Checkpoint.in(run); // a directory that is no run's is the better thing to complain of
        Path file = run.resolve("recipe.yaml");
        try {
            if (Files.exists(file)) {
                return Recipe.load(file);
            }
            throw new IllegalArgumentException(file + ": there is no such file");
        } catch (IllegalArgumentException e) {
            if (model == null) {
                throw new IllegalArgumentException(
                        e.getMessage() + "; --model names the model that was trained", e);
            }
            err().println(e.getMessage() + "; prompts are the model's own");
            return null;
        }
    }

    private String modelOf(Recipe recipe) {
        return model == null ? recipe.model() : model;
    }

    private Function<Problem, String> prompts(CausalLM loaded, Recipe recipe) {
        if (recipe != null && system == null) {
            return recipe.prompts(loaded);
        }
        String message = system == null ? "" : system;
        return problem -> loaded.chatTemplate().prompt(message, problem.problem());
    }

    // ---------------------------------------------------------------- measuring

    private void measureAll(
            CausalLM loaded, Function<Problem, String> prompts, Benchmark benchmark) {
        if (base || adapters.isEmpty()) {
            try (Policy policy = Policy.frozen(loaded)) {
                measure(policy, model == null ? loaded.name() : model, prompts, benchmark);
            }
        }
        for (Path adapter : adapters) {
            try (Policy policy = LoraAdapter.load(loaded, adapter)) {
                measure(policy, adapter.toString(), prompts, benchmark);
            }
        }
    }

    private void measureCheckpoints(
            CausalLM loaded,
            Function<Problem, String> prompts,
            Benchmark benchmark,
            Recipe recipe) {
        Map<Integer, Repeated> byStep = new TreeMap<>();
        Map<Integer, Checkpoint> usable = new TreeMap<>();
        List<Checkpoint> found = Checkpoint.in(run);
        sayWhatIsMissing(found, recipe);
        for (Checkpoint checkpoint : found) {
            try {
                Repeated measured = measure(checkpoint, loaded, prompts, benchmark.validation());
                byStep.put(checkpoint.step(), measured);
                usable.put(checkpoint.step(), checkpoint);
            } catch (ModelFormatException | IllegalStateException e) {
                err().println("skipped: " + e.getMessage());
            }
        }
        if (byStep.isEmpty()) {
            throw new IllegalArgumentException(run + ": none of its checkpoints can be loaded");
        }
        Checkpoint best = usable.get(Checkpoint.best(byStep));
        report.best(best, benchmark.validation(), byStep.get(best.step()));
        if (base) {
            try (Policy policy = Policy.frozen(loaded)) {
                measure(policy, loaded.name(), prompts, benchmark.test());
            }
        }
        measure(best, loaded, prompts, benchmark.test());
    }

    /** Checkpoints are {@code save_steps} apart. */
    private void sayWhatIsMissing(List<Checkpoint> found, Recipe recipe) {
        if (recipe == null) {
            return;
        }
        List<Integer> there = found.stream().map(Checkpoint::step).toList();
        int last = there.get(there.size() - 1);
        for (int step = recipe.saveSteps(); step < last; step += recipe.saveSteps()) {
            if (!there.contains(step)) {
                err().println("skipped: " + run.resolve("checkpoint-" + step) + ": is missing");
            }
        }
    }

    private Repeated measure(
            Checkpoint checkpoint,
            CausalLM loaded,
            Function<Problem, String> prompts,
            Benchmark benchmark) {
        return checkpoint.with(
                loaded, policy -> measure(policy, "" + checkpoint.directory(), prompts, benchmark));
    }

    private Repeated measure(
            Policy policy, String label, Function<Problem, String> prompts, Benchmark whole) {
        Benchmark benchmark = limit == null ? whole : whole.take(limit);
        SamplingParams params = params();
        Watch watch = new Watch(new Progress(err()), label + " on " + benchmark.name());
        Evaluator evaluator =
                new Evaluator(policy)
                        .withName(label)
                        .withPrompts(prompts)
                        .withSamples(samples)
                        .withProgress(watch);
        Path directory = directory(label, benchmark, evaluator.fingerprint(benchmark, params));
        List<Evaluation> runs = new ArrayList<>();
        for (int i = 0; i < seeds; i++) {
            SamplingParams drawn = params.withSeed(params.seed() + i);
            runs.add(evaluator.evaluate(benchmark, drawn, directory));
        }
        watch.end();
        Repeated found = new Repeated(runs);
        spec.commandLine().getOut().println(found);
        report.add(label, found, directory);
        return found;
    }

    /**
     * In a directory that was named the same settings are asked for, elsewhere there may be all.
     */
    private Path directory(String label, Benchmark benchmark, String fingerprint) {
        String name = fileName(label) + "/" + fileName(benchmark.name());
        if (out != null) {
            return out.resolve(name);
        }
        Path home = run == null ? HOME : run.resolve("eval");
        return home.resolve(name + "-" + fingerprint.substring(0, 8));
    }

    private static String fileName(String text) {
        return text.replaceAll("[^\\w.-]+", "_").replaceFirst("^[_.]+", "");
    }

    private void regrade() throws IOException {
        List<Path> directories;
        try (var files = Files.walk(regraded)) {
            directories =
                    files.filter(file -> file.endsWith(EvaluationLog.SETTINGS))
                            .map(Path::getParent)
                            .sorted()
                            .toList();
        }
        if (directories.isEmpty()) {
            throw new IllegalArgumentException(
                    regraded + ": there is no " + EvaluationLog.SETTINGS + " in it or below");
        }
        for (Path directory : directories) {
            Path file = directory.resolve(EvaluationLog.COMPLETIONS);
            try {
                Set<String> before = new HashSet<>(Files.readAllLines(file));
                Repeated found = EvaluationLog.regrade(directory, err()::println);
                List<String> after = Files.readAllLines(file);
                long changed = after.stream().filter(line -> !before.contains(line)).count();
                err().printf("%s: %d of %d lines changed%n", file, changed, after.size());
                report.add(directory.toString(), found, directory);
            } catch (IOException | IllegalArgumentException e) {
                err().println("skipped: " + e.getMessage());
            }
        }
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** Shows how far one of the evaluations is. */
    private static final class Watch implements Evaluator.Progress {
        private static final double PATIENCE_S = 2;

        private final Progress progress;
        private final String what;
        private long began = System.nanoTime();
        private long shown = began;

        Watch(Progress progress, String what) {
            this.progress = progress;
            this.what = what;
            if (progress.live()) {
                progress.show(what + " …");
            }
        }

        @Override
        public void update(int done, int total) {
            long now = System.nanoTime();
            if (progress.live() || (now - shown) / 1e9 > PATIENCE_S) {
                shown = now;
                double left = (now - began) / 1e9 / done * (total - done);
                progress.show(
                        "%s %s%d/%d ETA %s"
                                .formatted(
                                        what,
                                        progress.live() ? Progress.bar(done, total) + " " : "",
                                        done,
                                        total,
                                        Progress.time(left)));
            }
            if (done == total) {
                began = now; // of the next seed
            }
        }

        @Override
        public void note(String line) {
            progress.note(line);
        }

        void end() {
            progress.end();
        }
    }
}
