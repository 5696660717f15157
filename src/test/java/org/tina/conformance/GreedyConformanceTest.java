package org.tina.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import com.google.gson.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tina.generate.Sampler;
import org.tina.generate.SamplingParams;
import org.tina.model.CausalLM;
import org.tina.model.Policy;

/** The cached decoding of prompts of different lengths against transformers' generate. */
class GreedyConformanceTest {

    @AfterEach
    void useWhatSuits() {
        System.clearProperty("tina.decoder");
    }

    @ParameterizedTest
    @CsvSource({
        "tied, java",
        "tied, program",
        "grouped, java",
        "grouped, program",
        "sharded, java",
        "sharded, program",
        "half, java",
        "half, program"
    })
    void tokensAreTransformers(String name, String decoder) {
        System.setProperty("tina.decoder", decoder);
        List<JsonObject> expected =
                References.objects(
                        References.json(name + "/tokens.json").getAsJsonObject().get("greedy"));
        List<int[]> prompts = expected.stream().map(o -> References.ints(o.get("prompt"))).toList();
        try (CausalLM model = CausalLM.load(References.path(name + "/model"), "cpu");
                Policy policy = Policy.frozen(model)) {
            SamplingParams params = SamplingParams.greedy(64).withBanned(model.stopTokens());
            var actual = new Sampler(policy).generate(prompts, 1, params);
            for (int i = 0; i < prompts.size(); i++) {
                assertArrayEquals(
                        References.ints(expected.get(i).get("tokens")),
                        actual.get(i).get(0).tokens(),
                        name + " prompt " + i);
            }
        }
    }
}
