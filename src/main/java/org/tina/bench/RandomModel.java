package org.tina.bench;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tina.data.AtomicFile;
import org.tina.mini.ModelFiles;
import org.tina.model.ModelConfig;
import org.tina.model.SafeTensors;

/**
 * A model directory with random weights, which runs as fast as a trained one; both sides of a
 * comparison load the same files.
 *
 * <p>Text is a token a byte. The token that ends a completion has an id that the model has no row
 * for, so that completions have exactly the asked length on both sides without anything to suppress
 * it.
 *
 * @param stopEvery if above 0, each so-manieth token ends a completion too: lengths then vary, with
 *     about this mean
 */
public record RandomModel(String name, ModelConfig config, int stopEvery) {

    private static final int BLOCK = 1 << 20;
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    public static final RandomModel MINI = qwen("mini", 4, 128, 4, 384, 512, true, "float32");
    public static final RandomModel SMALL = qwen("small", 12, 512, 8, 1536, 8192, true, "float32");

    /** The shape of Qwen2.5-0.5B. */
    static final RandomModel HALF_BILLION =
            qwen("0.5B", 24, 896, 14, 4864, 151936, true, "bfloat16");

    /** The shape of DeepSeek-R1-Distill-Qwen-1.5B. */
    static final RandomModel PAPER = qwen("1.5B", 28, 1536, 12, 8960, 151936, false, "bfloat16");

    private static RandomModel qwen(
            String name,
            int layers,
            int hidden,
            int heads,
            int inner,
            int vocabulary,
            boolean tied,
            String dtype) {
        int kvHeads = 2;
        int longest = 4096;
        ModelConfig config =
                new ModelConfig(
                        vocabulary,
                        hidden,
                        inner,
                        layers,
                        heads,
                        kvHeads,
                        hidden / heads,
                        1e-6,
                        10_000,
                        longest,
                        tied,
                        dtype);
        return new RandomModel(name, config.withSpecialTokens(-1, List.of(vocabulary), -1), 0);
    }

    RandomModel inHalfPrecision() {
        return new RandomModel(name + "-bf16", config.withDtype("bfloat16"), stopEvery);
    }

    RandomModel stopping(int tokens) {
        return new RandomModel(name + "-ragged", config, tokens);
    }

    /** Weights of the layers' products, which every token is multiplied with. */
    long layerWeights() {
        long hidden = config.hiddenSize();
        long attended = (long) config.heads() * config.headDim();
        long kv = (long) config.kvHeads() * config.headDim();
        return config.layers()
                * (hidden * (2 * attended + 2 * kv) + 3 * hidden * config.intermediateSize());
    }

    /** Weights of the product that gives the vocabulary's logits. */
    long headWeights() {
        return (long) config.vocabSize() * config.hiddenSize();
    }

    int bytesPerWeight() {
        return SafeTensors.DType.ofTorchName(config.dtype()).bytes();
    }

    /**
     * The model's directory, made if it is not there yet.
     *
     * @param cache holds such directories
     */
    public Path directory(Path cache) throws IOException {
        Path directory = cache.resolve(name);
        Path weights = directory.resolve("model.safetensors");
        Path written = directory.resolve("config.json");
        if (Files.exists(weights) && Files.readString(written).equals(config.toJson())) {
            return directory;
        }
        Files.deleteIfExists(weights); // written last: with it the directory is complete
        int vocabulary = config.vocabSize();
        String end = "<|end|>";
        List<Integer> stops = new ArrayList<>(List.of(vocabulary));
        for (int id = 1; stopEvery > 0 && id < vocabulary; id += stopEvery) {
            stops.add(id);
        }
        List<String> unreached =
                IntStream.range(256, vocabulary).mapToObj(id -> "<|" + id + "|>").toList();
        AtomicFile.writeString(written, config.toJson());
        AtomicFile.writeString(
                directory.resolve("tokenizer.json"),
                GSON.toJson(
                        ModelFiles.tokenizer(
                                unreached, List.of(ModelFiles.addedToken(vocabulary, end, true)))));
        AtomicFile.writeString(
                directory.resolve("tokenizer_config.json"),
                GSON.toJson(
                        Map.of(
                                "tokenizer_class", "PreTrainedTokenizerFast",
                                "eos_token", end,
                                "pad_token", "!",
                                "chat_template",
                                        "{% for m in messages %}{{ m['content'] }}{% endfor %}")));
        AtomicFile.writeString(
                directory.resolve("generation_config.json"),
                GSON.toJson(Map.of("eos_token_id", stops, "pad_token_id", (int) '!')));
        SafeTensors.write(weights, Map.of(), tensors());
        return directory;
    }

    private List<SafeTensors.Tensor> tensors() {
        SplittableRandom random = new SplittableRandom(1);
        float[] block = new float[2 * BLOCK];
        for (int i = 0; i < block.length; i++) {
            block[i] = (float) random.nextGaussian();
        }
        long hidden = config.hiddenSize();
        long attended = (long) config.heads() * config.headDim();
        long kv = (long) config.kvHeads() * config.headDim();
        long inner = config.intermediateSize();
        double small = 0.02;
        List<SafeTensors.Tensor> out = new ArrayList<>();
        out.add(normal(block, small, "model.embed_tokens.weight", config.vocabSize(), hidden));
        for (int l = 0; l < config.layers(); l++) {
            String attention = "model.layers." + l + ".self_attn.";
            String mlp = "model.layers." + l + ".mlp.";
            out.add(constant(1, "model.layers." + l + ".input_layernorm.weight", hidden));
            out.add(normal(block, small, attention + "q_proj.weight", attended, hidden));
            out.add(normal(block, small, attention + "k_proj.weight", kv, hidden));
            out.add(normal(block, small, attention + "v_proj.weight", kv, hidden));
            out.add(normal(block, small, attention + "o_proj.weight", hidden, attended));
            out.add(constant(0, attention + "q_proj.bias", attended));
            out.add(constant(0, attention + "k_proj.bias", kv));
            out.add(constant(0, attention + "v_proj.bias", kv));
            out.add(constant(1, "model.layers." + l + ".post_attention_layernorm.weight", hidden));
            out.add(normal(block, small, mlp + "gate_proj.weight", inner, hidden));
            out.add(normal(block, small, mlp + "up_proj.weight", inner, hidden));
            out.add(normal(block, small, mlp + "down_proj.weight", hidden, inner));
        }
        out.add(constant(1, "model.norm.weight", hidden));
        if (!config.tiedEmbeddings()) {
            out.add(normal(block, small, "lm_head.weight", config.vocabSize(), hidden));
        }
        return out;
    }

    private SafeTensors.Tensor constant(float value, String name, long length) {
        float[] values = new float[(int) length];
        Arrays.fill(values, value);
        return SafeTensors.Tensor.of(name, dtype(), new long[] {length}, () -> values);
    }

    /** Normal values, written in pieces of one block, as the largest tensor has 900 MB. */
    private SafeTensors.Tensor normal(
            float[] block, double deviation, String name, long rows, long columns) {
        SplittableRandom random = new SplittableRandom(name.hashCode());
        SafeTensors.Source source =
                stream -> {
                    for (long left = rows * columns; left > 0; left -= BLOCK) {
                        writePiece(stream, block, random.nextInt(BLOCK), deviation, left);
                    }
                };
        return new SafeTensors.Tensor(name, dtype(), new long[] {rows, columns}, source);
    }

    private void writePiece(
            OutputStream stream, float[] block, int from, double deviation, long left)
            throws IOException {
        float[] piece = Arrays.copyOfRange(block, from, from + (int) Math.min(BLOCK, left));
        for (int i = 0; i < piece.length; i++) {
            piece[i] *= (float) deviation;
        }
        SafeTensors.encode(piece, dtype(), stream);
    }

    private SafeTensors.DType dtype() {
        return SafeTensors.DType.ofTorchName(config.dtype());
    }
}
