package org.tina.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tina.model.SafeTensors.DType;
import org.tina.model.SafeTensors.Tensor;

class ModelConfigTest {

    @TempDir Path dir;

    @Test
    void readsTheDistilledModelsConfig() throws IOException {
        ModelConfig config =
                read(
                        """
                        {"architectures": ["Qwen2ForCausalLM"], "attention_dropout": 0.0,
                         "bos_token_id": 151643, "eos_token_id": 151643, "hidden_act": "silu",
                         "hidden_size": 1536, "initializer_range": 0.02, "intermediate_size": 8960,
                         "max_position_embeddings": 131072, "max_window_layers": 21,
                         "model_type": "qwen2", "num_attention_heads": 12, "num_hidden_layers": 28,
                         "num_key_value_heads": 2, "rms_norm_eps": 1e-06, "rope_theta": 10000,
                         "sliding_window": 4096, "tie_word_embeddings": false,
                         "torch_dtype": "bfloat16", "transformers_version": "4.44.0",
                         "use_cache": true, "use_mrope": false, "use_sliding_window": false,
                         "vocab_size": 151936}
                        """);
        assertEquals(
                new ModelConfig(
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
                                "bfloat16")
                        .withSpecialTokens(151643, List.of(151643), -1),
                config);
    }

    @Test
    void missingKeysTakeTransformersDefaults() throws IOException {
        assertEquals(
                new ModelConfig(
                        151936, 4096, 22016, 32, 32, 32, 128, 1e-6, 10000, 32768, false, "float32"),
                read("{'model_type': 'qwen2'}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'rope_theta': 1000000.0 | 1000000",
                "'rope_theta': 5, 'rope_scaling': null | 5",
                "'rope_parameters': {'rope_type': 'default', 'rope_theta': 7.5} | 7.5",
                "'rope_theta': 5, 'rope_parameters': {'rope_theta': 7.5} | 7.5",
                "'rope_theta': 5, 'rope_parameters': {'rope_type': 'default'} | 5",
                "'rope_scaling': {'type': 'default', 'rope_theta': 9} | 9",
            })
    void ropeThetaMayStandInEitherPlace(String keys, double theta) throws IOException {
        assertEquals(theta, readQwen2(keys).ropeTheta());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'torch_dtype': 'float16' | float16",
                "'dtype': 'bfloat16' | bfloat16",
                "'dtype': 'float16', 'torch_dtype': 'float32' | float16",
                "'torch_dtype': 'torch.bfloat16' | bfloat16",
            })
    void theDtypeHasTwoNames(String keys, String dtype) throws IOException {
        assertEquals(dtype, readQwen2(keys).dtype());
    }

    @Test
    void withoutADtypeTheWeightsDecide() throws IOException {
        SafeTensors.write(
                dir.resolve("model.safetensors"),
                Map.of(),
                List.of(Tensor.of("x", DType.BF16, new long[] {1}, () -> new float[1])));
        assertEquals("bfloat16", readQwen2("'vocab_size': 5").dtype());
    }

    @Test
    void headsMayBeSharedSizedAndMissing() throws IOException {
        ModelConfig config =
                readQwen2("'num_attention_heads': 6, 'num_key_value_heads': 1, 'head_dim': 20");
        assertEquals(1, config.kvHeads());
        assertEquals(20, config.headDim());
        assertEquals(
                6, readQwen2("'num_attention_heads': 6, 'num_key_value_heads': null").kvHeads());
    }

    @Test
    void eosMayBeAList() throws IOException {
        ModelConfig config = readQwen2("'eos_token_id': [5, 6], 'pad_token_id': 4");
        assertEquals(List.of(5, 6), config.eosTokenIds());
        assertEquals(4, config.padTokenId());
        assertEquals(-1, config.bosTokenId());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'sliding_window': 4096, 'use_sliding_window': false",
                "'sliding_window': null, 'use_sliding_window': true",
                "'sliding_window': 32768, 'use_sliding_window': true, 'max_window_layers': 0",
                "'sliding_window': 64, 'use_sliding_window': true, 'max_window_layers': 32",
                "'layer_types': ['full_attention', 'full_attention']",
            })
    void aSlidingWindowThatHidesNothingIsFine(String keys) throws IOException {
        readQwen2(keys);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'model_type': 'llama' | model_type is llama",
                "'model_type': 'qwen2_moe' | model_type is qwen2_moe",
                "'rope_scaling': {'type': 'yarn', 'factor': 4.0} | rope_scaling.type is yarn",
                "'rope_scaling': {'rope_type': 'linear'} | rope_scaling.rope_type is linear",
                "'rope_parameters': {'rope_type': 'dynamic'} | rope_parameters.rope_type is dynamic",
                "'rope_parameters': {'full_attention': {'rope_theta': 1}} | rope_parameters.full_attention",
                "'use_sliding_window': true, 'max_window_layers': 21 | use_sliding_window is true",
                "'layer_types': ['full_attention', 'sliding_attention'] | layer_types contains sliding_attention",
                "'layer_types': 'full_attention' | layer_types is",
                "'layer_types': [5, {}] | layer_types",
                "'hidden_act': 'gelu' | hidden_act is \"gelu\"",
                "'attention_bias': false | attention_bias is false",
                "'mlp_bias': true | mlp_bias is true",
                "'use_mrope': true | use_mrope is true",
                "'quantization_config': {'bits': 4} | quantization_config",
                "'dtype': 'float64' | dtype is float64",
                "'num_attention_heads': 5 | num_key_value_heads is 32",
                "'num_attention_heads': 0 | num_attention_heads is 0",
                "'hidden_size': -1 | hidden_size is -1",
                "'hidden_size': 1.5 | hidden_size is 1.5",
                "'hidden_size': '12' | hidden_size is \"12\"",
                "'hidden_size': 99999999999 | hidden_size is 99999999999",
                "'head_dim': 3 | head_dim is 3",
                "'rms_norm_eps': 0 | rms_norm_eps is 0",
                "'rope_theta': '1e6' | rope_theta is \"1e6\"",
                "'tie_word_embeddings': 1 | tie_word_embeddings is 1",
                "'eos_token_id': ['a'] | eos_token_id is [\"a\"]",
                "'eos_token_id': {} | eos_token_id is {}",
                "'rope_scaling': 5 | rope_scaling is 5",
            })
    void whatCannotBeHonouredIsRefusedByName(String keys, String message) {
        ModelFormatException e = assertThrows(ModelFormatException.class, () -> readQwen2(keys));
        assertTrue(e.getMessage().contains(message), e.getMessage());
        assertTrue(e.getMessage().contains("config.json"), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "[]", "{", "{'a'}", "null"})
    void aDamagedFileIsNamed(String json) {
        Exception e = assertThrows(ModelFormatException.class, () -> read(json));
        assertTrue(e.getMessage().contains("config.json"), e.getMessage());
    }

    @Test
    void aMissingFileIsNamed() {
        Exception e = assertThrows(ModelFormatException.class, () -> ModelConfig.read(dir));
        assertTrue(e.getMessage().contains("config.json: no such file"), e.getMessage());
    }

    @Test
    void whatIsWrittenReadsBackTheSame() throws IOException {
        ModelConfig plain = new ModelConfig(10, 16, 24, 2, 4, 2, 6, 1e-5, 5e5, 64, true, "float16");
        assertEquals(plain, read(plain.toJson()));
        ModelConfig tokens = plain.withSpecialTokens(1, List.of(2, 3), 0).withDtype("bfloat16");
        assertEquals(tokens, read(tokens.toJson()));
        assertEquals("bfloat16", tokens.dtype());
    }

    private ModelConfig readQwen2(String keys) throws IOException {
        return read(
                keys.contains("'model_type'")
                        ? "{" + keys + "}"
                        : "{'model_type': 'qwen2', " + keys + "}");
    }

    private ModelConfig read(String json) throws IOException {
        Files.writeString(dir.resolve("config.json"), json.replace('\'', '"'));
        return ModelConfig.read(dir);
    }
}
