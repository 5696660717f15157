package org.tina.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tina.lora.LoraAdapter;
import org.tina.model.CausalLM;
import org.tina.model.Group;
import org.tina.model.Policy;

/** With small random models; {@code GreedyConformanceTest} has transformers as its witness. */
class SamplerTest {

    private static final Path REFERENCES = Path.of("src/test/resources/references");
    private static final int VOCABULARY = 160;
    private static final int LONGEST = 256; // max_position_embeddings
    private static final int EOS = 2;

    private static CausalLM model;
    private static Policy policy;

    @BeforeAll
    static void load() {
        model = CausalLM.load(REFERENCES.resolve("tied/model"), "cpu");
        policy = Policy.frozen(model);
    }

    @AfterAll
    static void close() {
        policy.close();
        model.close();
    }

    // ---------------------------------------------------------------- batches and seeds

    @Test
    void aCompletionDoesNotDependOnItsBatch() {
        SamplingParams params = SamplingParams.of(0.8, 40).withTopP(0.95);
        List<int[]> prompts = prompts(5);
        var together = new Sampler(policy).generate(prompts, 3, params);
        var inTurns = new Sampler(policy, 300).generate(prompts, 3, params);
        var oneByOne = new Sampler(policy, 1).generate(prompts, 3, params);
        assertSameTokens(together, inTurns);
        assertSameTokens(together, oneByOne);
    }

    @Test
    void logProbsAreThePolicysAtTheTemperature() {
        List<int[]> prompts = prompts(7);
        SamplingParams filtered = SamplingParams.of(0.8, 40).withTopP(0.9);
        var completions = new Sampler(policy).generate(prompts, 2, filtered);
        for (int p = 0; p < prompts.size(); p++) {
            for (Completion completion : completions.get(p)) {
                Group group = Group.of(prompts.get(p), List.of(completion.tokens()));
                assertArrayEquals(policy.logProbs(group, 0.8), completion.logProbs(), 1e-4f);
            }
        }
    }

    @Test
    void theSeedDecides() {
        SamplingParams params = SamplingParams.of(1, 20);
        var first = generate(params.withSeed(1));
        assertSameTokens(first, generate(params.withSeed(1)));
        var other = generate(params.withSeed(2));
        for (int p = 0; p < first.size(); p++) {
            int[] tokens = first.get(p).get(0).tokens();
            assertFalse(Arrays.equals(tokens, other.get(p).get(0).tokens()), "another seed");
            assertFalse(Arrays.equals(tokens, first.get(p).get(1).tokens()), "another completion");
        }
    }

    @Test
    void noPromptsGiveNoCompletions() {
        assertEquals(
                List.of(), new Sampler(policy).generate(List.of(), 2, SamplingParams.of(1, 5)));
    }

    @Test
    void theListenerHearsEveryTokenInOrder() {
        Map<String, List<Integer>> heard = new ConcurrentHashMap<>();
        var completions =
                new Sampler(policy)
                        .generate(
                                prompts(5),
                                4,
                                SamplingParams.of(3, 70),
                                (prompt, completion, tokens) -> {
                                    assertTrue(tokens.length > 0);
                                    var list =
                                            heard.computeIfAbsent(
                                                    prompt + "/" + completion,
                                                    key -> new ArrayList<>());
                                    Arrays.stream(tokens).forEach(list::add);
                                });
        assertEquals(20, heard.size());
        for (int p = 0; p < completions.size(); p++) {
            for (int i = 0; i < completions.get(p).size(); i++) {
                assertEquals(tokens(completions.get(p).get(i)), heard.get(p + "/" + i));
            }
        }
    }

    // ---------------------------------------------------------------- which token is drawn

    @Test
    void firstTokensAreDrawnByTheirProbability() {
        int draws = 4000;
        int[] prompt = prompts(1).get(0);
        double[] expected = softmax(policy.logits(prompt)[prompt.length - 1], 1);
        int[] counts = new int[VOCABULARY];
        new Sampler(policy)
                .generate(List.of(prompt), draws, SamplingParams.of(1, 1))
                .get(0)
                .forEach(completion -> counts[completion.tokens()[0]]++);

        // Pearson's chi-square, rare tokens counted as one; its mean is the degrees of freedom
        double chiSquare = 0;
        int freedom = 0;
        double rareExpected = 0;
        int rareCount = 0;
        for (int token = 0; token < VOCABULARY; token++) {
            if (expected[token] * draws >= 5) {
                chiSquare += squaredError(counts[token], expected[token] * draws);
                freedom++;
            } else {
                rareExpected += expected[token] * draws;
                rareCount += counts[token];
            }
        }
        chiSquare += squaredError(rareCount, rareExpected);
        assertTrue(freedom >= 10, freedom + " tokens are frequent enough to be counted");
        assertTrue(
                chiSquare < freedom + 4 * Math.sqrt(2.0 * freedom),
                "chi-square " + chiSquare + " with " + freedom + " degrees of freedom");
    }

    private static double squaredError(double count, double expected) {
        return (count - expected) * (count - expected) / expected;
    }

    @Test
    void theMostLikelyOfOneIsGreedy() {
        assertSameTokens(
                generate(SamplingParams.greedy(40)),
                generate(SamplingParams.of(1, 40).withTopK(1)));
    }

    @ParameterizedTest
    @CsvSource({
        // temperature, topP, topK, minP
        "1.0, 1.0, 5, 0.0",
        "0.7, 1.0, 20, 0.0",
        "1.0, 0.8, 0, 0.0",
        "0.6, 0.5, 0, 0.0",
        "1.0, 1.0, 0, 0.2",
        "1.5, 1.0, 0, 0.05",
        "1.2, 0.7, 12, 0.1",
    })
    void onlyAllowedTokensAreDrawn(double temperature, double topP, int topK, double minP) {
        SamplingParams plain = SamplingParams.of(temperature, 20);
        SamplingParams filtered = plain.withTopP(topP).withTopK(topK).withMinP(minP);
        assertEquals(0, forbidden(generate(filtered), filtered), "of the filtered tokens");
        assertNotEquals(0, forbidden(generate(plain), filtered), "of the tokens without a filter");
    }

    @ParameterizedTest
    @CsvSource({"1.0, 1.0, 0, 0.0", "0.7, 0.8, 0, 0.0", "1.5, 1.0, 0, 0.3", "1.2, 0.9, 12, 0.1"})
    void theDistributionIsThatOfTheDraws(double temperature, double topP, int topK, double minP) {
        int draws = 4000;
        int[] prompt = prompts(1).get(0);
        SamplingParams params =
                SamplingParams.of(temperature, 1).withTopP(topP).withTopK(topK).withMinP(minP);
        SamplingParams banned = params.withBanned(List.of(3, most(policy.logits(prompt))));
        float[] p = new Sampler(policy).distribution(prompt, banned);
        int[] counts = new int[VOCABULARY];
        new Sampler(policy)
                .generate(List.of(prompt), draws, banned)
                .get(0)
                .forEach(completion -> counts[completion.tokens()[0]]++);

        assertEquals(1, IntStream.range(0, p.length).mapToDouble(i -> p[i]).sum(), 1e-5);
        for (int token = 0; token < VOCABULARY; token++) {
            double spread = Math.sqrt(p[token] * (1 - p[token]) / draws);
            assertEquals(p[token], (double) counts[token] / draws, 5 * spread, "token " + token);
        }
    }

    @Test
    void greedyIsCertain() {
        int[] prompt = prompts(1).get(0);
        int best = most(policy.logits(prompt));
        SamplingParams greedy = SamplingParams.greedy(1);
        assertEquals(1, new Sampler(policy).distribution(prompt, greedy)[best]);
        assertEquals(
                0,
                new Sampler(policy).distribution(prompt, greedy.withBanned(List.of(best)))[best]);
    }

    /** The most likely token after a text. */
    private static int most(float[][] logits) {
        float[] last = logits[logits.length - 1];
        return IntStream.range(0, last.length)
                .boxed()
                .max(Comparator.comparingDouble(i -> last[i]))
                .orElseThrow();
    }

    /** How many tokens of the completions of {@link #generate} the filters do not allow. */
    private static int forbidden(List<List<Completion>> completions, SamplingParams params) {
        int count = 0;
        for (int p = 0; p < completions.size(); p++) {
            int[] prompt = prompts(completions.size()).get(p);
            for (Completion completion : completions.get(p)) {
                int[] tokens = completion.tokens();
                float[][] logits = policy.logits(concat(prompt, tokens));
                for (int i = 0; i < tokens.length; i++) {
                    double[] probabilities =
                            softmax(logits[prompt.length - 1 + i], params.temperature());
                    count += allowed(tokens[i], probabilities, params) ? 0 : 1;
                }
            }
        }
        return count;
    }

    /** The filters one after the other, by their definitions; rounding is forgiven. */
    private static boolean allowed(int token, double[] probabilities, SamplingParams params) {
        double slack = 1e-4;
        double own = probabilities[token];
        double[] sorted =
                Arrays.stream(probabilities)
                        .boxed()
                        .sorted(Comparator.reverseOrder())
                        .mapToDouble(Double::doubleValue)
                        .toArray();
        int k = params.topK() == 0 ? sorted.length : params.topK();
        double kept = Arrays.stream(sorted, 0, k).sum();
        double moreLikely = Arrays.stream(sorted, 0, k).filter(p -> p > own + slack * own).sum();
        return own >= sorted[k - 1] * (1 - slack)
                && moreLikely / kept < params.topP() + slack
                && own >= params.minP() * sorted[0] * (1 - slack);
    }

    @Test
    void bannedTokensAreNeverDrawn() {
        List<Integer> even = IntStream.range(0, VOCABULARY / 2).map(i -> 2 * i).boxed().toList();
        for (SamplingParams params :
                List.of(
                        SamplingParams.greedy(30),
                        SamplingParams.of(5, 30),
                        SamplingParams.of(1, 30).withTopK(4))) {
            assertTrue(all(generate(params)).anyMatch(even::contains));
            assertTrue(all(generate(params.withBanned(even))).noneMatch(even::contains));
        }
    }

    // ---------------------------------------------------------------- where a completion ends

    @Test
    void aStopTokenEndsACompletion() {
        int finished = 0;
        for (List<Completion> completions :
                new Sampler(policy).generate(prompts(6), 8, SamplingParams.of(5, 60))) {
            for (Completion completion : completions) {
                List<Integer> tokens = tokens(completion);
                int stop = tokens.indexOf(EOS);
                assertEquals(completion.finished(), stop >= 0);
                assertEquals(completion.finished() ? stop + 1 : 60, completion.length());
                assertEquals(completion.length(), completion.logProbs().length);
                int[] visible =
                        completion.finished()
                                ? Arrays.copyOf(completion.tokens(), stop)
                                : completion.tokens();
                assertEquals(model.tokenizer().decode(visible, true), completion.text());
                finished += completion.finished() ? 1 : 0;
            }
        }
        assertTrue(finished > 0 && finished < 48, finished + " of 48 completions finished");
    }

    @Test
    void aCompletionMayEndAtOnce() {
        List<Integer> allButEos =
                IntStream.range(0, VOCABULARY).filter(token -> token != EOS).boxed().toList();
        Completion completion =
                generate(SamplingParams.of(1, 10).withBanned(allButEos)).get(0).get(0);
        assertArrayEquals(new int[] {EOS}, completion.tokens());
        assertTrue(completion.finished());
        assertEquals("", completion.text());
    }

    @Test
    void theCapsHold() {
        SamplingParams endless = SamplingParams.of(1, 1).withBanned(List.of(EOS));
        for (int cap : new int[] {1, 7, 150}) {
            assertCutOff(cap, generate(endless.withMaxNewTokens(cap)));
        }
        int[] almostFull = new int[LONGEST - 6];
        Arrays.fill(almostFull, 20);
        assertCutOff(
                6,
                new Sampler(policy)
                        .generate(List.of(almostFull), 2, endless.withMaxNewTokens(1000)));
    }

    private static void assertCutOff(int length, List<List<Completion>> completions) {
        for (List<Completion> group : completions) {
            for (Completion completion : group) {
                assertEquals(length, completion.length());
                assertFalse(completion.finished());
            }
        }
    }

    // ---------------------------------------------------------------- adapters

    /** A float32 adapter is merged for decoding, a bfloat16 one stays beside its weights. */
    @ParameterizedTest
    @CsvSource({"tied, 1e-4", "grouped, 2e-2"})
    void decodingGoesThroughTheAdapter(String name, double tolerance) {
        SamplingParams greedy = SamplingParams.greedy(20);
        try (CausalLM base = CausalLM.load(REFERENCES.resolve(name + "/model"), "cpu");
                LoraAdapter adapter =
                        LoraAdapter.load(base, REFERENCES.resolve(name + "/adapters/rank4"));
                Policy off = adapter.reference()) {
            var with = new Sampler(adapter).generate(prompts(4), 1, greedy);
            var without = new Sampler(off).generate(prompts(4), 1, greedy);
            for (int p = 0; p < with.size(); p++) {
                int[] prompt = prompts(4).get(p);
                assertGreedy(adapter, prompt, with.get(p).get(0), tolerance);
                assertGreedy(off, prompt, without.get(p).get(0), tolerance);
                assertNotEquals(
                        without.get(p).get(0).logProbs()[0],
                        with.get(p).get(0).logProbs()[0],
                        tolerance);
            }
            adapter.setParameters(new float[(int) adapter.size()]); // B = 0: no adapter
            assertSameTokens(without, new Sampler(adapter).generate(prompts(4), 1, greedy));
        }
    }

    /**
     * Each token's logit is the largest and gives the token's log-probability, but for rounding: a
     * part of the largest size of a logit.
     */
    private static void assertGreedy(
            Policy policy, int[] prompt, Completion completion, double tolerance) {
        int[] tokens = completion.tokens();
        float[][] logits = policy.logits(concat(prompt, tokens));
        for (int i = 0; i < tokens.length; i++) {
            float[] row = logits[prompt.length - 1 + i];
            double largest = Double.NEGATIVE_INFINITY;
            double size = 0;
            for (float logit : row) {
                largest = Math.max(largest, logit);
                size = Math.max(size, Math.abs(logit));
            }
            assertEquals(largest, row[tokens[i]], tolerance * size, "logit of token " + i);
            assertEquals(
                    Math.log(softmax(row, 1)[tokens[i]]),
                    completion.logProbs()[i],
                    tolerance * size,
                    "log-probability of token " + i);
        }
    }

    // ---------------------------------------------------------------- what can go wrong

    @Test
    void errorsNameThePromptAndWhatIsAllowed() {
        SamplingParams params = SamplingParams.of(1, 5);
        assertError("prompt 1 has 0 tokens, must have 1 to 255", params, new int[0]);
        assertError("prompt 1 has 256 tokens, must have 1 to 255", params, new int[LONGEST]);
        assertError("prompt 1 has token id 160, must be 0 to 159", params, new int[] {5, 160});
        assertError("prompt 1 has token id -1, must be 0 to 159", params, new int[] {-1});
        SamplingParams banned = params.withBanned(List.of(5, 160));
        assertError("banned has token id 160, must be 0 to 159", banned, new int[] {5});
        var error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new Sampler(policy).generate(prompts(1), 0, params));
        assertEquals("n is 0, must be at least 1", error.getMessage());
    }

    private static void assertError(String message, SamplingParams params, int[] prompt) {
        var error =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                new Sampler(policy)
                                        .generate(List.of(new int[] {7}, prompt), 1, params));
        assertTrue(error.getMessage().startsWith(message), error::getMessage);
    }

    @Test
    @Timeout(60)
    void damagedWeightsAreAnError() {
        try (Policy damaged = Policy.full(model)) {
            float[] parameters = damaged.parameters();
            parameters[0] = Float.NaN;
            damaged.setParameters(parameters);
            for (SamplingParams params :
                    List.of(
                            SamplingParams.greedy(20),
                            SamplingParams.of(1, 20),
                            SamplingParams.of(1, 20).withTopP(0.9).withTopK(5))) {
                var error =
                        assertThrows(
                                IllegalStateException.class,
                                () -> new Sampler(damaged).generate(prompts(3), 2, params));
                assertTrue(error.getMessage().contains("not finite"), error::getMessage);
            }
        }
    }

    /** A call's cache takes 9 MB here, so a forgotten one shows after a few calls. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void memoryStaysFlat() throws IOException {
        int[] prompt = new int[100];
        Arrays.fill(prompt, 20);
        SamplingParams params = SamplingParams.of(1, 2);
        long before = 0;
        for (int call = 0; call < 35; call++) {
            if (call == 5) {
                before = residentMegabytes();
            }
            new Sampler(policy).generate(List.of(prompt), 256, params);
        }
        long growth = residentMegabytes() - before;
        assertTrue(growth < 64, "memory grew by " + growth + " MB");
    }

    private static long residentMegabytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
            }
        }
        throw new IllegalStateException("no VmRSS");
    }

    // ---------------------------------------------------------------- helpers

    /** Three completions of each of four prompts. */
    private static List<List<Completion>> generate(SamplingParams params) {
        return new Sampler(policy).generate(prompts(4), 3, params);
    }

    /** Prompts of 1 to 9 tokens, which do not depend on how many there are. */
    private static List<int[]> prompts(int n) {
        List<int[]> prompts = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int first = 10 + i;
            int[] prompt = new int[1 + i * 5 % 9];
            Arrays.setAll(prompt, j -> first + j * 7 % 60);
            prompts.add(prompt);
        }
        return prompts;
    }

    private static void assertSameTokens(
            List<List<Completion>> expected, List<List<Completion>> actual) {
        assertEquals(expected.size(), actual.size());
        for (int p = 0; p < expected.size(); p++) {
            assertEquals(
                    expected.get(p).stream().map(SamplerTest::tokens).toList(),
                    actual.get(p).stream().map(SamplerTest::tokens).toList());
        }
    }

    private static IntStream all(List<List<Completion>> completions) {
        return completions.stream()
                .flatMap(List::stream)
                .flatMapToInt(completion -> Arrays.stream(completion.tokens()));
    }

    private static List<Integer> tokens(Completion completion) {
        return Arrays.stream(completion.tokens()).boxed().toList();
    }

    private static int[] concat(int[] a, int[] b) {
        return IntStream.concat(Arrays.stream(a), Arrays.stream(b)).toArray();
    }

    private static double[] softmax(float[] logits, double temperature) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double[] p = new double[logits.length];
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            p[i] = Math.exp((logits[i] - largest) / temperature);
            sum += p[i];
        }
        double total = sum;
        return Arrays.stream(p).map(value -> value / total).toArray();
    }
}
