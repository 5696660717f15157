package org.tina.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.Gson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tina.lora.LoraAdapter;
import org.tina.lora.LoraConfig;
import org.tina.model.CausalLM;
import org.tina.model.Policy;

/**
 * transformers and PEFT load what this library writes, and compute the same logits from it.
 *
 * <p>Needs a Python with both: {@code mvn verify -Dgroups=slow -DexcludedGroups=
 * -Dtina.python=/path/to/python}.
 */
@Tag("slow")
class WrittenConformanceTest {

    private static final String PYTHON = System.getProperty("tina.python");

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"tied", "grouped", "sharded", "half"})
    void adaptersAndMergedModels(String name) throws Exception {
        Path base = References.path(name + "/model");
        LoraConfig config =
                LoraConfig.tina()
                        .withRank(6)
                        .withAlpha(9)
                        .withRsLora(true)
                        .withTargets("k_proj", "o_proj", "up_proj");
        try (CausalLM model = CausalLM.load(base, "cpu");
                LoraAdapter adapter = LoraAdapter.inject(model, config)) {
            disturb(adapter);
            Path logits = writeLogits(adapter, name);
            adapter.save(folder.resolve("adapter"));
            check("adapter", logits, name, "--base", base.toString());
            model.save(folder.resolve("merged"), adapter);
            check("merged", logits, name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tied", "grouped", "sharded", "half"})
    void fullyTrainedModels(String name) throws Exception {
        try (CausalLM model = CausalLM.load(References.path(name + "/model"), "cpu");
                Policy policy = Policy.full(model)) {
            disturb(policy);
            Path logits = writeLogits(policy, name);
            model.save(folder.resolve("full"), policy);
            check("full", logits, name);
        }
    }

    /** Moves every parameter, so that nothing is as it was loaded or zero. */
    private static void disturb(Policy policy) {
        Random random = new Random(1);
        float[] values = policy.parameters();
        for (int i = 0; i < values.length; i++) {
            values[i] += (float) (0.05 * random.nextGaussian());
        }
        policy.setParameters(values);
    }

    private Path writeLogits(Policy policy, String name) throws IOException {
        int[] tokens =
                References.rows(
                                References.json(name + "/tokens.json")
                                        .getAsJsonObject()
                                        .get("sequences"))
                        .get(0);
        Path file = folder.resolve("logits.json");
        Files.writeString(
                file, new Gson().toJson(Map.of("tokens", tokens, "logits", policy.logits(tokens))));
        return file;
    }

    private void check(String written, Path logits, String name, String... more) throws Exception {
        assumeTrue(PYTHON != null, "-Dtina.python is not set");
        boolean half = name.equals("grouped") || name.equals("half");
        List<String> command = new ArrayList<>(List.of(PYTHON, "src/test/python/check_written.py"));
        command.addAll(List.of(folder.resolve(written).toString(), logits.toString()));
        command.addAll(
                List.of(
                        "--tolerance",
                        String.valueOf(half ? References.HALF : References.FLOAT32)));
        command.addAll(List.of(more));
        Path log = folder.resolve("log");
        Process python =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        assertEquals(0, python.waitFor(), () -> read(log));
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
