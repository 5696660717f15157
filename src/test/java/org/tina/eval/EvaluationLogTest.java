package org.tina.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tina.data.ProblemSet;
import org.tina.generate.SamplingParams;
import org.tina.lora.LoraAdapter;
import org.tina.model.CausalLM;
import org.tina.model.Policy;

/** With a random model: what is in the files, and that nothing is sampled twice. */
class EvaluationLogTest {

    private static final Path TIED = Path.of("src/test/resources/references/tied");
    private static final Benchmark FIVE =
            new Benchmark("mini/test", ProblemSet.named("mini/test").take(5), 12, 1);
    private static final SamplingParams PARAMS = SamplingParams.evaluation().withTopP(1);

    private static CausalLM model;
    private static Policy policy;

    @TempDir Path directory;

    private final List<String> notes = new ArrayList<>();
    private int sampled;
    private Path lines;
    private String whole;

    @BeforeAll
    static void load() {
        model = CausalLM.load(TIED.resolve("model"), "cpu");
        policy = Policy.frozen(model);
    }

    @AfterAll
    static void close() {
        policy.close();
        model.close();
    }

    /** A finished evaluation of two samples in a directory. */
    @BeforeEach
    void finish() throws IOException {
        lines = directory.resolve(EvaluationLog.COMPLETIONS);
        evaluator(2).evaluate(FIVE, PARAMS, directory);
        whole = Files.readString(lines);
        assertEquals(10, sampled);
        sampled = 0;
    }

    private Evaluator evaluator(int samples) {
        return new Evaluator(policy)
                .withSamples(samples)
                .withProgress(
                        new Evaluator.Progress() {
                            @Override
                            public void update(int done, int total) {
                                sampled++;
                            }

                            @Override
                            public void note(String line) {
                                notes.add(line);
                            }
                        });
    }

    @Test
    void aLineTellsAll() {
        String first = whole.lines().toList().get(0);
        assertTrue(
                first.startsWith(
                        "{\"problem\":0,\"seed\":42,\"sample\":0,\"correct\":false,\"lenient\":"),
                first);
        for (String key : List.of("formatted", "answer", "gold", "tokens", "finished", "text")) {
            assertTrue(first.contains("\"" + key + "\":"), key);
        }
        assertTrue(first.contains("\"question\":\"" + FIVE.problems().get(0).problem() + "\""));
    }

    @Test
    void theLogChangesNothing() {
        Evaluation logged = evaluator(2).evaluate(FIVE, PARAMS, directory);
        Evaluation plain = evaluator(2).evaluate(FIVE, PARAMS);
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 2; j++) {
                assertEquals(text(plain, i, j), text(logged, i, j));
            }
        }
        assertEquals(plain.meanLength(), logged.meanLength());
        assertEquals(plain.truncatedRate(), logged.truncatedRate());
        assertTrue(logged.tokensPerSecond() > 0);
    }

    private static String text(Evaluation evaluation, int problem, int sample) {
        return evaluation.answers().get(problem).completions().get(sample).text();
    }

    @Test
    void whatIsFinishedIsNotSampledAgain() throws IOException {
        Evaluation again = evaluator(1).evaluate(FIVE, PARAMS, directory);
        assertEquals(0, sampled);
        assertEquals(1, again.samples());
        assertEquals(whole, Files.readString(lines));
        assertEquals(List.of(directory + ": 5 of 5 completions are there already"), notes);
    }

    @Test
    void moreSamplesAndSeedsAreThoseOfALargerEvaluation() throws IOException {
        evaluator(4).evaluate(FIVE, PARAMS, directory);
        assertEquals(10, sampled);
        evaluator(1).evaluate(FIVE, PARAMS.withSeed(7), directory);
        assertEquals(15, sampled);

        Path atOnce = directory.resolve("at-once");
        evaluator(1).evaluate(FIVE, PARAMS.withSeed(7), atOnce);
        evaluator(4).evaluate(FIVE, PARAMS, atOnce);
        assertEquals(
                Files.readString(atOnce.resolve(EvaluationLog.COMPLETIONS)),
                Files.readString(lines));
        Repeated both = EvaluationLog.read(directory);
        assertEquals(List.of(1, 4), both.runs().stream().map(Evaluation::samples).toList());
    }

    /** Killed after three completions, in the middle of the fourth line. */
    @Test
    void whatWasKilledGoesOn() throws IOException {
        List<String> all = new ArrayList<>(whole.lines().toList());
        List<String> kept = List.of(all.get(6), all.get(1), all.get(9)); // as they happened to end
        Files.writeString(lines, String.join("\n", kept) + "\n" + all.get(3).substring(0, 40));
        evaluator(2).evaluate(FIVE, PARAMS, directory);
        assertEquals(7, sampled);
        assertEquals(whole, Files.readString(lines));
        assertEquals(lines + ": line 4 is torn, its completion is left out", notes.get(0));
        assertEquals(directory + ": 3 of 10 completions are there already", notes.get(1));
    }

    @Test
    void aLastLineThatOnlyLacksItsEndIsTornToo() throws IOException {
        Files.writeString(lines, whole.stripTrailing());
        evaluator(2).evaluate(FIVE, PARAMS, directory);
        assertEquals(1, sampled);
        assertEquals(whole, Files.readString(lines));
    }

    @Test
    void aDamagedLineBeforeTheLastIsNamed() throws IOException {
        Files.writeString(lines, whole.replaceFirst("\"tokens\":\\d+,", ""));
        assertRefused(FIVE, PARAMS, "line 1 is no completion");
    }

    @Test
    void anotherEvaluationIsRefusedByTheSettingThatDiffers() throws IOException {
        assertRefused(FIVE, PARAMS.withTemperature(0.8), "temperature is 0.6 there, now it is 0.8");
        assertRefused(FIVE, PARAMS.withTopK(3), "top_k is 0 there");
        assertRefused(FIVE, PARAMS.withMaxNewTokens(9), "max_new_tokens is 12 there");
        assertRefused(FIVE.take(3), PARAMS, "problems is 5 there, now it is 3");
        Evaluator instructed = evaluator(2).withSystemPrompt("Think. ");
        assertRefused(instructed, FIVE, PARAMS, "prompts (problems, instruction, system message");
        try (LoraAdapter adapter = LoraAdapter.load(model, TIED.resolve("adapters/rank4"))) {
            assertRefused(new Evaluator(adapter), FIVE, PARAMS, "policy_weights (what was trained");
        }
        assertEquals(whole, Files.readString(lines));
    }

    private void assertRefused(Benchmark benchmark, SamplingParams params, String why) {
        assertRefused(evaluator(2), benchmark, params, why);
    }

    private void assertRefused(
            Evaluator evaluator, Benchmark benchmark, SamplingParams params, String why) {
        var error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> evaluator.evaluate(benchmark, params, directory));
        assertTrue(error.getMessage().contains(why), error::getMessage);
        assertTrue(error.getMessage().contains(directory.toString()), error::getMessage);
        assertEquals(0, sampled);
    }

    @Test
    void settingsThatAreMissingOrDamagedAreNamed() throws IOException {
        Path settings = directory.resolve(EvaluationLog.SETTINGS);
        Files.writeString(settings, "{\"settings\": 3");
        assertRefused(FIVE, PARAMS, "evaluation.json: is not an evaluation's");
        Files.delete(settings);
        assertRefused(FIVE, PARAMS, "settings are not known without evaluation.json");
    }

    @Test
    void oneAtATimeWrites() {
        try (EvaluationLog open =
                EvaluationLog.open(
                        directory, FIVE, EvaluationLog.settings(directory), notes::add)) {
            assertRefused(FIVE, PARAMS, "another evaluation writes there");
        }
    }

    @Test
    void regradingChangesVerdictsOnly() throws IOException {
        String answer = "so \\\\boxed{" + FIVE.problems().get(0).solution().replace("$", "") + "}";
        String right =
                whole.replaceFirst(
                        "\"text\":\".*\"}",
                        Matcher.quoteReplacement("\"text\":\"" + answer + "\"}"));
        Files.writeString(lines, right.replace("\"lenient\":false", "\"lenient\":true"));
        Repeated regraded = EvaluationLog.regrade(directory, notes::add);
        assertEquals(0.1, regraded.passAt1(), 1e-12);
        String after = Files.readString(lines);
        assertTrue(after.startsWith("{\"problem\":0,\"seed\":42,\"sample\":0,\"correct\":true"));
        assertEquals(whole.substring(whole.indexOf('\n')), after.substring(after.indexOf('\n')));
        assertTrue(
                Files.readString(directory.resolve("evaluation.json")).contains("\"pass@1\": 0.1"));
        assertEquals(regraded.figures(), EvaluationLog.read(directory).figures());
        assertEquals(List.of(), notes);
    }

    @Test
    void anUnfinishedOneIsNoResult() throws IOException {
        Files.writeString(lines, whole.substring(0, whole.indexOf('\n') + 1));
        var error =
                assertThrows(IllegalArgumentException.class, () -> EvaluationLog.read(directory));
        assertTrue(error.getMessage().contains("not all completions"), error::getMessage);
        error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> EvaluationLog.regrade(directory, notes::add));
        assertTrue(error.getMessage().contains("not all completions"), error::getMessage);
    }
}
