package org.tina.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tina.model.CausalLM;
import org.tina.model.Group;
import org.tina.model.Policy;

class SamplerTest {
    static final Path REFS = Path.of("src/test/resources/references");

    @Test
    void greedyIsTransformers() throws Exception {
        for (String name : List.of("tied", "sharded", "grouped", "half")) {
            JsonObject o =
                    JsonParser.parseString(
                                    Files.readString(REFS.resolve(name).resolve("tokens.json")))
                            .getAsJsonObject();
            try (CausalLM model = CausalLM.load(REFS.resolve(name).resolve("model"), "cpu");
                    Policy policy = Policy.frozen(model)) {
                List<int[]> prompts = new ArrayList<>();
                for (var e : o.getAsJsonArray("greedy"))
                    prompts.add(ints(e.getAsJsonObject().getAsJsonArray("prompt")));
                var got =
                        new Sampler(policy)
                                .generate(
                                        prompts,
                                        1,
                                        SamplingParams.greedy(64).withBanned(model.stopTokens()));
                for (int i = 0; i < prompts.size(); i++)
                    assertArrayEquals(
                            ints(
                                    o.getAsJsonArray("greedy")
                                            .get(i)
                                            .getAsJsonObject()
                                            .getAsJsonArray("tokens")),
                            got.get(i).get(0).tokens(),
                            name);
            }
        }
    }

    static int[] ints(JsonArray a) {
        int[] r = new int[a.size()];
        for (int i = 0; i < r.length; i++) r[i] = a.get(i).getAsInt();
        return r;
    }

    @Test
    void batching() throws Exception {
        try (CausalLM model = CausalLM.load(REFS.resolve("tied/model"), "cpu");
                Policy policy = Policy.frozen(model)) {
            List<int[]> prompts = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                int[] p = new int[1 + (i * 5) % 9];
                Arrays.setAll(p, j -> 10 + j * 7 % 60);
                prompts.add(p);
            }
            SamplingParams params = SamplingParams.of(0.8, 60).withTopP(0.95);
            var big = new Sampler(policy).generate(prompts, 3, params);
            var small = new Sampler(policy, 400).generate(prompts, 3, params);
            var tiny = new Sampler(policy, 1).generate(prompts, 3, params);
            for (int p = 0; p < 7; p++)
                for (int i = 0; i < 3; i++) {
                    System.out.println(
                            big.get(p).get(i).length() + " " + big.get(p).get(i).finished());
                    assertArrayEquals(big.get(p).get(i).tokens(), small.get(p).get(i).tokens());
                    assertArrayEquals(big.get(p).get(i).tokens(), tiny.get(p).get(i).tokens());
                    float[] lp =
                            policy.logProbs(
                                    Group.of(prompts.get(p), List.of(big.get(p).get(i).tokens())),
                                    0.8);
                    assertArrayEquals(lp, big.get(p).get(i).logProbs(), 1e-4f);
                }
        }
    }
}
