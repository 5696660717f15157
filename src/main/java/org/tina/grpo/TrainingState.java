package org.tina.grpo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.tina.model.ModelFormatException;
import org.tina.model.SafeTensors;

/**
 * All that a trainer needs to go on as if it had never stopped. The order of problems, sampling and
 * dropout need nothing here: they are drawn from the recipe's seed and the step's number.
 *
 * @param step completed steps
 * @param updates of the learning rate's schedule
 * @param optimizerSteps updates that the optimizer made; a step with nothing to learn makes none
 * @param tokensSeen prompts and completions so far
 * @param parameters the policy's vector
 * @param mean AdamW's mean gradient, as long as the parameters
 * @param square AdamW's mean squared gradient, as long
 */
public record TrainingState(
        int step,
        int updates,
        int optimizerSteps,
        long tokensSeen,
        float[] parameters,
        float[] mean,
        float[] square) {

    /** Writes it to a file, which appears whole or not at all. */
    public void save(Path file) throws IOException {
        Map<String, String> counters =
                Map.of(
                        "step", "" + step,
                        "updates", "" + updates,
                        "optimizer_steps", "" + optimizerSteps,
                        "num_tokens", "" + tokensSeen);
        SafeTensors.write(
                file,
                counters,
                List.of(
                        vector("parameters", parameters),
                        vector("exp_avg", mean),
                        vector("exp_avg_sq", square)));
    }

    private static SafeTensors.Tensor vector(String name, float[] values) {
        return SafeTensors.Tensor.of(
                name, SafeTensors.DType.F32, new long[] {values.length}, () -> values);
    }

    /**
     * Reads what {@link #save} wrote.
     *
     * @throws ModelFormatException if the file is something else
     */
    public static TrainingState load(Path file) {
        SafeTensors tensors = SafeTensors.open(file);
        try {
            Map<String, String> counters = tensors.metadata();
            return new TrainingState(
                    Integer.parseInt(counters.get("step")),
                    Integer.parseInt(counters.get("updates")),
                    Integer.parseInt(counters.get("optimizer_steps")),
                    Long.parseLong(counters.get("num_tokens")),
                    tensors.floats("parameters"),
                    tensors.floats("exp_avg"),
                    tensors.floats("exp_avg_sq"));
        } catch (NumberFormatException e) {
            throw new ModelFormatException(file, "is no training's state: " + e.getMessage());
        }
    }
}
