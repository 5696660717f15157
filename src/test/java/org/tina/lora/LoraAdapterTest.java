package org.tina.lora;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tina.generate.Completion;
import org.tina.generate.Sampler;
import org.tina.generate.SamplingParams;
import org.tina.grpo.AdamW;
import org.tina.mini.TinyModel;
import org.tina.model.CausalLM;
import org.tina.model.Group;
import org.tina.model.ModelConfig;
import org.tina.model.ModelFormatException;
import org.tina.model.Policy;
import org.tina.model.SafeTensors;
import tech.tablesaw.api.Table;

class LoraAdapterTest {

    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final String CONFIG = "adapter_config.json";
    private static final LoraConfig SMALL = LoraConfig.tina().withRank(4).withAlpha(8);
    private static final Group TEXT =
            Group.of(new int[] {1, 2, 3}, List.of(new int[] {65, 66, 67, 68}, new int[] {70}));

    @TempDir static Path base;
    private static CausalLM model;

    @TempDir Path folder;

    @BeforeAll
    static void load() throws IOException {
        model = CausalLM.load(TinyModel.write(base, 3), "cpu");
    }

    @AfterAll
    static void close() {
        model.close();
    }

    // ---------------------------------------------------------------- how it starts

    /** The paper's adapter on its base model, whose shape is known without its weights. */
    @Test
    void theTableOfTinasAdapterAddsUpToItsParameters() {
        Table table = LoraConfig.tina().table(ModelConfig.tina());
        assertEquals(7, table.rowCount());
        assertEquals("self_attn.k_proj", table.stringColumn("module").get(1));
        assertEquals("256 × 1536", table.stringColumn("W").get(1));
        assertEquals("32 × 1536", table.stringColumn("A").get(1));
        assertEquals("256 × 32", table.stringColumn("B").get(1));
        assertEquals(28 * 32 * (1536 + 256), table.longColumn("parameters").get(1));
        assertEquals(36_929_536, table.longColumn("parameters").sum());
        assertEquals(36_929_536, LoraConfig.tina().parameters(ModelConfig.tina()));
    }

    @Test
    void startsAsTheModelWithKaimingAAndZeroB() throws IOException {
        try (LoraAdapter adapter = LoraAdapter.inject(model, SMALL)) {
            adapter.save(folder);
            assertArrayEquals(offLogProbs(), adapter.logProbs(TEXT, 1), 1e-5f);
        }
        SafeTensors file = SafeTensors.open(folder.resolve(WEIGHTS));
        assertEquals(2 * 7 * 2, file.entries().size());
        for (SafeTensors.Entry entry : file.entries().values()) {
            double largest = 0;
            for (float value : file.floats(entry.name())) {
                largest = Math.max(largest, Math.abs(value));
            }
            if (entry.name().contains("lora_B")) {
                assertEquals(0, largest, entry.name());
            } else {
                double bound = 1 / Math.sqrt(entry.shape()[1]);
                assertTrue(largest <= bound && largest > 0.9 * bound, entry.name());
            }
        }
    }

    @Test
    void theSeedDecidesA() {
        try (LoraAdapter one = LoraAdapter.inject(model, SMALL, 1);
                LoraAdapter again = LoraAdapter.inject(model, SMALL, 1);
                LoraAdapter other = LoraAdapter.inject(model, SMALL, 2)) {
            assertArrayEquals(one.parameters(), again.parameters());
            assertFalse(Arrays.equals(one.parameters(), other.parameters()));
        }
    }

    // ---------------------------------------------------------------- training and files

    @Test
    void aScaledAdapterCorrectsByAsMuchMoreOrLess() {
        try (LoraAdapter adapter = LoraAdapter.inject(model, SMALL)) {
            Random random = new Random(5);
            float[] theta = adapter.parameters();
            for (int i = 0; i < theta.length; i++) {
                theta[i] = (float) random.nextGaussian() * 0.1f;
            }
            adapter.setParameters(theta);
            LoraConfig half = SMALL.withAlpha(SMALL.alpha() / 2);
            try (LoraAdapter off = adapter.scaled(0);
                    LoraAdapter same = adapter.scaled(1);
                    LoraAdapter scaled = adapter.scaled(0.5);
                    LoraAdapter expected = LoraAdapter.inject(model, half)) {
                expected.setParameters(theta);
                assertArrayEquals(offLogProbs(), off.logProbs(TEXT, 1), 1e-5f);
                assertArrayEquals(theta, same.parameters());
                assertArrayEquals(expected.logProbs(TEXT, 1), scaled.logProbs(TEXT, 1), 1e-5f);
                assertArrayEquals(theta, adapter.parameters(), "it is a copy");
            }
            assertThrows(IllegalArgumentException.class, () -> adapter.scaled(Double.NaN));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "all-linear",
                "q_proj",
                "v_proj",
                "o_proj",
                "down_proj",
                "up_proj",
                "k_proj,gate_proj",
                "q_proj,v_proj",
                "self_attn.q_proj,mlp.down_proj"
            })
    void anyTargetsTrainAndRoundTrip(String targets) throws IOException {
        LoraConfig config = SMALL.withTargets(targets.split(",")).withRsLora(true);
        try (LoraAdapter adapter = LoraAdapter.inject(model, config)) {
            float[] before = adapter.parameters();
            float likely = sum(adapter.logProbs(TEXT, 1));
            learn(adapter, 3);
            assertFalse(Arrays.equals(before, adapter.parameters()));
            assertTrue(sum(adapter.logProbs(TEXT, 1)) > likely, "what it was taught is likelier");
            adapter.save(folder);
            try (LoraAdapter loaded = LoraAdapter.load(model, folder)) {
                assertEquals(config, loaded.config());
                assertArrayEquals(adapter.parameters(), loaded.parameters());
                assertArrayEquals(adapter.logProbs(TEXT, 1), loaded.logProbs(TEXT, 1));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 32, 100})
    void anyRankRoundTrips(int rank) throws IOException {
        try (LoraAdapter adapter = LoraAdapter.inject(model, LoraConfig.tina().withRank(rank))) {
            disturb(adapter);
            adapter.save(folder);
            try (LoraAdapter loaded = LoraAdapter.load(model, folder)) {
                assertArrayEquals(adapter.parameters(), loaded.parameters());
            }
        }
    }

    @Test
    void decodingMergesWithoutDrift() {
        float[] off = offLogProbs();
        try (LoraAdapter adapter = LoraAdapter.inject(model, SMALL)) {
            disturb(adapter);
            float[] theta = adapter.parameters();
            float[] on = adapter.logProbs(TEXT, 1);
            int[] decoded = greedy(adapter);
            for (int i = 0; i < 10; i++) {
                learn(adapter, 1);
                greedy(adapter);
            }
            assertArrayEquals(off, offLogProbs(), "the model is as it was, to the bit");
            assertFalse(Arrays.equals(on, adapter.logProbs(TEXT, 1)), "the adapter is not");
            adapter.setParameters(theta);
            assertArrayEquals(on, adapter.logProbs(TEXT, 1));
            assertArrayEquals(decoded, greedy(adapter));
        }
    }

    @Test
    void decodingFollowsTheParameters() {
        try (LoraAdapter adapter = LoraAdapter.inject(model, SMALL)) {
            int[] fresh = greedy(adapter);
            disturb(adapter);
            int[] disturbed = greedy(adapter);
            assertFalse(Arrays.equals(fresh, disturbed), "what was merged is stale");
        }
    }

    // ---------------------------------------------------------------- files that do not fit

    @Test
    void anAdapterForAnotherModelIsRefused() throws IOException {
        String layer = "base_model.model.model.layers.1.";
        save(SMALL);
        SafeTensors file = SafeTensors.open(folder.resolve(WEIGHTS));
        List<SafeTensors.Tensor> oneMissing = new ArrayList<>();
        List<SafeTensors.Tensor> oneWider = new ArrayList<>();
        List<SafeTensors.Tensor> oneMore = new ArrayList<>();
        for (SafeTensors.Entry entry : file.entries().values()) {
            SafeTensors.Tensor tensor = tensor(entry.name(), entry.shape());
            boolean chosen = entry.name().equals(layer + "mlp.down_proj.lora_A.weight");
            if (!chosen) {
                oneMissing.add(tensor);
            }
            oneWider.add(chosen ? tensor(entry.name(), 4, 49) : tensor);
            oneMore.add(tensor);
        }
        oneMore.add(tensor("base_model.model.lm_head.lora_A.weight", 4, 32));
        for (List<SafeTensors.Tensor> wrong : List.of(oneMissing, oneWider)) {
            SafeTensors.write(folder.resolve(WEIGHTS), Map.of(), wrong);
            assertRefused(WEIGHTS, layer + "mlp.down_proj.lora_A.weight", "another model");
        }
        SafeTensors.write(folder.resolve(WEIGHTS), Map.of(), oneMore);
        assertRefused(WEIGHTS, "lm_head.lora_A.weight", "no place");
    }

    @Test
    void missingFilesAreNamed() throws IOException {
        assertRefused(CONFIG);
        save(SMALL);
        Files.delete(folder.resolve(WEIGHTS));
        assertRefused(WEIGHTS);
    }

    /** Each line: a key of adapter_config.json and a value that means another adapter. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "peft_type       | \"VERA\"",
                "use_dora        | true",
                "fan_in_fan_out  | true",
                "bias            | \"all\"",
                "lora_bias       | true",
                "modules_to_save | [\"lm_head\"]",
                "rank_pattern    | {\"q_proj\": 8}",
                "alpha_pattern   | {\"q_proj\": 8}",
                "layers_to_transform | [0]",
                "exclude_modules | \"q_proj\"",
                "target_modules  | [\"lm_head\"]",
                "target_modules  | []",
                "target_modules  | null",
                "target_modules  | \"(\"",
                "target_modules  | \"nothing\"",
                "r               | 0",
                "r               | \"four\"",
                "lora_alpha      | -1",
                "lora_dropout    | 1",
            })
    void whatCannotBeHonouredIsRefusedByName(String key, String value) throws IOException {
        save(SMALL);
        configure(key, value);
        String named = key.equals("r") && value.equals("0") ? "lora_r" : key;
        String shown = JsonParser.parseString(value).toString().replaceAll("[\\[\\]\"]", "");
        assertRefused(CONFIG, named, shown);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "\"all-linear\"                        ; all-linear",
                "\".*\\\\.(q|v)_proj\"                 ; q_proj,v_proj",
                "\"model\\\\.layers\\\\.\\\\d+\\\\.mlp\\\\.down_proj\" ; down_proj",
                "[\"v_proj\", \"q_proj\"]              ; q_proj,v_proj",
            })
    void targetsCanBeNamesOrAnExpression(String written, String targets) throws IOException {
        LoraConfig config = SMALL.withTargets(targets.split(","));
        save(config);
        configure("target_modules", written);
        try (LoraAdapter loaded = LoraAdapter.load(model, folder)) {
            assertEquals(config, loaded.config());
        }
    }

    @Test
    void settingsThatAreOffDoNotMatter() throws IOException {
        save(SMALL);
        for (String off : Set.of("modules_to_save", "layers_to_transform", "exclude_modules")) {
            configure(off, "null");
        }
        configure("some_setting_of_a_later_version", "false");
        LoraAdapter.load(model, folder).close();
    }

    // ---------------------------------------------------------------- helpers

    private void save(LoraConfig config) throws IOException {
        try (LoraAdapter adapter = LoraAdapter.inject(model, config)) {
            adapter.save(folder);
        }
    }

    /** Sets one key of the saved adapter_config.json. */
    private void configure(String key, String json) throws IOException {
        Path file = folder.resolve(CONFIG);
        var config = JsonParser.parseString(Files.readString(file));
        config.getAsJsonObject().add(key, JsonParser.parseString(json));
        Files.writeString(file, config.toString());
    }

    private static SafeTensors.Tensor tensor(String name, long... shape) {
        float[] zeros = new float[(int) (shape[0] * shape[1])];
        return SafeTensors.Tensor.of(name, SafeTensors.DType.F32, shape, () -> zeros);
    }

    private void assertRefused(String... said) {
        var error = assertThrows(ModelFormatException.class, () -> LoraAdapter.load(model, folder));
        for (String part : said) {
            String message = error.getMessage().replace("\"", "");
            assertTrue(message.contains(part), message + " says " + part);
        }
    }

    private static void disturb(Policy policy) {
        Random random = new Random(1);
        float[] values = policy.parameters();
        for (int i = 0; i < values.length; i++) {
            values[i] += (float) (0.1 * random.nextGaussian());
        }
        policy.setParameters(values);
    }

    /** Teaches a policy the text, by steps of its gradient. */
    private static void learn(Policy policy, int steps) {
        float[] ones = TEXT.perToken(new double[] {1, 1});
        Policy.Objective plain = new Policy.Objective(1, 0.2, 0.2, 0, 0);
        try (AdamW optimizer = new AdamW(policy, AdamW.Settings.defaults());
                NDManager manager = policy.newManager()) {
            for (int i = 0; i < steps; i++) {
                var gradient =
                        policy.gradient(
                                manager,
                                TEXT,
                                ones,
                                ones,
                                new float[0],
                                new float[0],
                                plain,
                                i,
                                false);
                optimizer.step(gradient.theta(), 1e-3);
            }
        }
    }

    private static int[] greedy(Policy policy) {
        List<List<Completion>> out =
                new Sampler(policy)
                        .generate(List.of(new int[] {5, 6, 7}), 1, SamplingParams.greedy(16));
        return out.get(0).get(0).tokens();
    }

    private static float[] offLogProbs() {
        try (Policy off = Policy.frozen(model)) {
            return off.logProbs(TEXT, 1);
        }
    }

    private static float sum(float[] values) {
        float sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum;
    }
}
