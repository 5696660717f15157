package org.tina.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.tina.data.ProblemSet;
import org.tina.generate.Completion;
import org.tina.generate.Sampler;
import org.tina.generate.SamplingParams;
import org.tina.model.CausalLM;
import org.tina.model.Policy;

/** With a random model, which solves nothing: what it is asked, and what is counted. */
class EvaluatorTest {

    private static final Path MODEL = Path.of("src/test/resources/references/tied/model");
    private static final ProblemSet PROBLEMS = ProblemSet.named("mini/test").take(5);
    private static final Benchmark BENCHMARK = new Benchmark("five", PROBLEMS, 24, 2);
    private static final SamplingParams PARAMS = SamplingParams.evaluation();

    private static CausalLM model;
    private static Policy policy;

    @BeforeAll
    static void load() {
        model = CausalLM.load(MODEL, "cpu");
        policy = Policy.frozen(model);
    }

    @AfterAll
    static void close() {
        policy.close();
        model.close();
    }

    @Test
    void asksThroughTheChatTemplate() {
        Evaluation plain = new Evaluator(policy).evaluate(BENCHMARK, PARAMS);
        assertSampled(plain, "<|bos|><|User|>%s<|Assistant|>", 2);
        Evaluation instructed =
                new Evaluator(policy)
                        .withSystemPrompt("Think. ")
                        .withSamples(3)
                        .evaluate(BENCHMARK, PARAMS);
        assertSampled(instructed, "<|bos|>Think. <|User|>%s<|Assistant|>", 3);
    }

    /** The answers are the sampler's to these prompts. */
    private static void assertSampled(Evaluation actual, String layout, int samples) {
        List<int[]> prompts = new ArrayList<>();
        PROBLEMS.forEach(p -> prompts.add(model.tokenizer().encode(layout.formatted(p.problem()))));
        List<List<Completion>> expected =
                new Sampler(policy).generate(prompts, samples, PARAMS.withMaxNewTokens(24));
        assertEquals("five", actual.name());
        assertEquals(samples, actual.samples());
        for (int i = 0; i < prompts.size(); i++) {
            assertEquals(PROBLEMS.get(i), actual.answers().get(i).problem());
            for (int j = 0; j < samples; j++) {
                assertArrayEquals(
                        expected.get(i).get(j).tokens(),
                        actual.answers().get(i).completions().get(j).tokens());
            }
        }
        assertEquals(0, actual.passAt1());
        assertTrue(actual.tokensPerSecond() > 0);
    }

    @Test
    void theSmallerCapHolds() {
        SamplingParams noStop = PARAMS.withBanned(model.stopTokens());
        Evaluator evaluator = new Evaluator(policy);
        assertEquals(24, evaluator.evaluate(BENCHMARK, noStop).meanLength());
        Evaluation shorter = evaluator.evaluate(BENCHMARK, noStop.withMaxNewTokens(9));
        assertEquals(9, shorter.meanLength());
        assertEquals(1, shorter.truncatedRate());
    }

    @Test
    void progressCountsEveryCompletionOnce() {
        List<Integer> seen = new ArrayList<>();
        new Evaluator(policy)
                .withSamples(4)
                .withProgress(
                        (done, total) -> {
                            assertEquals(20, total);
                            seen.add(done);
                        })
                .evaluate(BENCHMARK, PARAMS);
        assertEquals(IntStream.rangeClosed(1, 20).boxed().toList(), seen);
    }

    @Test
    void noSamplesAreRefused() {
        var error =
                assertThrows(
                        IllegalArgumentException.class, () -> new Evaluator(policy).withSamples(0));
        assertEquals("samples is 0, must be at least 1", error.getMessage());
    }
}
