package org.tina.recipe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tina.generate.Sampler;
import org.tina.grpo.GrpoConfig;
import org.tina.model.ModelConfig;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * What a run would take: memory, time and money, from the model's shape, the recipe and a machine;
 * no weights are needed. It is an upper estimate, as every prompt and completion is counted at the
 * recipe's full length, and a rough one: a factor of 2 either way is no surprise.
 *
 * <p>With N parameters in matrices, L layers, width D, feed-forward width F, H query and K
 * key/value heads of size d, b bytes a value, prompts of P and completions of C tokens:
 *
 * <ul>
 *   <li><b>Work</b> of one token forward: {@code 2N + 4 L H d (P + C/2)} operations (Kaplan et al.
 *       2020, section 2.1). Backward costs as much again for the inputs' gradients, and once more
 *       for the weights' if they are trained; checkpointing adds one forward pass (Chen et al.
 *       2016), the KL penalty another one.
 *   <li><b>Time</b>: operations by the machine's speed; a decoding step takes no less than reading
 *       the weights and the cache once. Half of the machine's speed is counted, which is about what
 *       the miniature reaches on a CPU and large models on GPUs (Chowdhery et al. 2022, appendix B:
 *       46%).
 *   <li><b>Cache</b>: {@code 2 L K d b} bytes for each token of the rows that are decoded together.
 *   <li><b>Activations</b> of one micro-batch: {@code 2D + 2(H + K)d + 2F} values a token and layer
 *       are kept for the backward pass (the tensor program's {@code Tape}); with checkpointing only
 *       the layer's input, D. The layer at work takes twice its share besides. Logits come in
 *       chunks.
 *   <li><b>Training</b>: float32 values, gradient, the sum of gradients and AdamW's two moments, so
 *       20 bytes for each trained parameter.
 * </ul>
 *
 * @param parameters of the model
 * @param trained parameters of the adapter, or all
 * @param steps that the recipe would run
 * @param memory bytes by what they are for; cache and activations are never needed together
 * @param flops operations of one step
 * @param secondsSampling of one step
 * @param secondsLearning of one step
 */
public record Estimate(
        Machine machine,
        long parameters,
        long trained,
        int steps,
        Map<String, Long> memory,
        double flops,
        double secondsSampling,
        double secondsLearning) {

    private static final String WEIGHTS = "weights";
    private static final String TRAINING = "adapter, gradient, optimizer";
    private static final String CACHE = "key/value cache";
    private static final String ACTIVATIONS = "activations";

    /** The part of a machine's speed that training reaches. */
    private static final double REACHED = 0.5;

    /** Float32 values kept for each trained parameter. */
    private static final int TRAINING_VALUES = 5;

    /** Logits that are computed at once, and how many float32 arrays are made of them. */
    private static final long LOGITS_AT_ONCE = 1L << 24;

    private static final int LOGITS_ARRAYS = 5;

    /** Estimates a recipe for a model of this shape. */
    public static Estimate of(Recipe recipe, ModelConfig model, Machine machine) {
        GrpoConfig grpo = recipe.grpo();
        long rows = (long) grpo.promptsPerStep() * grpo.numGenerations();
        long prompt = Math.min(grpo.maxPromptLength(), model.maxPositions());
        long completion = Math.min(grpo.maxCompletionLength(), model.maxPositions());
        long window = prompt + completion;
        long trained = recipe.lora() ? recipe.loraConfig().parameters(model) : model.parameters();

        // memory
        int bytes = model.dtype().equals("bfloat16") ? 2 : 4; // float16 is computed in float32
        long together = Math.max(1, Math.min(rows, Sampler.DEFAULT_TOKENS_IN_FLIGHT / window));
        long cacheRow = 2L * model.layers() * model.kvHeads() * model.headDim() * bytes * window;
        long tokens =
                Math.min(
                        prompt + grpo.numGenerations() * completion,
                        Math.max(window, grpo.tokensPerMicroBatch()));
        long tape =
                2L * model.hiddenSize()
                        + 2L * (model.heads() + model.kvHeads()) * model.headDim()
                        + 2L * model.intermediateSize();
        long kept =
                model.layers() * (grpo.gradientCheckpointing() ? model.hiddenSize() : tape)
                        + 2 * tape;
        Map<String, Long> memory = new LinkedHashMap<>();
        memory.put(WEIGHTS, model.parameters() * bytes);
        memory.put(TRAINING, trained * 4 * TRAINING_VALUES);
        memory.put(CACHE, together * cacheRow);
        long logits = Math.min(LOGITS_AT_ONCE, tokens * model.vocabSize()) * 4 * LOGITS_ARRAYS;
        memory.put(ACTIVATIONS, tokens * kept * bytes + logits);

        // work
        long embedding = (long) model.vocabSize() * model.hiddenSize();
        long matrices = model.parameters() - (model.tiedEmbeddings() ? 0 : embedding);
        double forward =
                2.0 * matrices
                        + 4.0
                                * model.layers()
                                * model.heads()
                                * model.headDim()
                                * (prompt + completion / 2.0);
        double learned = (double) grpo.promptsPerStep() * prompt + (double) rows * completion;
        int update = (recipe.lora() ? 2 : 3) + (grpo.gradientCheckpointing() ? 1 : 0);
        int passes =
                grpo.numIterations() * update
                        + (grpo.numIterations() > 1 ? 1 : 0)
                        + (grpo.beta() > 0 ? 1 : 0);
        double learning = learned * passes * forward;
        double sampling = learned * forward;

        // time
        double flops = machine.flops() * REACHED;
        double bandwidth = machine.bandwidth() * REACHED;
        double decodingSteps = Math.ceil((double) rows / together) * completion;
        double read = memory.get(WEIGHTS) + together * cacheRow / 2.0;
        return new Estimate(
                machine,
                model.parameters(),
                trained,
                recipe.steps(),
                memory,
                learning + sampling,
                Math.max(sampling / flops, decodingSteps * read / bandwidth),
                learning / flops);
    }

    /** Bytes at the moment that needs most. */
    public long peakMemory() {
        return memory.get(WEIGHTS)
                + memory.get(TRAINING)
                + Math.max(memory.get(CACHE), memory.get(ACTIVATIONS));
    }

    /** Whether the machine has the memory. */
    public boolean fits() {
        return peakMemory() <= machine.memory();
    }

    /** Seconds of one step. */
    public double secondsPerStep() {
        return secondsSampling + secondsLearning;
    }

    /** Seconds of the whole run. */
    public double seconds() {
        return secondsPerStep() * steps;
    }

    /** Price of the whole run on the machine, in US dollars. */
    public double usd() {
        return seconds() / 3600 * machine.usdPerHour();
    }

    /** The estimate as a table of two columns, to look at. */
    public Table table() {
        Map<String, String> rows = rows();
        return Table.create(
                "estimate",
                StringColumn.create("what", rows.keySet()),
                StringColumn.create("estimate", rows.values()));
    }

    private Map<String, String> rows() {
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("machine", machine.name());
        rows.put("parameters", text("%,d, %,d of them trained", parameters, trained));
        memory.forEach((part, bytes) -> rows.put("memory: " + part, bytes(bytes)));
        rows.put(
                "memory: at most at once",
                text(
                        "%s of %s: %s",
                        bytes(peakMemory()),
                        bytes(machine.memory()),
                        fits() ? "fits" : "does not fit"));
        rows.put("operations a step", text("%.2g", flops));
        rows.put(
                "time a step",
                text("%s (sampling %s)", time(secondsPerStep()), time(secondsSampling)));
        rows.put(text("time of %,d steps", steps), time(seconds()));
        if (machine.usdPerHour() > 0) {
            rows.put("cost", text("$%.2f at $%.2f an hour", usd(), machine.usdPerHour()));
        }
        return rows;
    }

    /** The table as lines of text. */
    @Override
    public String toString() {
        Map<String, String> rows = rows();
        int width = rows.keySet().stream().mapToInt(String::length).max().orElse(0);
        List<String> lines =
                rows.entrySet().stream()
                        .map(row -> text("%-" + width + "s  %s", row.getKey(), row.getValue()))
                        .toList();
        return String.join("\n", lines);
    }

    private static String bytes(long bytes) {
        return bytes < 100_000_000 ? text("%.1f MB", bytes / 1e6) : text("%.1f GB", bytes / 1e9);
    }

    /** Seconds in the unit that gives a number a reader can picture, such as {@code 13 hours}. */
    public static String time(double seconds) {
        if (seconds < 120) {
            return text(seconds < 10 ? "%.1f s" : "%.0f s", seconds);
        } else if (seconds < 7200) {
            return text("%.0f min", seconds / 60);
        }
        return seconds < 2 * 86400
                ? text("%.1f hours", seconds / 3600)
                : text("%,.0f days", seconds / 86400);
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
