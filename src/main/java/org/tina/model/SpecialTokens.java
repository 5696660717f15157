package org.tina.model;

import com.google.gson.JsonElement;
import java.nio.file.Path;
import java.util.List;

/** The special tokens that a model directory names, from whichever of two files has them. */
record SpecialTokens(JsonFile config, JsonFile map) {

    static final String CONFIG = "tokenizer_config.json";
    static final List<String> KEYS = List.of("bos_token", "eos_token", "pad_token", "unk_token");

    static SpecialTokens read(Path dir) {
        return new SpecialTokens(
                JsonFile.readIfPresent(dir.resolve(CONFIG)),
                JsonFile.readIfPresent(dir.resolve("special_tokens_map.json")));
    }

    /** The token's text, given as a string or as an object with its content; empty if none. */
    String token(String key) {
        JsonFile json = source(key);
        if (!json.has(key)) {
            return "";
        }
        JsonElement value = json.object().get(key);
        return value.isJsonObject() ? json.child(key).text("content", "") : json.text(key, "");
    }

    Path file(String key) {
        return source(key).path();
    }

    /** A key in tokenizer_config.json counts even if null: there it says "none". */
    private JsonFile source(String key) {
        return config.object().has(key) ? config : map;
    }
}
