package org.tina.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tina.lora.LoraAdapter;
import org.tina.model.CausalLM;
import org.tina.model.Group;
import org.tina.model.Policy;
import org.tina.model.SafeTensors;

/**
 * Losses, their statistics and gradients against plain torch. A gradient has the layout of the
 * policy's parameters, so it gets its tensors' names by being saved as if it were these.
 *
 * <p>Each gradient is computed three times, with and without checkpointing: libtorch specialises a
 * program on its later calls, and did so wrongly at ties before the executor's optimiser was
 * switched off.
 */
class GradientConformanceTest {

    private static final float[] NONE = {};

    @TempDir Path folder;

    /** Two libtorch threads on a machine whose cores are busy are many times slower than one. */
    @BeforeAll
    static void oneThread() {
        Engine.getEngine("PyTorch");
        JniUtils.setNumThreads(1);
    }

    static Stream<String> cases() {
        return References.objects(References.json("grpo/cases.json")).stream()
                .map(c -> c.get("name").getAsString());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void grpo(String name) throws IOException {
        JsonObject setting = setting(name);
        SafeTensors expected = References.tensors("grpo/" + name + ".safetensors");
        List<Sample> samples = samples(setting);
        float[] weights = weights(setting, samples);
        double temperature = setting.get("temperature").getAsDouble();
        Path directory = References.path(setting.get("model").getAsString() + "/model");
        try (CausalLM model = CausalLM.load(directory, "cpu");
                Policy policy = policy(model, setting);
                Policy reference = policy.reference()) {
            float[] logProbs = concat(samples, s -> policy.logProbs(s.group, temperature));
            References.assertClose(
                    unpadded(expected, "log_probs"), logProbs, References.FLOAT32, "log-probs");
            float[] ref = new float[0];
            if (setting.get("beta").getAsDouble() > 0) {
                ref = concat(samples, s -> reference.logProbs(s.group, temperature));
                References.assertClose(
                        unpadded(expected, "ref_log_probs"),
                        ref,
                        References.FLOAT32,
                        "reference log-probs");
            }
            float[] old =
                    setting.get("off_policy").getAsBoolean()
                            ? unpadded(expected, "old_log_probs")
                            : NONE;
            for (boolean checkpointing : new boolean[] {false, true, false}) {
                Sum sum = new Sum((int) policy.size());
                int from = 0;
                for (Sample s : samples) {
                    int to = from + s.group.targets().length;
                    sum.add(
                            policy,
                            s.group,
                            s.advantages,
                            Arrays.copyOfRange(weights, from, to),
                            part(ref, from, to),
                            part(old, from, to),
                            objective(setting),
                            checkpointing);
                    from = to;
                }
                assertStatistics(setting.getAsJsonObject("results"), sum, weights.length);
                assertGradient(expected, policy, sum.theta);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tied", "sharded"})
    void supervised(String name) throws IOException {
        JsonObject reference = References.json("sft/sft.json").getAsJsonObject();
        List<Group> rows =
                References.objects(reference.get("rows")).stream()
                        .map(
                                r ->
                                        Group.of(
                                                References.ints(r.get("prompt")),
                                                List.of(References.ints(r.get("target")))))
                        .toList();
        int tokens = rows.stream().mapToInt(row -> row.targets().length).sum();
        try (CausalLM model = CausalLM.load(References.path(name + "/model"), "cpu");
                Policy policy = Policy.full(model)) {
            Sum sum = new Sum((int) policy.size());
            for (Group row : rows) { // an advantage of 1 on-policy has the gradient of -log p
                float[] ones = filled(row.targets().length, 1);
                float[] weights = filled(row.targets().length, 1f / tokens);
                Policy.Objective plain = new Policy.Objective(1, 0.2, 0.2, 0, 0);
                sum.add(policy, row, ones, weights, NONE, NONE, plain, false);
            }
            double loss = reference.getAsJsonObject("loss").get(name).getAsDouble();
            assertEquals(loss, -sum.weightedLogProb, 1e-4 * loss);
            assertGradient(References.tensors("sft/" + name + ".safetensors"), policy, sum.theta);
        }
    }

    /** A group with each token's advantage. */
    private record Sample(Group group, float[] advantages) {}

    /** Gradients and statistics of several groups, added. */
    private static final class Sum {
        final float[] theta;
        double loss;
        double weightedLogProb;
        double kl;
        double entropy;
        double low;
        double high;

        Sum(int size) {
            theta = new float[size];
        }

        void add(
                Policy policy,
                Group group,
                float[] advantages,
                float[] weights,
                float[] ref,
                float[] old,
                Policy.Objective objective,
                boolean checkpointing) {
            try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
                Policy.Gradient part =
                        policy.gradient(
                                manager,
                                group,
                                advantages,
                                weights,
                                ref,
                                old,
                                objective,
                                1,
                                checkpointing);
                float[] values = part.theta().toFloatArray();
                for (int i = 0; i < theta.length; i++) {
                    theta[i] += values[i];
                }
                loss += part.loss();
                weightedLogProb += part.weightedLogProb();
                kl += part.kl();
                entropy += part.entropy();
                low += part.clippedLow();
                high += part.clippedHigh();
            }
        }
    }

    private static void assertStatistics(JsonObject expected, Sum sum, int tokens) {
        double loss = expected.get("loss").getAsDouble();
        assertEquals(loss, sum.loss, 1e-4 * Math.max(0.1, Math.abs(loss)), "loss");
        double entropy = expected.get("entropy").getAsDouble();
        assertEquals(entropy, sum.entropy / tokens, 1e-4 * entropy, "entropy");
        double kl = expected.has("kl") ? expected.get("kl").getAsDouble() : 0;
        assertEquals(kl, sum.kl / tokens, 1e-4 * kl, "kl");
        assertEquals(
                expected.get("clip_ratio/low_mean").getAsDouble(), sum.low / tokens, 1e-6, "low");
        assertEquals(
                expected.get("clip_ratio/high_mean").getAsDouble(),
                sum.high / tokens,
                1e-6,
                "high");
    }

    private void assertGradient(SafeTensors expected, Policy policy, float[] gradient)
            throws IOException {
        SafeTensors actual = named(policy, gradient);
        int compared = 0;
        for (String name : expected.entries().keySet()) {
            if (name.startsWith("gradient.")) {
                String parameter = name.substring("gradient.".length());
                References.assertClose(
                        expected.floats(name),
                        actual.floats(parameter),
                        References.FLOAT32,
                        parameter);
                compared++;
            }
        }
        assertEquals(actual.entries().size(), compared, "every trained tensor has been compared");
    }

    private SafeTensors named(Policy policy, float[] gradient) throws IOException {
        float[] parameters = policy.parameters();
        policy.setParameters(gradient);
        Path directory = folder.resolve("gradient" + System.nanoTime());
        try {
            if (policy instanceof LoraAdapter adapter) {
                adapter.save(directory);
                return SafeTensors.open(directory.resolve("adapter_model.safetensors"));
            }
            policy.model().save(directory, policy);
            return SafeTensors.open(directory.resolve("model.safetensors"));
        } finally {
            policy.setParameters(parameters);
        }
    }

    // ---------------------------------------------------------------- what a case says

    private static JsonObject setting(String name) {
        return References.objects(References.json("grpo/cases.json")).stream()
                .filter(c -> c.get("name").getAsString().equals(name))
                .findAny()
                .orElseThrow();
    }

    private static Policy policy(CausalLM model, JsonObject setting) {
        if (setting.get("adapter").isJsonNull()) {
            return Policy.full(model);
        }
        String adapter =
                setting.get("model").getAsString()
                        + "/adapters/"
                        + setting.get("adapter").getAsString();
        return LoraAdapter.load(model, References.path(adapter));
    }

    private static List<Sample> samples(JsonObject setting) {
        JsonObject groups = References.json("grpo/groups.json").getAsJsonObject();
        List<Sample> out = new ArrayList<>();
        setting.getAsJsonArray("groups")
                .forEach(
                        name -> {
                            JsonObject group = groups.getAsJsonObject(name.getAsString());
                            Group laid =
                                    Group.of(
                                            References.ints(group.get("prompt")),
                                            References.rows(group.get("completions")));
                            out.add(
                                    new Sample(
                                            laid,
                                            laid.perToken(
                                                    References.doubles(group.get("advantages")))));
                        });
        return out;
    }

    private static Policy.Objective objective(JsonObject setting) {
        return new Policy.Objective(
                setting.get("temperature").getAsDouble(),
                setting.get("epsilon").getAsDouble(),
                setting.get("epsilon_high").getAsDouble(),
                setting.get("delta").isJsonNull() ? 0 : setting.get("delta").getAsDouble(),
                setting.get("beta").getAsDouble());
    }

    /** What each token's loss counts for under the case's loss type. */
    private static float[] weights(JsonObject setting, List<Sample> samples) {
        int[] lengths =
                samples.stream().flatMapToInt(s -> Arrays.stream(s.group.lengths())).toArray();
        int tokens = Arrays.stream(lengths).sum();
        int cap = setting.get("max_completion_length").getAsInt();
        float[] out = new float[tokens];
        int at = 0;
        for (int length : lengths) {
            double weight =
                    switch (setting.get("loss_type").getAsString()) {
                        case "grpo" -> 1.0 / lengths.length / length;
                        case "bnpo", "dapo" -> 1.0 / tokens;
                        case "dr_grpo" -> 1.0 / lengths.length / cap;
                        default -> throw new IllegalArgumentException(setting.toString());
                    };
            Arrays.fill(out, at, at + length, (float) weight);
            at += length;
        }
        return out;
    }

    /** The values [rows, longest] of a file where its mask is 1. */
    private static float[] unpadded(SafeTensors file, String name) {
        float[] values = file.floats(name);
        float[] mask = file.floats("mask");
        float[] out = new float[values.length];
        int at = 0;
        for (int i = 0; i < values.length; i++) {
            if (mask[i] > 0) {
                out[at++] = values[i];
            }
        }
        return Arrays.copyOf(out, at);
    }

    private static float[] concat(List<Sample> samples, Function<Sample, float[]> values) {
        float[] out = new float[0];
        for (Sample sample : samples) {
            float[] more = values.apply(sample);
            int at = out.length;
            out = Arrays.copyOf(out, at + more.length);
            System.arraycopy(more, 0, out, at, more.length);
        }
        return out;
    }

    private static float[] part(float[] values, int from, int to) {
        return values.length == 0 ? values : Arrays.copyOfRange(values, from, to);
    }

    private static float[] filled(int length, float value) {
        float[] out = new float[length];
        Arrays.fill(out, value);
        return out;
    }
}
