package org.tina.model;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The shape of a Qwen2 model, as {@code config.json} describes it.
 *
 * <p>Keys that are missing take the defaults of transformers' {@code Qwen2Config}. What this
 * library would compute differently is refused by {@link #read}: another architecture, rope
 * scaling, a sliding window in use, another activation, quantized weights. Keys that only matter to
 * training from scratch ({@code initializer_range}, {@code attention_dropout}) are ignored.
 *
 * @param vocabSize rows of the embedding; may be more than the tokenizer has tokens
 * @param layers number of transformer blocks
 * @param heads query heads
 * @param kvHeads key/value heads, each serving {@code heads / kvHeads} query heads
 * @param headDim size of one head; even, as rotary embeddings turn pairs
 * @param maxPositions longest sequence the model was made for, in tokens
 * @param tiedEmbeddings whether the output projection is the embedding matrix
 * @param dtype of the weights: {@code float32}, {@code float16} or {@code bfloat16}
 * @param bosTokenId -1 if none
 * @param eosTokenIds empty if none
 * @param padTokenId -1 if none
 */
public record ModelConfig(
        int vocabSize,
        int hiddenSize,
        int intermediateSize,
        int layers,
        int heads,
        int kvHeads,
        int headDim,
        double rmsNormEps,
        double ropeTheta,
        int maxPositions,
        boolean tiedEmbeddings,
        String dtype,
        int bosTokenId,
        List<Integer> eosTokenIds,
        int padTokenId) {

    private static final Set<String> DTYPES = Set.of("float32", "float16", "bfloat16");

    /** Checks that sizes are positive and fit each other, and names the key that doesn't. */
    public ModelConfig {
        positive("vocab_size", vocabSize);
        positive("hidden_size", hiddenSize);
        positive("intermediate_size", intermediateSize);
        positive("num_hidden_layers", layers);
        positive("num_attention_heads", heads);
        positive("num_key_value_heads", kvHeads);
        positive("head_dim", headDim);
        positive("rms_norm_eps", rmsNormEps);
        positive("rope_theta", ropeTheta);
        positive("max_position_embeddings", maxPositions);
        if (heads % kvHeads != 0) {
            throw new IllegalArgumentException(
                    "num_key_value_heads is %s, it must divide num_attention_heads %s"
                            .formatted(kvHeads, heads));
        }
        if (headDim % 2 != 0) {
            throw new IllegalArgumentException("head_dim is " + headDim + ", it must be even");
        }
        if (!DTYPES.contains(dtype)) {
            throw new IllegalArgumentException(
                    "dtype is " + dtype + ", it must be float32, float16 or bfloat16");
        }
        eosTokenIds = List.copyOf(eosTokenIds);
    }

    /** A configuration that names no special tokens. */
    public ModelConfig(
            int vocabSize,
            int hiddenSize,
            int intermediateSize,
            int layers,
            int heads,
            int kvHeads,
            int headDim,
            double rmsNormEps,
            double ropeTheta,
            int maxPositions,
            boolean tiedEmbeddings,
            String dtype) {
        this(
                vocabSize,
                hiddenSize,
                intermediateSize,
                layers,
                heads,
                kvHeads,
                headDim,
                rmsNormEps,
                ropeTheta,
                maxPositions,
                tiedEmbeddings,
                dtype,
                -1,
                List.of(),
                -1);
    }

    /**
     * Tina's base model, {@code deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B}: its shape, known
     * without a download.
     */
    public static ModelConfig tina() {
        return new ModelConfig(
                151936,
                1536,
                8960,
                28,
                12,
                2,
                128,
                1e-6,
                10000,
                131072,
                false,
                "bfloat16",
                151646,
                List.of(151643),
                -1);
    }

    /** The number of parameters, embeddings counted once where they are tied. */
    public long parameters() {
        long hidden = hiddenSize;
        long q = (long) heads * headDim;
        long kv = (long) kvHeads * headDim;
        long layer = hidden * (2 * q + 2 * kv + 3L * intermediateSize + 2) + q + 2 * kv;
        long embedding = vocabSize * hidden * (tiedEmbeddings ? 1 : 2);
        return layer * layers + embedding + hidden;
    }

    /** The same model with these special tokens; -1 and an empty list for none. */
    public ModelConfig withSpecialTokens(int bos, List<Integer> eos, int pad) {
        return new ModelConfig(
                vocabSize,
                hiddenSize,
                intermediateSize,
                layers,
                heads,
                kvHeads,
                headDim,
                rmsNormEps,
                ropeTheta,
                maxPositions,
                tiedEmbeddings,
                dtype,
                bos,
                eos,
                pad);
    }

    /** The same model with its weights in another type. */
    public ModelConfig withDtype(String dtype) {
        return new ModelConfig(
                vocabSize,
                hiddenSize,
                intermediateSize,
                layers,
                heads,
                kvHeads,
                headDim,
                rmsNormEps,
                ropeTheta,
                maxPositions,
                tiedEmbeddings,
                dtype,
                bosTokenId,
                eosTokenIds,
                padTokenId);
    }

    /**
     * Reads {@code config.json} of a model directory.
     *
     * @throws ModelFormatException naming file, key and value if the file is missing or damaged, or
     *     describes a model that can't be honoured
     */
    public static ModelConfig read(Path dir) {
        JsonFile json = JsonFile.read(dir.resolve("config.json"));
        refuseWhatDiffers(json);
        int hidden = json.integer("hidden_size", 4096);
        int heads = json.integer("num_attention_heads", 32);
        // an explicit null means one key/value head a query head; only a missing key means 32
        int kvHeads =
                json.integer(
                        "num_key_value_heads",
                        json.object().has("num_key_value_heads") ? heads : 32);
        try {
            return new ModelConfig(
                    json.integer("vocab_size", 151936),
                    hidden,
                    json.integer("intermediate_size", 22016),
                    json.integer("num_hidden_layers", 32),
                    heads,
                    kvHeads,
                    json.integer("head_dim", heads > 0 ? hidden / heads : 0),
                    json.number("rms_norm_eps", 1e-6),
                    ropeTheta(json),
                    json.integer("max_position_embeddings", 32768),
                    json.bool("tie_word_embeddings", false),
                    dtype(json, dir),
                    json.integer("bos_token_id", -1),
                    json.integers("eos_token_id"),
                    json.integer("pad_token_id", -1));
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(json.path(), e.getMessage(), e);
        }
    }

    private static void refuseWhatDiffers(JsonFile json) {
        String type = json.text("model_type", "(none)");
        if (!type.equals("qwen2")) {
            throw new ModelFormatException(
                    json.path(),
                    "model_type is %s, only qwen2 can be run (DeepSeek-R1-Distill-Qwen, Qwen2,"
                            + " Qwen2.5)",
                    type);
        }
        refuseRopeScaling(json, "rope_scaling");
        refuseRopeScaling(json, "rope_parameters");
        refuseSlidingWindow(json);
        refuseUnless(json, "hidden_act", json.text("hidden_act", "silu").equals("silu"), "silu");
        refuseUnless(json, "attention_bias", json.bool("attention_bias", true), "true");
        refuseUnless(json, "mlp_bias", !json.bool("mlp_bias", false), "false");
        refuseUnless(json, "use_mrope", !json.bool("use_mrope", false), "false");
        if (json.has("quantization_config")) {
            throw new ModelFormatException(
                    json.path(),
                    "quantization_config is set, quantized weights are not supported; take the"
                            + " model's float32, float16 or bfloat16 version");
        }
    }

    private static void refuseRopeScaling(JsonFile json, String key) {
        JsonFile rope = json.child(key);
        for (String typeKey : List.of("rope_type", "type")) {
            String type = rope.text(typeKey, "default");
            if (!type.equals("default")) {
                throw new ModelFormatException(
                        json.path(),
                        "%s.%s is %s, rope scaling is not supported (only default)",
                        key,
                        typeKey,
                        type);
            }
        }
        rope.object()
                .asMap()
                .forEach(
                        (inner, value) -> {
                            if (value.isJsonObject()) {
                                throw new ModelFormatException(
                                        json.path(),
                                        "%s.%s is an object, rope settings by layer type are not"
                                                + " supported",
                                        key,
                                        inner);
                            }
                        });
    }

    /**
     * As in transformers: layers from max_window_layers on slide, unless layer_types says which.
     */
    private static void refuseSlidingWindow(JsonFile json) {
        boolean enabled = json.bool("use_sliding_window", false);
        // no window as long as the longest sequence ever hides a token
        int window = json.integer("sliding_window", json.object().has("sliding_window") ? 0 : 4096);
        boolean matters = window > 0 && window < json.integer("max_position_embeddings", 32768);
        for (String type : json.texts("layer_types")) {
            boolean harmless = type.equals("sliding_attention") && enabled && !matters;
            if (!type.equals("full_attention") && !harmless) {
                throw new ModelFormatException(
                        json.path(),
                        "layer_types contains %s, only full_attention is supported",
                        type);
            }
        }
        boolean someLayersSlide =
                !json.has("layer_types")
                        && json.integer("max_window_layers", 28)
                                < json.integer("num_hidden_layers", 32);
        if (enabled && matters && someLayersSlide) {
            throw new ModelFormatException(
                    json.path(),
                    "use_sliding_window is true (sliding_window %s), sliding-window attention is not"
                            + " supported",
                    window);
        }
    }

    private static void refuseUnless(JsonFile json, String key, boolean fine, String wanted) {
        if (!fine) {
            throw json.wrong(key, wanted + " for a qwen2 model to be run here");
        }
    }

    /** In rope_parameters since transformers 5, at the top level before. */
    private static double ropeTheta(JsonFile json) {
        double top = json.number("rope_theta", 10000);
        return json.child("rope_scaling")
                .number("rope_theta", json.child("rope_parameters").number("rope_theta", top));
    }

    /** Without a dtype, that of the weights themselves decides, as in transformers 5. */
    private static String dtype(JsonFile json, Path dir) {
        String named = json.text("dtype", json.text("torch_dtype", "auto"));
        if (!named.equals("auto")) {
            return named.replaceFirst("^torch\\.", "");
        }
        if (!Files.exists(dir.resolve(Weights.SINGLE))
                && !Files.exists(dir.resolve(Weights.INDEX))) {
            return "float32";
        }
        Weights weights = Weights.open(dir);
        return weights.names().stream()
                .map(name -> weights.get(name).entry().dtype())
                .filter(SafeTensors.DType::isFloat)
                .map(SafeTensors.DType::torchName)
                .findFirst()
                .orElse("float32");
    }

    /**
     * A {@code config.json} that transformers 4 and 5 load as {@code Qwen2ForCausalLM}: keys that
     * were renamed between the two are written under both names.
     */
    public String toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("architectures", List.of("Qwen2ForCausalLM"));
        json.put("model_type", "qwen2");
        json.put("attention_dropout", 0.0);
        if (bosTokenId >= 0) {
            json.put("bos_token_id", bosTokenId);
        }
        json.put("dtype", dtype);
        if (!eosTokenIds.isEmpty()) {
            json.put("eos_token_id", eosTokenIds.size() == 1 ? eosTokenIds.get(0) : eosTokenIds);
        }
        json.put("head_dim", headDim);
        json.put("hidden_act", "silu");
        json.put("hidden_size", hiddenSize);
        json.put("initializer_range", 0.02);
        json.put("intermediate_size", intermediateSize);
        json.put("max_position_embeddings", maxPositions);
        json.put("num_attention_heads", heads);
        json.put("num_hidden_layers", layers);
        json.put("num_key_value_heads", kvHeads);
        if (padTokenId >= 0) {
            json.put("pad_token_id", padTokenId);
        }
        json.put("rms_norm_eps", rmsNormEps);
        JsonObject rope = new JsonObject();
        rope.addProperty("rope_type", "default");
        rope.addProperty("rope_theta", ropeTheta);
        json.put("rope_parameters", rope);
        json.put("rope_theta", ropeTheta);
        json.put("tie_word_embeddings", tiedEmbeddings);
        json.put("torch_dtype", dtype);
        json.put("use_cache", true);
        json.put("use_sliding_window", false);
        json.put("vocab_size", vocabSize);
        return new GsonBuilder().setPrettyPrinting().create().toJson(json) + "\n";
    }

    private static void positive(String key, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(key + " is " + value + ", it must be positive");
        }
    }
}
