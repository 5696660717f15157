package org.tina.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {

    private static final Path REFERENCE = Reference.DIR.resolve("tokenizer");

    @TempDir Path dir;

    @Test
    void encodesAndDecodesAsTransformersDoes() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(REFERENCE)) {
            for (JsonObject c : Reference.cases("tokenizer/cases.json")) {
                String text = c.get("text").getAsString();
                int[] ids = Reference.ints(c.get("ids"));
                assertArrayEquals(ids, tokenizer.encode(text), text);
                assertEquals(c.get("decoded").getAsString(), tokenizer.decode(ids, false));
                assertEquals(c.get("without_special").getAsString(), tokenizer.decode(ids, true));
            }
        }
    }

    @Test
    void knowsItsSpecialTokens() {
        try (Tokenizer tokenizer = Tokenizer.load(REFERENCE)) {
            assertEquals(0, tokenizer.bos());
            assertEquals(1, tokenizer.eos());
            assertEquals(2, tokenizer.pad());
            assertEquals("<|bos|>", tokenizer.bosToken());
            assertEquals("<|eos|>", tokenizer.eosToken());
            assertEquals("<|pad|>", tokenizer.padToken());
            int think = tokenizer.id("<think>");
            assertEquals("<think>", tokenizer.token(think));
            assertArrayEquals(new int[] {think}, tokenizer.encode("<think>"));
            assertEquals(-1, tokenizer.id("no such token"));
            assertNull(tokenizer.token(100_000));
            assertEquals(302, tokenizer.size());
        }
    }

    @Test
    void nothingIsCutOff() {
        try (Tokenizer tokenizer = Tokenizer.load(REFERENCE)) {
            String text = "7 ".repeat(5_000);
            int[] ids = tokenizer.encode(text);
            assertTrue(ids.length >= 5_000, "only " + ids.length + " tokens");
            assertEquals(text, tokenizer.decode(ids, true));
        }
    }

    @Test
    void oddInputIsHarmless() {
        try (Tokenizer tokenizer = Tokenizer.load(REFERENCE)) {
            assertEquals("a?b", tokenizer.decode(tokenizer.encode("a\uD83Db"), false));
            assertEquals("", tokenizer.decode(new int[] {5_000, Integer.MAX_VALUE}, false));
            assertEquals("", tokenizer.decode(new int[0], false));
            int[] half = Arrays.copyOf(tokenizer.encode("😀"), 1);
            assertEquals("\uFFFD", tokenizer.decode(half, false));
            Exception e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> tokenizer.decode(new int[] {-1}, false));
            assertTrue(e.getMessage().contains("-1"), e.getMessage());
        }
    }

    @Test
    void specialTokensMayBeObjectsOrInTheirOwnFile() throws IOException {
        tokenizerJson();
        config("{'eos_token': {'content': '<|eos|>', 'lstrip': false}, 'bos_token': null}");
        Files.writeString(
                dir.resolve("special_tokens_map.json"),
                "{\"pad_token\": {\"content\": \"<|pad|>\"}, \"bos_token\": \"<|bos|>\"}");
        try (Tokenizer tokenizer = Tokenizer.load(dir)) {
            assertEquals(1, tokenizer.eos());
            assertEquals(2, tokenizer.pad());
            assertEquals(-1, tokenizer.bos());
            assertEquals("", tokenizer.bosToken());
        }
    }

    @Test
    void withoutEosItIsRefused() throws IOException {
        tokenizerJson();
        config("{'bos_token': '<|bos|>'}");
        assertError("eos_token is missing", "tokenizer_config.json");
        config("{'eos_token': null}");
        assertError("eos_token is missing", "tokenizer_config.json");
    }

    @Test
    void aSpecialTokenOutsideTheVocabularyIsNamed() throws IOException {
        tokenizerJson();
        config("{'eos_token': '<|end|>'}");
        assertError("eos_token is \"<|end|>\"", "tokenizer.json");
        config("{'eos_token': 3}");
        assertError("eos_token is 3", "tokenizer_config.json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not json",
                "[]",
                "{}",
                "{'model': {}}",
                "{'model': {'type': 'BPE', 'vocab': {'<|eos|>': 0}}}",
                "{'model': {'type': 'BPE', 'vocab': {'<|eos|>': 0}, 'merges': ['a b']}}",
                "{'model': {'type': 'BPE', 'vocab': {'<|eos|>': 'x'}, 'merges': []}}",
                "{'model': {'type': 'Nothing', 'vocab': {'<|eos|>': 0}}}",
                "{'added_tokens': 5}",
            })
    void aDamagedFileIsOneClearError(String json) throws IOException {
        Files.writeString(dir.resolve("tokenizer.json"), json.replace('\'', '"'));
        config("{'eos_token': '<|eos|>'}");
        assertError("tokenizer.json", "");
    }

    @Test
    void aMissingFileIsNamed() {
        assertError("tokenizer.json", "");
    }

    private void assertError(String part, String other) {
        Exception e = assertThrows(ModelFormatException.class, () -> Tokenizer.load(dir));
        assertTrue(e.getMessage().contains(part) && e.getMessage().contains(other), e::toString);
    }

    private void tokenizerJson() throws IOException {
        Files.copy(REFERENCE.resolve("tokenizer.json"), dir.resolve("tokenizer.json"));
    }

    private void config(String json) throws IOException {
        Files.writeString(dir.resolve("tokenizer_config.json"), json.replace('\'', '"'));
    }
}
