package org.tina.analysis;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tina.data.Problem;
import org.tina.data.ProblemSet;
import org.tina.eval.Checkpoint;
import org.tina.generate.Completion;
import org.tina.generate.Sampler;
import org.tina.generate.SamplingParams;
import org.tina.lora.LoraAdapter;
import org.tina.model.CausalLM;
import org.tina.model.Group;
import org.tina.model.Policy;
import org.tina.model.Tokenizer;
import tech.tablesaw.api.Table;

/**
 * How far training moved the probability of each kind of token: the same prompts and the same
 * completions, scored by every checkpoint of a run and by the base.
 *
 * <p>Kinds: <i>structure</i> (the think and answer tags, the box), <i>numbers</i> (digits and
 * arithmetic signs), <i>style words</i> (all with letters), <i>ending</i> (the token that stops),
 * and <i>other</i>.
 */
public final class Microscope {
    private static final Pattern TAGS = Pattern.compile("</?think>|</?answer>|\\\\boxed\\{|\\}");
    private static final List<String> KINDS =
            List.of("structure", "style words", "numbers", "ending", "other");
    private static final int PROBLEMS = 50;
    private static final int MOST_TOKENS = 512;

    /** A prompt with a completion, in tokens and as kinds. */
    private record Text(Group group, String[] kinds) {}

    private Microscope() {}

    /**
     * Looks at a LoRA run through its checkpoints, on completions that the base draws of up to 50
     * of the problems and on those that the last checkpoint draws: {@code text} (whose it is:
     * base's or trained), {@code step}, {@code kind}, {@code tokens} (how many), {@code shift}
     * (mean change of the log-probability, nats a token), {@code absolute shift} (mean of its
     * size).
     *
     * @param model the run's base
     * @param run a run's directory; checkpoints that are missing are passed over
     * @param problems asked without a system prompt
     */
    public static Table look(CausalLM model, Path run, ProblemSet problems) {
        List<Checkpoint> checkpoints = checkpoints(run);
        Rows rows = new Rows("microscope");
        try (Policy base = Policy.frozen(model);
                LoraAdapter last =
                        LoraAdapter.load(
                                model, checkpoints.get(checkpoints.size() - 1).directory())) {
            Map<String, List<Text>> texts = new LinkedHashMap<>();
            texts.put("base's", texts(base, problems.take(PROBLEMS)));
            texts.put("trained", texts(last, problems.take(PROBLEMS)));
            for (Checkpoint checkpoint : checkpoints) {
                try (LoraAdapter adapter = LoraAdapter.load(model, checkpoint.directory())) {
                    texts.forEach(
                            (whose, list) ->
                                    add(rows, whose, checkpoint.step(), list, base, adapter));
                }
            }
        }
        return rows.table();
    }

    private static void add(
            Rows rows, String whose, int step, List<Text> texts, Policy base, Policy adapter) {
        Map<String, List<Double>> shifts = new LinkedHashMap<>();
        KINDS.forEach(kind -> shifts.put(kind, new ArrayList<>()));
        for (Text text : texts) {
            float[] before = base.logProbs(text.group, 1);
            float[] after = adapter.logProbs(text.group, 1);
            for (int i = 0; i < before.length; i++) {
                shifts.get(text.kinds[i]).add((double) after[i] - before[i]);
            }
        }
        shifts.forEach(
                (kind, values) -> {
                    if (!values.isEmpty()) {
                        rows.row().text("text", whose);
                        rows.whole("step", step).text("kind", kind);
                        rows.whole("tokens", values.size());
                        rows.number(
                                "shift", values.stream().mapToDouble(v -> v).average().orElse(0));
                        rows.number(
                                "absolute shift",
                                values.stream().mapToDouble(Math::abs).average().orElse(0));
                    }
                });
    }

    private static List<Text> texts(Policy policy, ProblemSet problems) {
        Tokenizer tokenizer = policy.model().tokenizer();
        List<int[]> prompts = new ArrayList<>();
        for (Problem problem : problems) {
            prompts.add(
                    tokenizer.encode(policy.model().chatTemplate().prompt("", problem.problem())));
        }
        SamplingParams params = SamplingParams.evaluation().withMaxNewTokens(MOST_TOKENS);
        List<Text> texts = new ArrayList<>();
        List<List<Completion>> completions = new Sampler(policy).generate(prompts, 1, params);
        for (int i = 0; i < prompts.size(); i++) {
            int[] tokens = completions.get(i).get(0).tokens();
            Group group = Group.of(prompts.get(i), List.of(tokens));
            texts.add(new Text(group, kinds(policy.model(), tokens)));
        }
        return texts;
    }

    /** The kind of each token; a tag may be several tokens in a real model. */
    private static String[] kinds(CausalLM model, int[] tokens) {
        String[] pieces = new String[tokens.length];
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < tokens.length; i++) {
            pieces[i] = model.tokenizer().decode(new int[] {tokens[i]}, false);
            text.append(pieces[i]);
        }
        boolean[] tagged = new boolean[text.length() + 1];
        Matcher tags = TAGS.matcher(text);
        while (tags.find()) {
            Arrays.fill(tagged, tags.start(), tags.end(), true);
        }
        String[] kinds = new String[tokens.length];
        int at = 0;
        for (int i = 0; i < tokens.length; i++) {
            boolean tag = false;
            for (int c = at; c < at + pieces[i].length(); c++) {
                tag |= tagged[c];
            }
            at += pieces[i].length();
            boolean stops = model.stopTokens().contains(tokens[i]);
            kinds[i] = stops ? "ending" : tag ? "structure" : kind(pieces[i]);
        }
        return kinds;
    }

    static String kind(String piece) {
        if (piece.chars().anyMatch(Character::isLetter)) {
            return "style words";
        }
        boolean number =
                piece.chars().anyMatch(c -> Character.isDigit(c) || "+-*/=".indexOf(c) >= 0);
        return number ? "numbers" : "other";
    }

    private static List<Checkpoint> checkpoints(Path run) {
        List<Checkpoint> adapters =
                Checkpoint.find(run).stream()
                        .filter(c -> Files.exists(c.directory().resolve("adapter_config.json")))
                        .toList();
        if (adapters.isEmpty()) {
            throw new IllegalArgumentException(
                    run + ": holds no checkpoint-N with an adapter; a run with use_peft has them");
        }
        return adapters;
    }
}
