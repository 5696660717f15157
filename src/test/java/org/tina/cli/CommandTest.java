package org.tina.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tina.generate.Sampler;
import org.tina.generate.SamplingParams;
import org.tina.lora.LoraAdapter;
import org.tina.mini.ModelFiles;
import org.tina.model.CausalLM;
import org.tina.model.Policy;
import org.tina.model.SafeTensors;
import org.tina.model.Tokenizer;
import org.tina.recipe.Recipe;

class CommandTest {

    private static final Path TIED = Path.of("src/test/resources/references/tied");
    private static final String MODEL = TIED.resolve("model").toString();
    private static final String ADAPTER = TIED.resolve("adapters/rank4").toString();

    @TempDir Path directory;

    private record Ended(int code, String out, String err) {
        List<String> errLines() {
            return err.lines().toList();
        }
    }

    private static Ended run(String... arguments) {
        return run(new StringWriter(), arguments);
    }

    private static Ended run(Writer err, String... arguments) {
        StringWriter out = new StringWriter();
        int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
        return new Ended(code, out.toString(), err.toString());
    }

    @AfterEach
    void anyDevice() {
        System.clearProperty("tina.device");
    }

    // ---------------------------------------------------------------- help

    @ParameterizedTest
    @ValueSource(
            strings = {
                "generate",
                "score",
                "train",
                "eval",
                "evaluate",
                "export",
                "pretrain",
                "recipes",
                "bench"
            })
    void everyCommandExplainsItselfWithAnExample(String command) {
        Ended help = run(command, "--help");
        assertEquals(0, help.code);
        String usage = "environment/tina " + command.replace("evaluate", "eval");
        assertTrue(help.out.contains("Usage: " + usage), help.out);
        assertTrue(
                help.out.contains("Examples:" + System.lineSeparator() + "  " + usage), help.out);
        assertTrue(help.out.contains("--device"), help.out);
    }

    @Test
    void versionIsKnown() {
        Ended version = run("--version");
        assertEquals(0, version.code);
        assertTrue(version.out.startsWith("Tina for Java"), version.out);
    }

    // ---------------------------------------------------------------- generate

    /** The sampler's greedy tokens are held against transformers elsewhere. */
    @Test
    void generateStreamsTheGreedyText() {
        String expected;
        try (CausalLM model = CausalLM.load(Path.of(MODEL));
                Policy policy = Policy.frozen(model)) {
            int[] prompt = model.tokenizer().encode("^l2XS");
            expected =
                    new Sampler(policy)
                            .generate(List.of(prompt), 1, SamplingParams.greedy(40))
                            .get(0)
                            .get(0)
                            .text();
        }
        Ended ended =
                run(
                        "generate",
                        "--model",
                        MODEL,
                        "--raw",
                        "--greedy",
                        "--max-new-tokens",
                        "40",
                        "--prompt",
                        "^l2XS");
        assertEquals(0, ended.code, ended.err);
        assertEquals(expected + System.lineSeparator(), ended.out);
        assertTrue(ended.err.matches("40 tokens in .* tokens/s; 1 of 1 cut off.*\\R"), ended.err);
    }

    @Test
    void severalCompletionsComeEachUnderItsNumber() {
        Ended ended =
                run(
                        "generate",
                        "--model",
                        MODEL,
                        "--adapter",
                        ADAPTER,
                        "--prompt",
                        "ab",
                        "--system",
                        "c",
                        "--n",
                        "2",
                        "--max-new-tokens",
                        "3",
                        "--temperature",
                        "1",
                        "--top-p",
                        "0.9",
                        "--top-k",
                        "5",
                        "--min-p",
                        "0.1",
                        "--seed",
                        "7");
        assertEquals(0, ended.code, ended.err);
        assertTrue(ended.out.startsWith("[1 of 2]"), ended.out);
        assertTrue(ended.out.contains("[2 of 2]"), ended.out);
    }

    // ---------------------------------------------------------------- score

    @Test
    void scoresAreTransformersLogProbabilities() throws IOException {
        JsonElement sequences = json(TIED.resolve("tokens.json")).get("sequences");
        StringBuilder rows = new StringBuilder("{\"input_ids\": [7]}\n");
        sequences.getAsJsonArray().forEach(s -> rows.append("{\"input_ids\": " + s + "}\n"));
        Path input = Files.writeString(directory.resolve("rows.jsonl"), rows);
        Path output = directory.resolve("scored.jsonl");

        Ended ended =
                run("score", "--model", MODEL, "--input", "" + input, "--output", "" + output);

        assertEquals(0, ended.code, ended.err);
        assertEquals("", ended.out);
        List<String> lines = Files.readAllLines(output);
        assertEquals("{\"input_ids\":[7],\"logprobs\":[null],\"sum\":0.0}", lines.get(0));
        SafeTensors reference = SafeTensors.open(TIED.resolve("logits.safetensors"));
        for (int s = 0; s < sequences.getAsJsonArray().size(); s++) {
            int[] ids = ints(sequences.getAsJsonArray().get(s));
            JsonObject line = JsonParser.parseString(lines.get(s + 1)).getAsJsonObject();
            assertEquals(sequences.getAsJsonArray().get(s), line.get("input_ids"));
            assertTrue(line.getAsJsonArray("logprobs").get(0).isJsonNull());
            float[] logits = reference.floats("logits." + s);
            double sum = 0;
            for (int i = 1; i < ids.length; i++) {
                double expected = logProb(logits, (i - 1) * 160, ids[i]);
                sum += expected;
                assertEquals(expected, line.getAsJsonArray("logprobs").get(i).getAsDouble(), 1e-4);
            }
            assertEquals(sum, line.get("sum").getAsDouble(), 1e-3);
        }
    }

    @Test
    void textIsScoredAsItsTokens() throws IOException {
        Path input = Files.writeString(directory.resolve("rows.jsonl"), "\n{\"text\": \"abc\"}\n");
        Ended ended = run("score", "--model", MODEL, "--adapter", ADAPTER, "--input", "" + input);
        assertEquals(0, ended.code, ended.err);
        try (Tokenizer tokenizer = Tokenizer.load(Path.of(MODEL))) {
            JsonObject line = JsonParser.parseString(ended.out).getAsJsonObject();
            int[] ids = ints(line.get("input_ids"));
            assertArrayEquals(tokenizer.encode("abc"), ids);
            assertEquals(ids.length, line.getAsJsonArray("logprobs").size());
        }
    }

    private static double logProb(float[] logits, int from, int token) {
        double sum = 0;
        for (int i = from; i < from + 160; i++) {
            sum += Math.exp(logits[i]);
        }
        return logits[from + token] - Math.log(sum);
    }

    // ---------------------------------------------------------------- export

    @Test
    void exportedModelHasTheMergedLogits() {
        Path out = directory.resolve("merged");
        Ended ended =
                run("export", "--model", MODEL, "--adapter", ADAPTER, "--out", out.toString());
        assertEquals(0, ended.code, ended.err);
        assertEquals("model: " + out + System.lineSeparator(), ended.out);
        int[] ids = ints(json(TIED.resolve("tokens.json")).getAsJsonArray("sequences").get(0));
        float[] expected =
                SafeTensors.open(TIED.resolve("adapters/rank4.logits.safetensors"))
                        .floats("merged.padded.logits");
        try (CausalLM model = CausalLM.load(out);
                Policy policy = Policy.frozen(model)) {
            float[][] logits = policy.logits(ids); // the first sequence is the longest: no padding
            for (int i = 0; i < ids.length; i++) {
                for (int v = 0; v < 160; v++) {
                    assertEquals(expected[i * 160 + v], logits[i][v], 2e-3);
                }
            }
        }

        Ended again =
                run("export", "--model", MODEL, "--adapter", ADAPTER, "--out", out.toString());
        assertBadInput(again, out.toString(), "not empty");
    }

    /** That Python loads and runs it, {@code src/test/python/gpu_program.py} shows. */
    @Test
    void exportedProgramIsAnArchiveOfItsSources() throws IOException {
        Path file = directory.resolve("program.pt");
        Ended ended = run("export", "--model", MODEL, "--program", file.toString());
        assertEquals(0, ended.code, ended.err);
        try (ZipFile archive = new ZipFile(file.toFile())) {
            assertNotNull(archive.getEntry("m/code/__torch__/learning.py"));
            assertNotNull(archive.getEntry("m/data.pkl"));
        }
        assertBadInput(run("export", "--model", MODEL), "--program", "--adapter");
    }

    // ---------------------------------------------------------------- train

    private Path miniature() throws IOException {
        Path model = directory.resolve("model");
        ModelFiles.write(model);
        CausalLM.initialize(model, 1);
        return model;
    }

    private Path recipe(int steps) throws IOException {
        return Files.writeString(
                directory.resolve("tiny.yaml"),
                """
                model_post_train_dataset_name: mini/train
                use_vllm: true
                lora_r: 2
                num_generations: 2
                per_device_train_batch_size: 2
                gradient_accumulation_steps: 1
                max_completion_length: 4
                save_steps: 1000
                max_steps: %d
                """
                        .formatted(steps));
    }

    @Test
    void trainAsksBeforeItTakesDays() throws IOException {
        Path recipe = directory.resolve("large.yaml");
        Files.writeString(
                recipe,
                "model_name_or_path: deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B\nmax_steps: 850\n");
        Path out = directory.resolve("large");
        Ended asked =
                run(
                        "train",
                        "--recipe",
                        recipe.toString(),
                        "--out",
                        out.toString(),
                        "--device=cpu");
        assertEquals(Errors.BAD_INPUT, asked.code, asked.err);
        assertTrue(asked.err.contains("36,929,536 of them trained"), asked.err);
        assertTrue(asked.err.contains("on one L40S GPU at $1 an hour: "), asked.err);
        assertTrue(asked.errLines().get(asked.errLines().size() - 1).contains("--yes"), asked.err);
        assertFalse(Files.exists(out));
    }

    @Test
    void trainLeavesMetricsCheckpointAndAdapter() throws IOException {
        String model = miniature().toString();
        Path out = directory.resolve("run");
        String[] arguments = {
            "train",
            "--recipe",
            "" + recipe(9),
            "--out",
            "" + out,
            "--model",
            model,
            "--set",
            "max_steps=2",
            "--set",
            "rl_post_train_reward_weights=[1, 3]"
        };
        Ended ended = run(arguments);

        assertEquals(0, ended.code, ended.err);
        assertEquals("adapter: " + out.resolve("adapter") + System.lineSeparator(), ended.out);
        assertTrue(ended.errLines().get(0).endsWith("use_vllm"), ended.err);
        assertTrue(ended.errLines().get(1).matches("step 1/2 .*reward .*format .*length .*kl .*"));
        assertEquals(2, Files.readAllLines(out.resolve("metrics.jsonl")).size());
        assertTrue(Files.exists(out.resolve("checkpoint-2/adapter_model.safetensors")));
        try (CausalLM loaded = CausalLM.load(Path.of(model));
                LoraAdapter adapter = LoraAdapter.load(loaded, out.resolve("adapter"))) {
            assertEquals(2, adapter.config().rank());
        }

        assertBadInput(run(arguments), out.toString(), "--yes");
        Ended replaced =
                run(Stream.concat(Stream.of(arguments), Stream.of("--yes")).toArray(String[]::new));
        assertEquals(0, replaced.code, replaced.err);
    }

    @Test
    void aSignalStopsAfterTheStepAndSaves() throws IOException {
        Path out = directory.resolve("run");
        Writer signalAtTheFirstStep =
                new StringWriter() {
                    private boolean raised;

                    @Override
                    public void flush() {
                        if (!raised && toString().contains("step 1/")) {
                            raised = true;
                            terminateThisProcess();
                        }
                    }
                };
        Ended ended =
                run(
                        signalAtTheFirstStep,
                        "train",
                        "--recipe",
                        "" + recipe(100_000),
                        "--out",
                        "" + out,
                        "--model",
                        "" + miniature(),
                        "--yes"); // a busy machine might think it too long
        assertEquals(130, ended.code, ended.err);
        assertTrue(ended.err.contains("stopping after this step"), ended.err);
        assertTrue(ended.out.startsWith("adapter: " + out), ended.out);
        assertTrue(Files.exists(out.resolve("adapter/adapter_config.json")));
    }

    /** SIGTERM, which is handled as Ctrl-C's SIGINT is; a shell in the background ignores that. */
    private static void terminateThisProcess() {
        try {
            String pid = String.valueOf(ProcessHandle.current().pid());
            new ProcessBuilder("kill", "-TERM", pid).start().waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---------------------------------------------------------------- the rest

    /** Evaluates three problems, five tokens each. */
    private Ended eval(String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("eval", "--benchmark", "mini/test", "--limit", "3"));
        arguments.addAll(List.of("--max-new-tokens", "5", "--out", "" + directory.resolve("eval")));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    @Test
    void evalPrintsTheFiguresAndItsSettings() {
        Ended ended = eval("--model", MODEL, "--samples", "2", "--protocol", "sober");
        assertEquals(0, ended.code, ended.err);
        assertTrue(ended.out.startsWith("mini/test: Pass@1 0.0%"), ended.out);
        assertTrue(ended.out.contains("3 problems, 2 samples each"), ended.out);
        assertTrue(ended.out.contains("temperature 0.8, top-p 0.9, at most 5 tokens"), ended.out);
        assertTrue(ended.out.contains("majority@2"), ended.out);
    }

    @Test
    void evalMeasuresAdaptersOnOneModelAndSamplesNothingTwice() throws IOException {
        Path json = directory.resolve("figures.json");
        String[] arguments = {
            "--model", MODEL, "--base", "--adapter", ADAPTER, "--seeds", "2", "--json", "" + json
        };
        Ended ended = eval(arguments);
        assertEquals(0, ended.code, ended.err);
        assertTrue(ended.out.contains("2 seeds"), ended.out);
        assertTrue(ended.out.contains("against the first"), ended.out);
        assertTrue(ended.out.contains("over problems and seeds"), ended.out);
        var evaluations = json(json).getAsJsonArray("evaluations");
        assertEquals(2, evaluations.size());
        JsonObject adapted = evaluations.get(1).getAsJsonObject();
        assertEquals(ADAPTER, adapted.get("policy").getAsString());
        assertEquals(0, adapted.get("pass@1").getAsDouble());
        assertEquals(2, adapted.getAsJsonArray("by_seed").size());

        Ended again = eval(arguments);
        assertEquals(4, again.errLines().size(), again.err); // a line a seed and policy
        assertTrue(again.err.contains("3 of 3 completions are there already"), again.err);

        Ended regraded = run("eval", "--regrade", "" + directory.resolve("eval"));
        assertEquals(0, regraded.code, regraded.err);
        assertTrue(regraded.err.contains("0 of 6 lines changed"), regraded.err);

        Ended other = eval("--model", MODEL, "--temperature", "0.9");
        assertEquals(2, other.code);
        assertTrue(other.err.contains("temperature is 0.6 there, now it is 0.9"), other.err);
    }

    @Test
    void evalChoosesACheckpointAndSaysWhatItSkips() throws IOException {
        Path run = directory.resolve("run");
        for (String step : List.of("5", "15")) {
            Path checkpoint = Files.createDirectories(run.resolve("checkpoint-" + step));
            for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
                Files.copy(Path.of(ADAPTER, file), checkpoint.resolve(file));
            }
        }
        Files.createDirectory(run.resolve("checkpoint-20"));
        Ended unknown = eval("--checkpoints", "" + run);
        assertBadInput(unknown, "recipe.yaml", "--model");

        Files.writeString(
                run.resolve("recipe.yaml"),
                "base: mini\nsave_steps: 5\nmodel_name_or_path: " + MODEL);
        Ended ended = eval("--checkpoints", "" + run);
        assertEquals(0, ended.code, ended.err);
        assertTrue(ended.err.contains("checkpoint-10: is missing"), ended.err);
        assertTrue(ended.err.contains("skipped: " + run.resolve("checkpoint-20")), ended.err);
        String best = run.resolve("checkpoint-5") + " is the best on mini/validation";
        assertTrue(ended.out.contains(best), ended.out);
        assertTrue(ended.out.contains("mini/test: 3 problems"), ended.out);
    }

    @Test
    void evalNamesWhatItCannotUse() {
        assertBadInput(run("eval", "--model", MODEL), "--benchmark");
        assertBadInput(run("eval", "--benchmark", "mini/test"), "--model");
        assertBadInput(eval("--model", MODEL, "--protocol", "papr"), "'paper'");
        assertBadInput(eval("--model", MODEL, "--samples", "0"), "samples is 0");
        assertBadInput(eval("--checkpoints", "" + directory), "holds no checkpoint");
        assertBadInput(run("eval", "--regrade", "" + directory), "evaluation.json");
    }

    @Test
    void pretrainMakesAModelThatLoadsAndProblems() {
        Path out = directory.resolve("mini");
        Path problems = directory.resolve("problems");
        Ended ended =
                run(
                        "pretrain",
                        "--out",
                        "" + out,
                        "--steps",
                        "2",
                        "--documents",
                        "2",
                        "--problems",
                        "" + problems);
        assertEquals(0, ended.code, ended.err);
        assertTrue(ended.err.matches("(?s)step 2/2 ETA 0:00  loss .*"), ended.err);
        assertTrue(Files.exists(problems.resolve("test.jsonl")));
        CausalLM.load(out).close();
    }

    @Test
    void recipesAreListedAndShown() throws IOException {
        assertTrue(run("recipes").out.lines().anyMatch(line -> line.startsWith("mini ")));
        Path copy = Files.writeString(directory.resolve("my.yaml"), run("recipes", "mini").out);
        assertEquals(Recipe.named("mini").settings(), Recipe.load(copy).settings());
    }

    // ---------------------------------------------------------------- bad input

    private static void assertBadInput(Ended ended, String... named) {
        assertEquals(2, ended.code, ended.err);
        assertEquals(1, ended.errLines().size(), ended.err);
        assertEquals("", ended.out);
        for (String name : named) {
            assertTrue(ended.err.contains(name), name + " is not named in: " + ended.err);
        }
    }

    @Test
    void recipesAreComparedAndChecked() throws IOException {
        String difference = run("recipes", "--diff", "open_rs3_drgrpo", "open_rs3").out;
        assertEquals(3, difference.lines().count(), difference);
        assertTrue(difference.contains("scale_rewards"), difference);

        Path good = Files.writeString(directory.resolve("good.yaml"), "base: mini\nlora_r: 4");
        Path bad = Files.writeString(directory.resolve("bad.yaml"), "lora_q: 4\nbeta: x");
        Ended checked = run("recipes", "--check", "" + good);
        assertEquals(0, checked.code, checked.err);
        assertTrue(checked.out.contains("good.yaml: would run"), checked.out);
        Ended both = run("recipes", "--check", "" + good, "" + bad);
        assertEquals(1, both.code);
        assertTrue(both.out.contains("bad.yaml: would not run"), both.out);
        assertTrue(both.out.contains("'lora_r'"), both.out);
        assertTrue(both.out.contains("beta is x"), both.out);
    }

    @Test
    void badOptionsAreNamed() {
        assertBadInput(run(), "subcommand");
        assertBadInput(run("scor"), "'scor'", "'score'");
        assertBadInput(run("generate"), "--model", "--prompt");
        assertBadInput(run("generate", "--modle", "x"), "--modle");
        assertBadInput(run("generate", "--model", MODEL, "--prompt", "a", "--seed", "x"), "--seed");
        assertBadInput(run("generate", "--model", MODEL, "--prompt", "a", "--top-p", "2"), "top_p");
        assertBadInput(
                run(
                        "generate",
                        "--model",
                        MODEL,
                        "--prompt",
                        "a",
                        "--greedy",
                        "--temperature",
                        "1"),
                "--greedy",
                "--temperature");
        assertBadInput(
                run("generate", "--model", MODEL, "--prompt", "a", "--raw", "--system", "b"),
                "--system");
        assertBadInput(run("generate", "--model", MODEL, "--prompt", "a", "--n", "0"), "n is 0");
        assertBadInput(
                run("generate", "--model", MODEL, "--prompt", "a", "--device", "cuda:77"),
                "cuda:77");
        assertBadInput(run("pretrain"), "--out");
        assertBadInput(run("pretrain", "--out", "" + directory.resolve("x"), "--steps", "0"), "0");
        assertBadInput(run("recipes", "large"), "large", "mini");
        assertBadInput(run("eval", "--model", MODEL, "--benchmark", "aime"), "aime");
    }

    @Test
    void filesThatAreMissingAreNamed() {
        assertBadInput(run("generate", "--model", "no/where", "--prompt", "a"), "no/where");
        assertBadInput(
                run("generate", "--model", MODEL, "--adapter", "no/where", "--prompt", "a"),
                "no/where");
        assertBadInput(run("generate", "--model", "" + directory, "--prompt", "a"), "config.json");
        assertBadInput(
                run("score", "--model", MODEL, "--input", "no.jsonl"), "no.jsonl", "no such");
        assertBadInput(run("train", "--recipe", "mini", "--out", "pom.xml"), "pom.xml: is a file");
        assertBadInput(run("pretrain", "--out", "pom.xml"), "pom.xml: is a file");
        assertBadInput(run("train", "--recipe", "no.yaml", "--out", "" + directory), "no.yaml");
        String other = "src/test/resources/references/grouped/adapters/rank4";
        assertBadInput(
                run("export", "--model", MODEL, "--adapter", other, "--out", "" + directory),
                other,
                "another model");
    }

    @Test
    void aPromptThatIsTooLongIsRefused() {
        Ended ended = run("generate", "--model", MODEL, "--prompt", "a".repeat(5000));
        assertBadInput(ended, "50", "max_position_embeddings");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"input_ids\": [1, 160]}|input_ids[1] is 160",
                "{\"input_ids\": [1, -1]}|input_ids[1] is -1",
                "{\"input_ids\": [1, 2.5]}|2.5",
                "{\"input_ids\": [1, \"2\"]}|\"2\"",
                "{\"input_ids\": 3}|a list",
                "{\"input_ids\": []}|0 tokens",
                "{\"text\": 3}|text is 3",
                "{\"ids\": [3]}|[ids]",
                "{\"text\": \"a\", \"input_ids\": [3]}|both",
                "[3]|JSON object",
                "{\"text\": \"a|not JSON",
            })
    void aBadRowIsNamedAndNothingIsWritten(String rowAndProblem) throws IOException {
        String[] parts = rowAndProblem.split("\\|");
        Path input =
                Files.writeString(directory.resolve("r.jsonl"), "{\"text\": \"a\"}\n" + parts[0]);
        Path output = directory.resolve("out.jsonl");
        Ended ended =
                run("score", "--model", MODEL, "--input", "" + input, "--output", "" + output);
        assertBadInput(ended, input.toString(), "row 2", parts[1]);
        assertFalse(Files.exists(output));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "learning_rate=fast",
                "learning_rat=1",
                "lora_r=0",
                "num_generations=1",
                "loss_type=ppo",
                "model_post_train_dataset_name=gsm9k",
                "lora_target_modules=[",
                "novalue"
            })
    void aBadSettingIsNamed(String setting) throws IOException {
        Path out = directory.resolve("run");
        Ended ended =
                run(
                        "train",
                        "--recipe",
                        "mini",
                        "--model",
                        "" + miniature(),
                        "--out",
                        "" + out,
                        "--set",
                        setting);
        assertBadInput(ended, setting.split("=")[0]);
        assertFalse(Files.exists(out));
    }

    @Test
    void aRunIsResumedByItsOwnRecipe() throws IOException {
        Path out = directory.resolve("run");
        Ended ended =
                run(
                        "train",
                        "--recipe",
                        "" + recipe(9),
                        "--out",
                        "" + out,
                        "--model",
                        "" + miniature(),
                        "--set",
                        "max_steps=2");
        assertEquals(0, ended.code, ended.err);
        Files.delete(out.resolve("adapter/adapter_model.safetensors"));

        Ended resumed = run("train", "--resume", "" + out);
        assertEquals(0, resumed.code, resumed.err);
        assertTrue(resumed.err.contains("2 of 2 steps done"), resumed.err);
        assertTrue(Files.exists(out.resolve("adapter/adapter_model.safetensors")));
        assertEquals(2, Files.readAllLines(out.resolve("metrics.jsonl")).size());

        assertBadInput(run("train", "--resume", "" + directory.resolve("no")), "holds no run");
        assertBadInput(run("train", "--resume", "" + out, "--set", "beta=0"), "leave out");
        assertBadInput(run("train"), "--recipe");
    }

    @Test
    void studiesAreListedAndPlanned() throws IOException {
        Ended list = run("study", "--list", "--out", "" + directory);
        assertEquals(0, list.code, list.err);
        assertTrue(list.out.contains("lora-rank"), list.out);
        assertTrue(list.out.contains("0 of  55 runs done"), list.out);

        Ended plan = run("study", "compute", "--dry-run", "--seed", "7", "--out", "" + directory);
        assertTrue(plan.out.startsWith("compute/open_rs2/seed-7: would run 268 steps"), plan.out);
        Ended full =
                run(
                        "study",
                        "compute",
                        "--full",
                        "--dry-run",
                        "--seed",
                        "7",
                        "--out",
                        "" + directory);
        assertTrue(full.out.contains("compute-full/open_rs2/seed-7: would run 3400"), full.out);
        assertTrue(full.out.contains("L40S"), full.out);

        assertBadInput(run("study"), "name a study", "lora-rank");
        assertBadInput(run("study", "lora-rnk"), "did you mean 'lora-rank'");
        assertBadInput(run("study", "lora-rank", "--arm", "15"), "arm of study lora-rank '15'");
        assertBadInput(run("study", "compute", "--parallel", "0"), "--parallel is 0");
    }

    @Test
    void aBadRecipeFileIsNamed() throws IOException {
        Path recipe = Files.writeString(directory.resolve("bad.yaml"), "beta: [1\nx: : 2");
        Ended ended = run("train", "--recipe", "" + recipe, "--out", "" + directory.resolve("o"));
        assertBadInput(ended, recipe.toString(), "YAML");
    }

    private static JsonObject json(Path file) {
        try {
            return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int[] ints(JsonElement array) {
        return array.getAsJsonArray().asList().stream().mapToInt(JsonElement::getAsInt).toArray();
    }

    @Test
    void verifyJudgesEachRow() throws IOException {
        Path rows = directory.resolve("rows.jsonl");
        Files.writeString(
                rows,
                """
                {"gold": "$\\\\frac12$", "pred": "So it is \\\\boxed{0.5}."}
                {"gold": "B", "pred": "The answer is (B).", "options": {"kinds": ["string"]}}

                {"gold": "$1/3$", "pred": "0.33", "options": {"float_rounding": 2}}
                {"gold": "3", "pred": "I don't know."}
                """);
        Ended ended = run("verify", "--input", rows.toString());
        assertEquals(0, ended.code(), ended.err());
        List<JsonObject> lines =
                ended.out()
                        .lines()
                        .map(line -> JsonParser.parseString(line).getAsJsonObject())
                        .toList();
        assertEquals(4, lines.size());
        assertEquals(
                List.of(true, true, true, false),
                lines.stream().map(line -> line.get("correct").getAsBoolean()).toList());
        assertEquals("0.5", lines.get(0).get("pred").getAsString());
        assertTrue(lines.get(3).get("pred").isJsonNull());
    }

    @Test
    void verifyNamesTheRowAndTheOption() throws IOException {
        Path rows = directory.resolve("rows.jsonl");
        Files.writeString(
                rows, "{\"gold\": \"1\", \"pred\": \"1\", \"options\": {\"strct\": true}}\n");
        Ended ended = run("verify", "--input", rows.toString());
        assertTrue(ended.code() != 0);
        assertTrue(ended.err().contains("row 1: unknown option \"strct\""), ended.err());
    }
}
