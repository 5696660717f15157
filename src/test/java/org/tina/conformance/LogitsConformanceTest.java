package org.tina.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tina.lora.LoraAdapter;
import org.tina.model.CausalLM;
import org.tina.model.Policy;
import org.tina.model.SafeTensors;

/** Logits of whole sequences against transformers and PEFT. */
class LogitsConformanceTest {

    /** Two libtorch threads on a machine whose cores are busy are many times slower than one. */
    @BeforeAll
    static void oneThread() {
        Engine.getEngine("PyTorch");
        JniUtils.setNumThreads(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tied", "grouped", "sharded", "half"})
    void modelsAgree(String name) {
        SafeTensors expected = References.tensors(name + "/logits.safetensors");
        List<int[]> sequences = sequences(name);
        try (CausalLM model = CausalLM.load(References.path(name + "/model"), "cpu");
                Policy policy = Policy.frozen(model)) {
            for (int i = 0; i < sequences.size(); i++) {
                float[] actual = References.flat(policy.logits(sequences.get(i)));
                double tolerance = tolerance(model);
                References.assertClose(
                        expected.floats("logits." + i), actual, tolerance, name + " " + i);
                if (tolerance == References.HALF) {
                    float[] precise = expected.floats("float32.logits." + i);
                    References.assertClose(precise, actual, tolerance, name + " in float32 " + i);
                }
            }
            assertPaddedAgree(
                    expected.floats("padded.logits"), sequences, policy, tolerance(model));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tied", "sharded"})
    void fullPoliciesAreTheModel(String name) {
        SafeTensors expected = References.tensors(name + "/logits.safetensors");
        try (CausalLM model = CausalLM.load(References.path(name + "/model"), "cpu");
                Policy policy = Policy.full(model)) {
            float[] actual = References.flat(policy.logits(sequences(name).get(0)));
            References.assertClose(expected.floats("logits.0"), actual, References.FLOAT32, name);
        }
    }

    @ParameterizedTest
    @CsvSource({"tied,rank4", "tied,rank32-rslora", "grouped,rank4", "grouped,rank32-rslora"})
    void adaptersOfPeftAgreeUnmergedAndMerged(String name, String variant, @TempDir Path folder)
            throws Exception {
        SafeTensors expected =
                References.tensors(name + "/adapters/" + variant + ".logits.safetensors");
        Path merged = folder.resolve("merged");
        try (CausalLM model = CausalLM.load(References.path(name + "/model"), "cpu");
                LoraAdapter adapter =
                        LoraAdapter.load(model, References.path(name + "/adapters/" + variant))) {
            assertPaddedAgree(
                    expected.floats("padded.logits"), sequences(name), adapter, tolerance(model));
            model.save(merged, adapter);
            adapter.save(folder.resolve("again"));
            try (Policy off = adapter.reference()) {
                float[] base = References.tensors(name + "/logits.safetensors").floats("logits.0");
                float[] actual = References.flat(off.logits(sequences(name).get(0)));
                References.assertClose(base, actual, tolerance(model), "adapter off");
            }
        }
        try (CausalLM model = CausalLM.load(merged, "cpu");
                Policy policy = Policy.frozen(model)) {
            assertPaddedAgree(
                    expected.floats("merged.padded.logits"),
                    sequences(name),
                    policy,
                    tolerance(model));
        }
        assertSameTensors(
                References.path(name + "/adapters/" + variant + "/adapter_model.safetensors"),
                folder.resolve("again/adapter_model.safetensors"));
    }

    private static void assertSameTensors(Path expected, Path actual) {
        SafeTensors a = SafeTensors.open(expected);
        SafeTensors b = SafeTensors.open(actual);
        assertEquals(a.entries().keySet(), b.entries().keySet());
        for (String name : a.entries().keySet()) {
            assertArrayEquals(a.floats(name), b.floats(name), name);
        }
    }

    /** Row i of a left-padded batch ends with the logits of sequence i. */
    private static void assertPaddedAgree(
            float[] padded, List<int[]> sequences, Policy policy, double tolerance) {
        int vocabulary = policy.model().config().vocabSize();
        int row = padded.length / sequences.size();
        for (int i = 0; i < sequences.size(); i++) {
            int values = sequences.get(i).length * vocabulary;
            float[] expected = Arrays.copyOfRange(padded, (i + 1) * row - values, (i + 1) * row);
            float[] actual = References.flat(policy.logits(sequences.get(i)));
            References.assertClose(expected, actual, tolerance, "padded row " + i);
        }
    }

    private static List<int[]> sequences(String name) {
        return References.rows(
                References.json(name + "/tokens.json").getAsJsonObject().get("sequences"));
    }

    private static double tolerance(CausalLM model) {
        return model.config().dtype().equals("float32") ? References.FLOAT32 : References.HALF;
    }
}
