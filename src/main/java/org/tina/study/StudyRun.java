package org.tina.study;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.ToNumberPolicy;
import com.google.gson.TypeAdapter;
import com.google.gson.annotations.SerializedName;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;

/**
 * One finished run of a study, an arm with a seed: a line of the study's log. What a run hasn't
 * (NaN in a column, {@code spectra} of full training) is null in JSON.
 *
 * @param study the study's name
 * @param arm the arm's name in it
 * @param recipe all settings, under TRL's and Tina's keys
 * @param trainableParameters of the adapter, or of the model
 * @param commit of the code that ran it; empty where that is not known
 * @param machine the processor or GPU
 * @param date when it ended, as {@code 2026-11-24}
 * @param trainSeconds of the training steps alone
 * @param evaluateSeconds of all the run's evaluations; those of the base are made once for all arms
 * @param metrics columns as long as the run, under TRL's names; {@code step} is the first
 * @param evaluations in the order in which they were made
 * @param bestStep the step with the highest Pass@1 on the study's validation problems, the earliest
 *     of equals; 0 is the base
 * @param corpusLoss in the miniature: how well it still knows its pre-training texts
 * @param spectra of the last adapter; empty for full training
 */
public record StudyRun(
        String study,
        String arm,
        int seed,
        Map<String, Object> recipe,
        @SerializedName("trainable_parameters") long trainableParameters,
        String commit,
        String machine,
        String date,
        @SerializedName("train_seconds") double trainSeconds,
        @SerializedName("evaluate_seconds") double evaluateSeconds,
        Map<String, List<Double>> metrics,
        List<Evaluated> evaluations,
        @SerializedName("best_step") int bestStep,
        @SerializedName("corpus_loss") List<CorpusLoss> corpusLoss,
        List<Spectrum> spectra) {

    /**
     * An evaluation of the policy after a step. Figures are means over problems of means over
     * samples.
     *
     * @param step 0 for the base
     * @param benchmark as {@code mini/test}
     * @param seed of the sampling
     * @param samples completions a problem
     * @param passAt1 share of completions that are correct
     * @param format share with a format reward of 1
     * @param formattedAndCorrect share that is both
     * @param lenient share that ends with the right answer, whatever is around it
     * @param length tokens
     * @param truncated share that the length cap cut off
     * @param correct one base-36 digit a problem, in the benchmark's order: how many of its samples
     *     are correct
     * @param styles in the miniature: share of each way to reason, {@code guess}, {@code quick},
     *     {@code careful} and {@code other}; else empty
     */
    public record Evaluated(
            int step,
            String benchmark,
            double temperature,
            @SerializedName("top_p") double topP,
            @SerializedName("max_new_tokens") int maxNewTokens,
            int seed,
            int problems,
            int samples,
            @SerializedName("pass@1") double passAt1,
            double format,
            @SerializedName("formatted_and_correct") double formattedAndCorrect,
            double lenient,
            double length,
            double truncated,
            String correct,
            Map<String, Double> styles) {

        public Evaluated {
            styles = styles == null ? Map.of() : styles;
        }

        /** How many of each problem's samples are correct, {@code [problems]}. */
        public int[] correctCounts() {
            return correct.chars().map(digit -> Character.digit(digit, 36)).toArray();
        }
    }

    /**
     * Loss on documents of the miniature's pre-training that it was not trained on.
     *
     * @param loss nats a learned token
     */
    public record CorpusLoss(int step, double loss) {}

    private static final MathContext FOUR_DIGITS = new MathContext(4);

    private static final Gson GSON =
            new GsonBuilder()
                    .disableHtmlEscaping()
                    .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
                    .registerTypeAdapter(Double.class, new Numbers())
                    .registerTypeAdapter(double.class, new Numbers())
                    .create();

    public StudyRun {
        corpusLoss = corpusLoss == null ? List.of() : List.copyOf(corpusLoss);
        spectra = spectra == null ? List.of() : List.copyOf(spectra);
    }

    /** The same run as part of another study. */
    public StudyRun as(String study, String arm) {
        return new StudyRun(
                study,
                arm,
                seed,
                recipe,
                trainableParameters,
                commit,
                machine,
                date,
                trainSeconds,
                evaluateSeconds,
                metrics,
                evaluations,
                bestStep,
                corpusLoss,
                spectra);
    }

    /** Completed steps. */
    public int steps() {
        List<Double> steps = metrics.getOrDefault("step", List.of());
        return steps.isEmpty() ? 0 : steps.get(steps.size() - 1).intValue();
    }

    /** One line of JSON, numbers to four digits but for the recipe's. */
    public String toJson() {
        return GSON.toJson(this);
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException if it is no such line, saying why
     */
    public static StudyRun fromJson(String line) {
        StudyRun run = parse(line, StudyRun.class);
        if (run == null
                || run.study == null
                || run.arm == null
                || run.recipe == null
                || run.metrics == null
                || run.evaluations == null) {
            throw new IllegalArgumentException(
                    "no run of a study: needs study, arm, recipe, metrics and evaluations");
        }
        return run;
    }

    /** Any record as {@link #json} writes it. */
    static <T> T parse(String json, Class<T> type) {
        try {
            return GSON.fromJson(json, type);
        } catch (JsonParseException e) {
            throw new IllegalArgumentException("no JSON of a study's run: " + e.getMessage(), e);
        }
    }

    /** Any object as the JSON that this class writes, to compare settings by. */
    static String json(Object value) {
        return GSON.toJson(value);
    }

    /** A number to four digits, which is all that a measurement is good for. */
    static double rounded(double value) {
        return Double.isFinite(value) ? new BigDecimal(value, FOUR_DIGITS).doubleValue() : value;
    }

    /** Doubles without a needless {@code .0}; null for NaN. */
    private static final class Numbers extends TypeAdapter<Double> {
        @Override
        public void write(JsonWriter out, Double value) throws IOException {
            if (value == null || !Double.isFinite(value)) {
                out.nullValue();
            } else if (value == Math.rint(value) && Math.abs(value) < 1e15) {
                out.value(value.longValue());
            } else {
                out.value(value);
            }
        }

        @Override
        public Double read(JsonReader in) throws IOException {
            if (in.peek() == JsonToken.NULL) {
                in.nextNull();
                return Double.NaN;
            }
            return in.nextDouble();
        }
    }
}
