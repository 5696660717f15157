package org.tina.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.tina.grpo.AdamW;
import org.tina.grpo.LearningRate;
import org.tina.lora.LoraAdapter;
import org.tina.model.CausalLM;
import org.tina.model.Policy;

/** AdamW against torch, learning-rate schedules against transformers. */
class OptimizerConformanceTest {

    @Test
    void adamwStepsLikeTorch() {
        try (CausalLM model = CausalLM.load(References.path("tied/model"), "cpu")) {
            for (JsonObject run : References.objects(References.json("adamw.json"))) {
                try (Policy policy =
                        LoraAdapter.load(model, References.path("tied/adapters/rank4"))) {
                    compare(run, policy);
                }
            }
        }
    }

    /**
     * The reference's few values stand first in the policy's vector; the others are zero, with
     * gradient zero.
     */
    private static void compare(JsonObject run, Policy policy) {
        int size = (int) policy.size();
        policy.setParameters(Arrays.copyOf(flat(run.get("parameters")), size));
        AdamW.Settings settings =
                new AdamW.Settings(
                        run.get("beta1").getAsDouble(),
                        run.get("beta2").getAsDouble(),
                        run.get("epsilon").getAsDouble(),
                        run.get("weight_decay").getAsDouble(),
                        run.get("max_gradient_norm").getAsDouble());
        try (AdamW optimizer = new AdamW(policy, settings);
                NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            for (JsonObject step : References.objects(run.get("steps"))) {
                NDArray gradient = manager.create(Arrays.copyOf(flat(step.get("gradients")), size));
                double norm = optimizer.step(gradient, step.get("learning_rate").getAsDouble());
                double expected = step.get("gradient_norm").getAsDouble();
                assertEquals(expected, norm, 1e-5 * expected, "gradient norm");
                float[] parameters = flat(step.get("parameters"));
                float[] actual = Arrays.copyOf(policy.parameters(), parameters.length);
                References.assertClose(parameters, actual, 1e-6, "parameters");
            }
        }
    }

    @Test
    void schedulesAreThoseOfTransformers() {
        for (JsonObject it : References.objects(References.json("schedules.json"))) {
            LearningRate schedule = LearningRate.named(it.get("name").getAsString());
            double floor =
                    it.get("min_lr_rate").isJsonNull() ? 0 : it.get("min_lr_rate").getAsDouble();
            double[] rates = References.doubles(it.get("rates"));
            for (int step = 0; step < rates.length; step++) {
                double rate =
                        schedule.at(
                                step,
                                it.get("learning_rate").getAsDouble(),
                                it.get("warmup_ratio").getAsDouble(),
                                it.get("steps").getAsInt(),
                                floor);
                assertEquals(rates[step], rate, 1e-18, schedule + " at step " + step);
            }
        }
    }

    /** The values of several tensors, one after the other. */
    private static float[] flat(JsonElement tensors) {
        float[] out = new float[0];
        for (JsonElement tensor : tensors.getAsJsonArray()) {
            float[] values = References.floats(tensor);
            int at = out.length;
            out = Arrays.copyOf(out, at + values.length);
            System.arraycopy(values, 0, out, at, values.length);
        }
        return out;
    }
}
