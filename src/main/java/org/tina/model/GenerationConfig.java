package org.tina.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How a model's makers suggest to sample from it: {@code generation_config.json}, with
 * transformers' defaults for what is missing.
 *
 * @param eosTokenIds tokens that end a completion; taken from {@code config.json} if the file names
 *     none, empty if neither does
 * @param padTokenId -1 if none
 * @param doSample false asks for greedy decoding
 * @param temperature above 0
 * @param topP in (0, 1]; 1 keeps every token
 * @param topK 0 keeps every token
 * @param minP in [0, 1]; 0 keeps every token
 * @param ignored settings in the file that would change the output in transformers and have no
 *     effect here, each as {@code key value}, for a notice to the user
 */
public record GenerationConfig(
        List<Integer> eosTokenIds,
        int padTokenId,
        boolean doSample,
        double temperature,
        double topP,
        int topK,
        double minP,
        List<String> ignored) {

    /** Settings that are not honoured, and the value that means they are off. */
    private static final Map<String, Double> NOT_HONOURED =
            Map.of(
                    "repetition_penalty", 1.0,
                    "no_repeat_ngram_size", 0.0,
                    "num_beams", 1.0,
                    "typical_p", 1.0,
                    "epsilon_cutoff", 0.0,
                    "eta_cutoff", 0.0,
                    "min_length", 0.0,
                    "min_new_tokens", 0.0,
                    "penalty_alpha", 0.0);

    /**
     * Reads a model directory; a directory without {@code generation_config.json} is fine.
     *
     * @throws ModelFormatException naming file, key and value if one is of the wrong kind or range
     */
    public static GenerationConfig read(Path dir) {
        JsonFile json = JsonFile.readIfPresent(dir.resolve("generation_config.json"));
        List<Integer> eos = json.integers("eos_token_id");
        if (eos.isEmpty()) {
            eos = JsonFile.readIfPresent(dir.resolve("config.json")).integers("eos_token_id");
        }
        int topK = json.integer("top_k", 50);
        if (topK < 0) {
            throw json.wrong("top_k", "at least 0");
        }
        return new GenerationConfig(
                eos,
                json.integer("pad_token_id", -1),
                json.bool("do_sample", false),
                inRange(json, "temperature", 1, Double.MIN_VALUE, Double.MAX_VALUE),
                inRange(json, "top_p", 1, Double.MIN_VALUE, 1),
                topK,
                inRange(json, "min_p", 0, 0, 1),
                ignored(json));
    }

    private static double inRange(
            JsonFile json, String key, double fallback, double min, double max) {
        double value = json.number(key, fallback);
        if (!(value >= min && value <= max)) {
            String lower = min == Double.MIN_VALUE ? "above 0" : "at least " + (long) min;
            throw json.wrong(key, max == 1 ? lower + " and at most 1" : lower);
        }
        return value;
    }

    private static List<String> ignored(JsonFile json) {
        List<String> ignored = new ArrayList<>();
        NOT_HONOURED.forEach(
                (key, off) -> {
                    if (json.number(key, off) != off) {
                        ignored.add(key + " " + json.object().get(key));
                    }
                });
        ignored.sort(null);
        return List.copyOf(ignored);
    }
}
