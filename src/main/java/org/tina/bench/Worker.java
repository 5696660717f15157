package org.tina.bench;

import ai.djl.engine.Engine;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tina.data.Problem;
import org.tina.data.ProblemSet;
import org.tina.generate.Completion;
import org.tina.generate.Sampler;
import org.tina.generate.SamplingParams;
import org.tina.grpo.GrpoTrainer;
import org.tina.math.ExtractionSettings;
import org.tina.math.MathVerifier;
import org.tina.math.VerifierSettings;
import org.tina.model.CausalLM;
import org.tina.model.Policy;
import org.tina.recipe.Recipe;
import org.tina.reward.WeightedReward;

/**
 * Our side: a process that takes {@link Request}s from its standard input and answers each with a
 * {@link Request.Reply}, until the input ends. What an item needs is made at its first request,
 * outside of the time.
 */
public final class Worker {

    static final int RANK = 32;
    private static final double TEMPERATURE = 0.7;

    /** A pass over the pairs is too short to be timed alone. */
    private static final int VERIFIER_PASSES = 50;

    /** What is timed. */
    @FunctionalInterface
    private interface Work {
        /** Does a turn; returns the completions' lengths, or null where they say nothing. */
        int[] run(Request request) throws IOException;
    }

    private Work work;
    private int count;
    private int passes = 1;

    private Worker() {}

    /** Serves standard input. */
    public static void main(String[] arguments) throws IOException {
        PrintStream out = System.out;
        System.setOut(System.err); // nothing else may come between the answers
        serve(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), out);
        System.exit(0);
    }

    static void serve(BufferedReader in, PrintStream out) throws IOException {
        Engine torch = Engine.getEngine("PyTorch");
        Map<String, String> versions =
                Map.of("java", Runtime.version().toString(), "libtorch", torch.getVersion());
        out.println(new Request.Reply(0, null, 0, null, versions, null).toJson());
        Worker worker = new Worker();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(worker.answer(line).toJson());
        }
    }

    private Request.Reply answer(String line) {
        try {
            Request request = Request.parse(line);
            if (request.kind().equals(Request.LIMITS)) {
                Item item = Item.matching(request.item()).get(0);
                return new Request.Reply(0, null, 0, Limits.measure(item), null, null);
            }
            if (work == null) {
                work = prepare(request);
            }
            long begin = System.nanoTime();
            int[] lengths = work.run(request);
            double seconds = (System.nanoTime() - begin) / 1e9 / passes;
            return new Request.Reply(seconds, lengths, count, null, null, null);
        } catch (IOException | RuntimeException e) {
            return Request.Reply.failed(e.toString());
        }
    }

    private Work prepare(Request request) throws IOException {
        return switch (request.kind()) {
            case "grpo" -> grpo(request);
            case "generate" -> generate(request);
            case "load" -> Worker::load;
            case "verify" -> verify(request);
            default -> throw new IllegalArgumentException("unknown kind " + request.kind());
        };
    }

    // ---------------------------------------------------------------- the kinds of work

    private static Work grpo(Request request) {
        CausalLM model = CausalLM.load(Path.of(request.files()));
        Recipe recipe = recipe(request);
        Policy policy = recipe.policy(model);
        GrpoTrainer trainer =
                new GrpoTrainer(
                        policy,
                        recipe.problems(),
                        recipe.rewards(),
                        recipe.grpo(),
                        recipe.prompts(model));
        return turn -> {
            trainer.step();
            return null;
        };
    }

    /** Tina's adapter and one update a step, as {@code peer.py} tells TRL. */
    static Recipe recipe(Request request) {
        List<Problem> problems = new ArrayList<>();
        for (int i = 0; i < request.shape().prompts(); i++) {
            problems.add(new Problem(prompt(i, request.shape().promptTokens()), "$0$"));
        }
        return Recipe.named("mini")
                .with(
                        r ->
                                r.model(request.files())
                                        .problems(ProblemSet.of("bench", problems))
                                        .rewards(
                                                new WeightedReward(
                                                        "length",
                                                        1,
                                                        (p, text) -> text.length() % 7))
                                        .loraR(RANK)
                                        .loraAlpha(128)
                                        .set("lora_dropout", 0.05)
                                        .numGenerations(request.shape().completions())
                                        .set(
                                                "per_device_train_batch_size",
                                                request.shape().prompts()
                                                        * request.shape().completions())
                                        .set("gradient_accumulation_steps", 1)
                                        .set("max_completion_length", request.shape().newTokens())
                                        .temperature(TEMPERATURE)
                                        .beta(0.04)
                                        .learningRate(1e-5));
    }

    /** Text of one token a letter. */
    private static String prompt(int i, int tokens) {
        StringBuilder text = new StringBuilder();
        for (int t = 0; t < tokens; t++) {
            text.append((char) ('a' + (i * 31 + t * 7) % 26));
        }
        return text.toString();
    }

    private static Work generate(Request first) {
        CausalLM model = CausalLM.load(Path.of(first.files()));
        Sampler sampler = new Sampler(Policy.frozen(model));
        boolean varying = model.stopTokens().size() > 1;
        return turn -> {
            List<List<Completion>> out = complete(sampler, turn);
            return varying
                    ? out.stream().flatMap(List::stream).mapToInt(Completion::length).toArray()
                    : null;
        };
    }

    private static List<List<Completion>> complete(Sampler sampler, Request request) {
        List<int[]> prompts = new ArrayList<>();
        for (int i = 0; i < request.shape().prompts(); i++) {
            prompts.add(prompt(i, request.shape().promptTokens()).chars().toArray());
        }
        return sampler.generate(
                prompts,
                request.shape().completions(),
                SamplingParams.of(TEMPERATURE, request.shape().newTokens())
                        .withSeed(request.turn()));
    }

    private static int[] load(Request request) {
        try (CausalLM model = CausalLM.load(Path.of(request.files()));
                Policy policy = Policy.frozen(model)) {
            complete(new Sampler(policy), request);
            return null;
        }
    }

    private Work verify(Request request) throws IOException {
        List<JsonObject> pairs =
                Files.readAllLines(Path.of(request.files())).stream()
                        .map(line -> JsonParser.parseString(line).getAsJsonObject())
                        .toList();
        count = pairs.size();
        passes = VERIFIER_PASSES;
        return turn -> {
            for (int pass = 0; pass < passes; pass++) {
                pairs.forEach(Worker::judge);
            }
            return null;
        };
    }

    private static void judge(JsonObject pair) {
        MathVerifier.judge(
                "$" + pair.get("gold").getAsString() + "$",
                "\\boxed{" + pair.get("answer").getAsString() + "}",
                ExtractionSettings.lenient(),
                VerifierSettings.standard());
    }
}
