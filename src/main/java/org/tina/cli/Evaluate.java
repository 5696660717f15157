package org.tina.cli;

import java.util.concurrent.Callable;
import org.tina.eval.Benchmark;
import org.tina.eval.Evaluation;
import org.tina.eval.Evaluator;
import org.tina.generate.SamplingParams;
import org.tina.model.CausalLM;
import org.tina.model.Policy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures a model on a benchmark. */
@Command(
        name = "eval",
        aliases = "evaluate",
        description = {
            "Asks a model a benchmark's problems and prints Pass@1 with its 95%% interval over"
                    + " problems, the share in the right format, and lengths.",
            "Sampling is the paper's: temperature 0.6, top-p 0.95."
        },
        footer = {
            "  environment/tina eval --model mini --benchmark mini/test",
            "  environment/tina eval --model mini --benchmark mini/test \\",
            "      --adapter runs/first/adapter"
        })
final class Evaluate implements Callable<Integer> {

    private static final int LINES = 10;

    @Mixin private ModelOptions source;

    @Option(
            names = "--benchmark",
            required = true,
            paramLabel = "NAME|FILE",
            description =
                    "mini/test to report, mini/validation to choose by; or aime24, aime25, amc23,"
                            + " math500, gpqa_diamond, minerva, any data set of the catalog or the"
                            + " Hub; or a file or folder of problems (Parquet, JSON lines, JSON,"
                            + " CSV).")
    private String benchmark;

    @Option(
            names = "--samples",
            paramLabel = "N",
            description = "Completions a problem (default: the benchmark's own).")
    private Integer samples;

    @Option(names = "--limit", paramLabel = "N", description = "Only the first N problems.")
    private Integer limit;

    @Option(
            names = "--system",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "A system message before each problem.")
    private String system;

    @Mixin private SamplingOptions sampling;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        SamplingParams params = sampling.over(SamplingParams.evaluation());
        Benchmark asked = Benchmark.named(benchmark);
        if (limit != null) {
            asked = asked.take(limit);
        }
        Progress progress = new Progress(spec.commandLine().getErr());
        try (CausalLM model = source.load();
                Policy policy = source.policy(model)) {
            Evaluator evaluator =
                    new Evaluator(policy)
                            .withSystemPrompt(system)
                            .withProgress((done, total) -> show(done, total, progress));
            Evaluation found =
                    (samples == null ? evaluator : evaluator.withSamples(samples))
                            .evaluate(asked, params);
            progress.end();
            spec.commandLine().getOut().println(found);
        }
        return 0;
    }

    private static void show(int done, int total, Progress progress) {
        boolean nextPart = (long) done * LINES / total > (done - 1L) * LINES / total;
        if (progress.live() || nextPart) {
            String bar = progress.live() ? Progress.bar(done, total) + " " : "";
            progress.show("%s%d of %d completions".formatted(bar, done, total));
        }
    }
}
