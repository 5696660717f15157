package org.tina.analysis;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tina.analysis.Arms.Moment;
import org.tina.data.ModelHub;
import org.tina.model.ModelConfig;
import org.tina.recipe.Estimate;
import org.tina.recipe.Machine;
import org.tina.recipe.Recipe;
import org.tina.study.StudyRun;
import org.tina.study.StudyRun.Evaluated;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

/**
 * What runs took and what they would take: tokens, operations, time, money.
 *
 * <p>Operations of a run that was made: {@code tokens · 2N · passes}, where N are the model's
 * parameters outside its input embedding and a token is passed through the model once to sample it,
 * once more for each of forward and backward of the update (backward for inputs alone with LoRA,
 * for weights too without), and once for the reference if beta is above 0. Attention over the
 * context, which is small for short texts, is left out.
 */
public final class Cost {

    /** The paper's tasks by the recipe that each is about. */
    private static final Map<String, String> PAPER = new LinkedHashMap<>();

    static {
        PAPER.put("still", "Main: Tina-STILL-3-1.5B-preview");
        PAPER.put("deepscaler", "Main: Tina-DeepScaleR-1.5B-Preview");
        PAPER.put("open_rs1", "Main: Tina-Open-RS1");
        PAPER.put("open_rs2", "Main: Tina-Open-RS2");
        PAPER.put("open_rs3", "Main: Tina-Open-RS3");
        PAPER.put("thoughts", "Ablation: OpenThoughts dataset");
        PAPER.put("open_r1", "Ablation: OpenR1 dataset");
        PAPER.put("limr", "Ablation: LIMR dataset");
        PAPER.put("open_rs3_drgrpo", "Ablation: DrGRPO algorithm");
    }

    private Cost() {}

    /** {@link #table(List, double, ModelConfig)} for the miniature. */
    public static Table table(List<StudyRun> log, double usdPerHour) {
        return table(log, usdPerHour, ModelConfig.read(ModelHub.mini()));
    }

    /**
     * One row an arm, means over seeds of one run: {@code arm}, {@code seeds}, {@code best} (Pass@1
     * on the reported benchmark), {@code tokens} (prompts and completions that were trained on),
     * {@code flops}, {@code train seconds}, {@code evaluate seconds}, {@code usd} (of both).
     *
     * @param usdPerHour price of the machine
     * @param model that was trained
     */
    public static Table table(List<StudyRun> log, double usdPerHour, ModelConfig model) {
        String benchmark = Arms.testBenchmark(log);
        Rows rows = new Rows("cost");
        Arms.byArm(log)
                .forEach(
                        (arm, runs) -> {
                            double train = Arms.average(runs, StudyRun::trainSeconds);
                            double evaluate = Arms.average(runs, StudyRun::evaluateSeconds);
                            rows.row().text("arm", arm).whole("seeds", runs.size());
                            rows.number(
                                    "best",
                                    Arms.mean(runs, benchmark, Moment.BEST, Evaluated::passAt1));
                            rows.number("tokens", Arms.average(runs, Cost::tokens));
                            rows.number("flops", Arms.average(runs, run -> flops(run, model)));
                            rows.number("train seconds", train);
                            rows.number("evaluate seconds", evaluate);
                            rows.number("usd", (train + evaluate) / 3600 * usdPerHour);
                        });
        return rows.table();
    }

    /** Tokens that a run was trained on; NaN where its log does not say. */
    public static double tokens(StudyRun run) {
        List<Double> tokens = run.metrics().getOrDefault("num_tokens", List.of());
        return tokens.isEmpty() ? Double.NaN : tokens.get(tokens.size() - 1);
    }

    /** Operations of a run by the formula above. */
    public static double flops(StudyRun run, ModelConfig model) {
        boolean lora = !Boolean.FALSE.equals(run.recipe().get("use_peft"));
        boolean reference =
                run.recipe().get("beta") instanceof Number beta && beta.doubleValue() > 0;
        int passes = 1 + (lora ? 2 : 3) + (reference ? 1 : 0);
        long embedding = (long) model.vocabSize() * model.hiddenSize();
        long matrices = model.parameters() - (model.tiedEmbeddings() ? 0 : embedding);
        return tokens(run) * 2 * matrices * passes;
    }

    /**
     * What the real recipes would take on a machine, by {@link Estimate} (an upper estimate: every
     * text at its full length), beside what the paper paid: {@code recipe}, {@code steps}, {@code
     * hours}, {@code usd}, {@code fits}, {@code paper's training usd}.
     */
    public static Table fullSize(Machine machine) {
        Rows rows = new Rows("full size on " + machine.name());
        Map<String, Double> paid = new LinkedHashMap<>();
        for (Row row : PaperTables.costs()) {
            if (!row.isMissing("training_usd")) {
                paid.put(row.getString("task"), row.getNumber("training_usd"));
            }
        }
        PAPER.forEach(
                (name, task) -> {
                    Estimate estimate = Estimate.of(inSteps(name), ModelConfig.tina(), machine);
                    rows.row().text("recipe", name).whole("steps", estimate.steps());
                    rows.number("hours", estimate.seconds() / 3600);
                    rows.number("usd", estimate.usd()).flag("fits", estimate.fits());
                    rows.number("paper's training usd", paid.getOrDefault(task, Double.NaN));
                });
        return rows.table();
    }

    /** A recipe that goes by epochs, in steps for the paper's number of problems. */
    private static Recipe inSteps(String name) {
        Recipe recipe = Recipe.named(name);
        if (!recipe.byEpochs()) {
            return recipe;
        }
        int problems = name.equals("open_r1") ? 93_700 : 66_100; // the other one is thoughts
        return recipe.with(r -> r.maxSteps(recipe.stepsFor(problems)));
    }
}
