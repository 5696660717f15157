package org.tina.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tina.lora.LoraAdapter;
import org.tina.lora.LoraConfig;
import org.tina.model.CausalLM;
import org.tina.model.ModelConfig;
import org.tina.model.Policy;
import org.tina.model.SafeTensors;

/** Against the tensor program, which is held to transformers. */
class JavaDecoderTest {

    private static final Path REFERENCES = Path.of("src/test/resources/references");

    @AfterEach
    void useWhatSuits() {
        System.clearProperty("tina.decoder");
        System.clearProperty("tina.products");
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
    @Timeout(60)
    void rowsGoOnInABatchThatHasNone() throws InterruptedException {
        SamplingParams params = SamplingParams.of(1, 60);
        int[] prompt = {20, 21, 22};
        try (CausalLM model = CausalLM.load(REFERENCES.resolve("tied/model"), "cpu");
                Policy policy = Policy.frozen(model)) {
            List<Row> rows =
                    IntStream.range(0, 6)
                            .mapToObj(n -> new Row(prompt, 0, n, params.seed()))
                            .toList();
            Handover<JavaBatch.Begun> handover = new Handover<>();
            handover.begin(); // by a third, so that the idle one waits for the busy one to begin
            AtomicBoolean third = new AtomicBoolean(true);
            Set<Thread> threads = ConcurrentHashMap.newKeySet();
            Sampler.Listener listener =
                    (p, number, tokens) -> {
                        threads.add(Thread.currentThread());
                        if (third.getAndSet(false)) {
                            handover.end();
                        }
                    };
            Supplier<Batch> batch =
                    () ->
                            new JavaBatch(
                                    model,
                                    ArrayWeights.of(policy),
                                    params,
                                    10_000,
                                    new Team(1),
                                    handover,
                                    listener);
            Thread idle = new Thread(batch.get()::run);
            idle.start();
            while (!handover.isAwaited() && idle.isAlive()) {
                Thread.onSpinWait();
            }
            Batch busy = batch.get();
            busy.add(rows);
            busy.run();
            idle.join();
            assertEquals(Set.of(idle, Thread.currentThread()), threads);
            var alone = new Sampler(policy).generate(List.of(prompt), 6, params).get(0);
            for (Row row : rows) {
                Completion expected = alone.get(row.number());
                assertArrayEquals(expected.tokens(), row.completion().tokens());
                assertArrayEquals(expected.logProbs(), row.completion().logProbs());
            }
        }
    }

    /** The truth is a float32 copy of the model, with the same adapter. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {"none", "rank4", "rank32-rslora"})
    void aHalfPrecisionModelIsMoreExactThanInTheProgram(String variant, @TempDir Path copy)
            throws Exception {
        Path half = REFERENCES.resolve("grouped");
        writeFloat32(half.resolve("model"), copy);
        Path adapter = variant == null ? null : half.resolve("adapters/" + variant);
        int[] tokens = new int[70];
        Arrays.setAll(tokens, i -> 10 + i * 7 % 60);
        try (CausalLM exact = CausalLM.load(copy, "cpu");
                Policy truth = policy(exact, adapter);
                CausalLM model = CausalLM.load(half.resolve("model"), "cpu");
                Policy policy = policy(model, adapter)) {
            float[][] expected = truth.logits(tokens);
            double ours = error(expected, stepByStep(policy, tokens));
            double programs = error(expected, policy.logits(tokens));
            assertTrue(ours < 5e-3, "relative error " + ours);
            assertTrue(ours < programs, ours + " in Java, " + programs + " in the program");
        }
    }

    private static Policy policy(CausalLM model, Path adapter) {
        return adapter == null ? Policy.frozen(model) : LoraAdapter.load(model, adapter);
    }

    /** Logits after each token but those of the prompt, which are null. */
    private static float[][] stepByStep(Policy policy, int[] tokens) {
        int prompt = 37;
        CausalLM model = policy.model();
        var decoder = new JavaDecoder(model, ArrayWeights.of(policy), 8, new Team(2));
        KeyValueCache[] cache = {decoder.newCache()};
        decoder.prefill(Arrays.copyOf(tokens, prompt), cache[0]);
        float[][] logits = new float[tokens.length][];
        for (int i = prompt; i < tokens.length; i++) {
            logits[i] = decoder.step(1, new int[] {tokens[i]}, cache)[0].clone();
        }
        return logits;
    }

    private static double error(float[][] expected, float[][] actual) {
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            for (int j = 0; actual[i] != null && j < expected[i].length; j++) {
                largest = Math.max(largest, Math.abs(expected[i][j]));
                difference = Math.max(difference, Math.abs(expected[i][j] - actual[i][j]));
            }
        }
        return difference / largest;
    }

    private static void writeFloat32(Path model, Path copy) throws Exception {
        SafeTensors from = SafeTensors.open(model.resolve("model.safetensors"));
        List<SafeTensors.Tensor> tensors = new ArrayList<>();
        for (SafeTensors.Entry entry : from.entries().values()) {
            tensors.add(
                    SafeTensors.Tensor.of(
                            entry.name(),
                            SafeTensors.DType.F32,
                            entry.shape(),
                            () -> from.floats(entry.name())));
        }
        SafeTensors.write(copy.resolve("model.safetensors"), Map.of("format", "pt"), tensors);
        String config = Files.readString(model.resolve("config.json"));
        Files.writeString(copy.resolve("config.json"), config.replace("bfloat16", "float32"));
    }

    @Test
    void smallModelsDecodeInJavaAndHalfPrecisionWhereItIsSlowInLibtorch() {
        try (CausalLM model = CausalLM.load(REFERENCES.resolve("tied/model"), "cpu");
                CausalLM half = CausalLM.load(REFERENCES.resolve("grouped/model"), "cpu");
                Policy small = Policy.frozen(model);
                Policy inHalf = Policy.frozen(half)) {
            assertTrue(JavaDecoder.suits(small, 500));
            System.setProperty("tina.products", "widened");
            assertTrue(JavaDecoder.suits(inHalf, 500));
            System.setProperty("tina.products", "plain");
            assertFalse(JavaDecoder.suits(inHalf, 1));
            System.setProperty("tina.decoder", "program");
            assertFalse(JavaDecoder.suits(small, 1));
            System.setProperty("tina.decoder", "jav");
            var error =
                    assertThrows(IllegalArgumentException.class, () -> JavaDecoder.suits(small, 1));
            assertTrue(error.getMessage().contains("'java'"), error::getMessage);
        }
    }

    /** Its weights come from memory at each step; those that change are laid out anew each time. */
    @Test
    void aFewRowsOfALargerModelDecodeInJava(@TempDir Path directory) throws Exception {
        var config =
                new ModelConfig(64, 512, 1024, 1, 8, 2, 64, 1e-6, 10_000, 512, true, "float32");
        Files.writeString(directory.resolve("config.json"), config.toJson());
        CausalLM.initialize(directory, 1);
        try (CausalLM model = CausalLM.load(directory, "cpu");
                Policy frozen = Policy.frozen(model);
                Policy learning = Policy.full(model)) {
            assertTrue(model.parameters() > 2_000_000);
            System.setProperty("tina.products", "packed");
            assertTrue(JavaDecoder.suits(frozen, 8));
            assertFalse(JavaDecoder.suits(frozen, 9));
            assertFalse(JavaDecoder.suits(learning, 8));
            System.setProperty("tina.products", "onednn");
            assertFalse(JavaDecoder.suits(frozen, 8));
        }
    }
}
