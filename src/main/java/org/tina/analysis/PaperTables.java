package org.tina.analysis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;
import tech.tablesaw.io.csv.CsvReadOptions;

/**
 * The tables of <i>Tina: Tiny Reasoning Models via LoRA</i> (Wang et al. 2025, arXiv 2504.15777)
 * and of the independent evaluation of its base and baselines, as they were printed. Scores are
 * Pass@1 in percent on AIME24, AIME25, AMC23, MATH-500, GPQA Diamond and Minerva; {@code avg} is
 * their plain mean. Each call reads the table anew, so that it may be changed.
 */
public final class PaperTables {

    private static final Map<String, String> ARMS =
            Map.ofEntries(
                    Map.entry("Tina-STILL-3-1.5B-preview", "still"),
                    Map.entry("Tina-DeepScaleR-1.5B-Preview", "deepscaler"),
                    Map.entry("Tina-Open-RS1", "open_rs1"),
                    Map.entry("Tina-Open-RS2", "open_rs2"),
                    Map.entry("Tina-Open-RS3", "open_rs3"),
                    Map.entry("Tina-OpenR1", "open_r1"),
                    Map.entry("Tina-OpenThoughts", "thoughts"),
                    Map.entry("Tina-DeepScaleR", "deepscaler"),
                    Map.entry("Tina-STILL-3", "still"),
                    Map.entry("Tina-Open-S1", "open_s1"),
                    Map.entry("Tina-Open-RS", "open_rs"),
                    Map.entry("Tina-LIMR", "limr"),
                    Map.entry("Tina-LIMR-5e-6-lr", "3e-3"), // five times the usual rate
                    Map.entry("Tina-LIMR-1e-6-lr", "6e-4"),
                    Map.entry("Tina-LIMR-5e-7-lr", "3e-4"),
                    Map.entry("Tina-LIMR-64-LoRA-rank", "64"),
                    Map.entry("Tina-LIMR-32-LoRA-rank", "32"),
                    Map.entry("Tina-LIMR-16-LoRA-rank", "16"),
                    Map.entry("Tina-LIMR-8-LoRA-rank", "8"),
                    Map.entry("Tina-LIMR-4-LoRA-rank", "4"),
                    Map.entry("Tina-Open-RS3-GRPO", "grpo"),
                    Map.entry("Tina-Open-RS3-DrGRPO", "dr_grpo"));

    private PaperTables() {}

    /**
     * Tina's models by study, the best checkpoint of each run: {@code study} (main, dataset,
     * learning_rate, lora_rank, algorithm), {@code model}, {@code dataset_size_k} (thousands of
     * problems), {@code epoch_percent} (of an epoch until that checkpoint), the six scores, {@code
     * avg}, {@code baseline_avg} (of the full-parameter model trained on the same data; main only).
     */
    public static Table tina() {
        return read("paper_tina");
    }

    /** The rows of {@link #tina()} of one study, such as {@code lora_rank}. */
    public static Table tina(String study) {
        Table all = tina();
        Table rows = all.where(all.stringColumn("study").isEqualTo(study));
        if (rows.isEmpty()) {
            throw new IllegalArgumentException(
                    "no study "
                            + study
                            + " in the paper's tables; there are "
                            + all.stringColumn("study").unique().asList());
        }
        return rows.setName("paper: " + study);
    }

    /**
     * The averages of one study in percent, named as the arms of this project's studies are: {@code
     * main}, {@code datasets}, {@code learning-rate} (the paper's three), {@code lora-rank}, {@code
     * algorithm}.
     *
     * @return arm → average over the six benchmarks
     */
    public static Map<String, Double> averages(String study) {
        Map<String, Double> averages = new LinkedHashMap<>();
        for (Row row : tina(study.replace('-', '_').replaceFirst("s$", ""))) {
            averages.put(ARMS.get(row.getString("model")), row.getNumber("avg"));
        }
        return averages;
    }

    /** The base and the full-parameter baselines as the paper measured them, the base first. */
    public static Table baselines() {
        return read("paper_baselines");
    }

    /** US dollars by task: {@code training_usd}, {@code evaluation_usd}, {@code total_usd}. */
    public static Table costs() {
        return read("paper_costs");
    }

    /**
     * What went into each model: {@code data_thousands} (samples seen), {@code compute_usd}, {@code
     * time_hours}, and what came out, {@code avg_percent}.
     */
    public static Table overall() {
        return read("paper_overall");
    }

    /**
     * The base, the baselines and newer models over seeds (10 for AIME24, AIME25 and AMC23, 3 for
     * MATH-500 and Minerva) at temperature 0.8 and top-p 0.9: <i>A Sober Look at Progress in
     * Language Model Reasoning</i> (arXiv 2504.07086). Each score has its standard deviation over
     * seeds beside it, {@code aime24_std} and so on. Tina's own models are not in it, nor is GPQA.
     */
    public static Table sober() {
        return read("sober_baselines");
    }

    private static Table read(String name) {
        try (InputStream csv = PaperTables.class.getResourceAsStream(name + ".csv")) {
            return Table.read().usingOptions(CsvReadOptions.builder(csv).tableName(name));
        } catch (IOException e) {
            throw new UncheckedIOException(name + ".csv cannot be read from the library", e);
        }
    }
}
