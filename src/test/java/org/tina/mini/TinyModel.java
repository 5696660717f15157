package org.tina.mini;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tina.data.AtomicFile;
import org.tina.model.CausalLM;
import org.tina.model.ModelConfig;
import org.tina.model.SafeTensors;

/**
 * A random Qwen2 model of some 20,000 parameters with the miniature's tokenizer, for tests that
 * train: made in milliseconds, a step takes a few.
 */
public final class TinyModel {

    private TinyModel() {}

    /** Writes a model whose completions nearly never end by themselves. */
    public static Path write(Path directory, long seed) throws IOException {
        ModelFiles.write(directory);
        ModelConfig full = ModelFiles.config();
        ModelConfig tiny =
                new ModelConfig(
                                full.vocabSize(),
                                32,
                                48,
                                2,
                                4,
                                2,
                                8,
                                1e-6,
                                10_000,
                                512,
                                false,
                                "float32")
                        .withSpecialTokens(
                                full.bosTokenId(), full.eosTokenIds(), full.padTokenId());
        AtomicFile.writeString(directory.resolve("config.json"), tiny.toJson());
        CausalLM.initialize(directory, seed);
        scaleHead(directory.resolve("model.safetensors"), 10);
        return directory;
    }

    /** A fresh head is nearly flat, so that no adapter could ever prefer a token by much. */
    private static void scaleHead(Path file, float factor) throws IOException {
        SafeTensors fresh = SafeTensors.open(file);
        List<SafeTensors.Tensor> tensors = new ArrayList<>();
        for (SafeTensors.Entry entry : fresh.entries().values()) {
            float[] values = fresh.floats(entry.name());
            if (entry.name().equals("lm_head.weight")) {
                for (int i = 0; i < values.length; i++) {
                    values[i] *= factor;
                }
            }
            tensors.add(
                    SafeTensors.Tensor.of(
                            entry.name(), entry.dtype(), entry.shape(), () -> values));
        }
        SafeTensors.write(file, Map.of("format", "pt"), tensors);
    }

    /** Writes a model that ends a completion with one token in ten, so that lengths vary. */
    public static Path writeTalkative(Path directory, long seed) throws IOException {
        write(directory, seed);
        String stops =
                IntStream.range(128, 160)
                        .mapToObj(String::valueOf)
                        .collect(Collectors.joining(","));
        Files.writeString(
                directory.resolve("generation_config.json"), "{\"eos_token_id\": [" + stops + "]}");
        return directory;
    }
}
