package org.tina.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.tina.generate.Completion;
import org.tina.generate.Sampler;
import org.tina.generate.SamplingParams;
import org.tina.model.CausalLM;
import org.tina.model.ChatTemplate.Message;
import org.tina.model.GenerationConfig;
import org.tina.model.Policy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Completes a prompt; the text comes as it is made. */
@Command(
        name = "generate",
        description = {
            "Completes a prompt; the text is written to stdout as it comes.",
            "Sampling is as the model's generation_config.json suggests; where it suggests none,"
                    + " temperature 0.6 and top-p 0.95."
        },
        footer = {
            "  environment/tina generate --model mini --prompt \"Tom has 3 apples and buys 4.\"",
            "  environment/tina generate --model mini --adapter runs/first/adapter \\",
            "      --prompt \"...\" --n 4 --seed 7",
            "  environment/tina generate --model deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B \\",
            "      --greedy --prompt \"...\""
        })
final class Generate implements Callable<Integer> {

    @Mixin private ModelOptions source;

    @Option(
            names = "--prompt",
            required = true,
            paramLabel = "TEXT",
            description = "What the user says.")
    private String prompt;

    @Option(names = "--system", paramLabel = "TEXT", description = "A system message before it.")
    private String system;

    @Option(
            names = "--raw",
            description =
                    "Complete the prompt as it stands, without the model's chat template; special"
                            + " tokens may be written out in it.")
    private boolean raw;

    @Option(
            names = "--n",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Completions (default: ${DEFAULT-VALUE}); several are written when all are done.")
    private int n;

    @Mixin private SamplingOptions sampling;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        if (raw && system != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--system is part of the chat template, which --raw leaves out");
        }
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try (CausalLM model = source.load();
                Policy policy = source.policy(model)) {
            GenerationConfig suggested = model.generationConfig();
            if (!suggested.ignored().isEmpty()) {
                err.println(
                        "generation_config.json: no effect here: "
                                + String.join(", ", suggested.ignored()));
            }
            SamplingParams params = sampling.over(defaults(suggested));
            List<int[]> prompts = List.of(tokens(model));
            Sampler sampler = new Sampler(policy);
            long begin = System.nanoTime();
            List<Completion> completions =
                    n == 1
                            ? List.of(stream(model, sampler, prompts, params, out))
                            : sampler.generate(prompts, n, params).get(0);
            double seconds = (System.nanoTime() - begin) / 1e9;
            for (int i = 0; n > 1 && i < n; i++) {
                out.printf("[%d of %d]%n%s%n", i + 1, n, completions.get(i).text());
            }
            err.println(summary(completions, seconds));
        }
        return 0;
    }

    private static SamplingParams defaults(GenerationConfig suggested) {
        SamplingParams params = SamplingParams.evaluation();
        return suggested.doSample()
                ? params.withTemperature(suggested.temperature())
                        .withTopP(suggested.topP())
                        .withTopK(suggested.topK())
                        .withMinP(suggested.minP())
                : params;
    }

    private int[] tokens(CausalLM model) {
        if (raw) {
            return model.tokenizer().encode(prompt);
        }
        List<Message> messages = new ArrayList<>();
        if (system != null) {
            messages.add(Message.system(system));
        }
        messages.add(Message.user(prompt));
        return model.tokenizer().encode(model.chatTemplate().render(messages, true));
    }

    private static Completion stream(
            CausalLM model,
            Sampler sampler,
            List<int[]> prompts,
            SamplingParams params,
            PrintWriter out) {
        List<Integer> stops = model.stopTokens();
        TextStream text = new TextStream(model.tokenizer());
        Sampler.Listener show =
                (prompt, completion, tokens) -> {
                    for (int token : tokens) {
                        out.print(stops.contains(token) ? "" : text.add(token));
                    }
                    out.flush();
                };
        Completion completion = sampler.generate(prompts, 1, params, show).get(0).get(0);
        out.println(text.end());
        return completion;
    }

    private static String summary(List<Completion> completions, double seconds) {
        int tokens = completions.stream().mapToInt(Completion::length).sum();
        long cut = completions.stream().filter(completion -> !completion.finished()).count();
        return String.format(
                Locale.ROOT,
                "%d tokens in %.1f s, %.1f tokens/s%s",
                tokens,
                seconds,
                tokens / seconds,
                cut == 0 ? "" : "; " + cut + " of " + completions.size() + " cut off by length");
    }
}
