package org.tina.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerationConfigTest {

    @TempDir Path dir;

    @Test
    void readsWhatTheMakersSuggest() throws IOException {
        GenerationConfig config =
                read(
                        "{'bos_token_id': 1, 'pad_token_id': 0, 'do_sample': true, 'eos_token_id':"
                                + " [2, 3], 'repetition_penalty': 1.05, 'temperature': 0.7,"
                                + " 'top_p': 0.8, 'top_k': 20, 'num_beams': 1}");
        assertEquals(
                new GenerationConfig(
                        List.of(2, 3),
                        0,
                        true,
                        0.7,
                        0.8,
                        20,
                        0,
                        List.of("repetition_penalty 1.05")),
                config);
    }

    @Test
    void withoutTheFileTransformersDefaultsHold() throws IOException {
        assertEquals(
                new GenerationConfig(List.of(), -1, false, 1, 1, 50, 0, List.of()),
                GenerationConfig.read(dir));
        Files.writeString(dir.resolve("config.json"), "{\"eos_token_id\": 9}");
        assertEquals(List.of(9), GenerationConfig.read(dir).eosTokenIds());
        assertEquals(List.of(4), read("{'eos_token_id': 4}").eosTokenIds());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'temperature': 0} | temperature is 0, it must be above 0",
                "{'temperature': 'hot'} | temperature is \"hot\"",
                "{'top_p': 1.5} | top_p is 1.5, it must be above 0 and at most 1",
                "{'top_k': -1} | top_k is -1, it must be at least 0",
                "{'top_k': 2.5} | top_k is 2.5",
                "{'min_p': -0.1} | min_p is -0.1",
                "{'eos_token_id': 'end'} | eos_token_id is \"end\"",
                "[] | generation_config.json: must hold a JSON object",
            })
    void aBadValueIsNamed(String json, String message) {
        Exception e = assertThrows(ModelFormatException.class, () -> read(json));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    private GenerationConfig read(String json) throws IOException {
        Files.writeString(dir.resolve("generation_config.json"), json.replace('\'', '"'));
        return GenerationConfig.read(dir);
    }
}
