package org.tina.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tina.lora.LoraAdapter;
import org.tina.lora.LoraConfig;
import org.tina.model.CausalLM;
import org.tina.model.Policy;

/** Against the tensor program, which is held to transformers. */
class JavaDecoderTest {

    private static final Path REFERENCES = Path.of("src/test/resources/references");

    @AfterEach
    void useWhatSuits() {
        System.clearProperty("tina.decoder");
    }

    @ParameterizedTest
    @CsvSource({
        "tied, 1, 1, 0, 0",
        "tied, 1, 0.9, 0, 0.02",
        "tied, 0.7, 1, 5, 0",
        "half, 1, 1, 0, 0",
        "half, 0, 1, 0, 0",
        "sharded, 1.3, 0.8, 20, 0"
    })
    void itDrawsWhatTheProgramDraws(
            String name, double temperature, double topP, int topK, double minP) {
        try (CausalLM model = CausalLM.load(REFERENCES.resolve(name + "/model"), "cpu");
                Policy base = Policy.frozen(model);
                Policy full = Policy.full(model)) {
            SamplingParams params =
                    new SamplingParams(temperature, topP, topK, minP, 150, 3, List.of(3, 7));
            float[] parameters = full.parameters();
            for (int i = 0; i < parameters.length; i++) {
                parameters[i] *= 1 + 0.1f * (float) Math.sin(i);
            }
            full.setParameters(parameters);
            assertSame(base, params);
            assertSame(full, params);
        }
    }

    @Test
    void anAdapterIsFoldedIn() {
        try (CausalLM model = CausalLM.load(REFERENCES.resolve("sharded/model"), "cpu");
                LoraAdapter adapter = LoraAdapter.inject(model, LoraConfig.tina(), 1)) {
            float[] parameters = adapter.parameters();
            for (int i = 0; i < parameters.length; i++) {
                parameters[i] += 0.05f * (float) Math.sin(i);
            }
            adapter.setParameters(parameters);
            assertSame(adapter, SamplingParams.of(1, 60));
        }
    }

    private static void assertSame(Policy policy, SamplingParams params) {
        int[] longPrompt = new int[30];
        Arrays.setAll(longPrompt, i -> 10 + i * 7 % 60);
        List<int[]> prompts = List.of(new int[] {20}, longPrompt, new int[] {11, 12, 13});
        System.setProperty("tina.decoder", "java");
        var ours = new Sampler(policy).generate(prompts, 5, params);
        System.setProperty("tina.decoder", "program");
        var theirs = new Sampler(policy).generate(prompts, 5, params);
        for (int p = 0; p < prompts.size(); p++) {
            for (int c = 0; c < 5; c++) {
                Completion expected = theirs.get(p).get(c);
                Completion actual = ours.get(p).get(c);
                assertArrayEquals(expected.tokens(), actual.tokens(), "prompt " + p);
                assertArrayEquals(expected.logProbs(), actual.logProbs(), 1e-4f, "prompt " + p);
                assertEquals(expected.text(), actual.text());
                assertEquals(expected.finished(), actual.finished());
            }
        }
    }

    @Test
    void smallModelsDecodeInJava() {
        try (CausalLM model = CausalLM.load(REFERENCES.resolve("tied/model"), "cpu");
                CausalLM half = CausalLM.load(REFERENCES.resolve("grouped/model"), "cpu")) {
            assertTrue(JavaDecoder.suits(model));
            assertFalse(JavaDecoder.suits(half));
            System.setProperty("tina.decoder", "program");
            assertFalse(JavaDecoder.suits(model));
            System.setProperty("tina.decoder", "jav");
            var error =
                    assertThrows(IllegalArgumentException.class, () -> JavaDecoder.suits(model));
            assertTrue(error.getMessage().contains("'java'"), error::getMessage);
        }
    }
}
