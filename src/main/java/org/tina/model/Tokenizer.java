package org.tina.model;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.tina.data.FileTrouble;

/**
 * Text to token ids and back, by {@code tokenizer.json} as transformers would; which tokens are
 * bos, eos and pad comes from {@code tokenizer_config.json} or {@code special_tokens_map.json}.
 *
 * <p>Holds native memory: close it. Safe to use from several threads.
 */
public final class Tokenizer implements AutoCloseable {

    static {
        DjlSettings.apply();
    }

    private static final Map<String, String> AS_IT_IS =
            Map.of(
                    "addSpecialTokens", "false",
                    "truncation", "do_not_truncate",
                    "padding", "do_not_pad");

    private final HuggingFaceTokenizer tokenizer;
    private final Map<String, Integer> ids;
    private final Map<Integer, String> tokens = new HashMap<>();
    private final String bosToken;
    private final String eosToken;
    private final String padToken;

    private Tokenizer(
            HuggingFaceTokenizer tokenizer, Map<String, Integer> ids, SpecialTokens named) {
        this.tokenizer = tokenizer;
        this.ids = ids;
        ids.forEach((token, id) -> tokens.put(id, token));
        this.bosToken = named.token("bos_token");
        this.eosToken = named.token("eos_token");
        this.padToken = named.token("pad_token");
    }

    /**
     * Loads the tokenizer of a model directory.
     *
     * @throws ModelFormatException naming file and key if a file is missing or damaged, a special
     *     token is not in the vocabulary, or there is no eos token
     */
    public static Tokenizer load(Path dir) {
        Path path = dir.resolve("tokenizer.json");
        String json = read(path);
        Map<String, Integer> ids = vocabulary(path, json);
        SpecialTokens named = SpecialTokens.read(dir);
        for (String key : SpecialTokens.KEYS) {
            if (!named.token(key).isEmpty() && !ids.containsKey(named.token(key))) {
                throw new ModelFormatException(
                        named.file(key),
                        key + " is \"" + named.token(key) + "\", which is not in " + path);
            }
        }
        if (named.token("eos_token").isEmpty()) {
            throw new ModelFormatException(
                    dir.resolve(SpecialTokens.CONFIG),
                    "eos_token is missing: name the token that ends a completion");
        }
        try {
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            return new Tokenizer(
                    HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(bytes), AS_IT_IS),
                    ids,
                    named);
        } catch (IOException | RuntimeException e) {
            throw new ModelFormatException(path, "not a tokenizer: " + e.getMessage(), e);
        }
    }

    /**
     * The tokens of a text. Special tokens written out in the text, such as {@code <|im_start|>},
     * become their token; none is added, nothing is cut off.
     */
    public int[] encode(String text) {
        long[] encoded = tokenizer.encode(wellFormed(text), false, false).getIds();
        return Arrays.stream(encoded).mapToInt(Math::toIntExact).toArray();
    }

    /**
     * The text of tokens. Ids that stand for no token (a model's embedding may have spare rows)
     * give no text; bytes that are no UTF-8 give U+FFFD.
     *
     * @param skipSpecial whether special tokens give no text either
     */
    public String decode(int[] ids, boolean skipSpecial) {
        for (int id : ids) {
            if (id < 0) {
                throw new IllegalArgumentException("token id " + id + " is negative");
            }
        }
        return tokenizer.decode(Arrays.stream(ids).asLongStream().toArray(), skipSpecial);
    }

    /** Id of the beginning-of-sequence token, -1 if there is none. */
    public int bos() {
        return ids.getOrDefault(bosToken, -1);
    }

    /** Id of the end-of-sequence token. */
    public int eos() {
        return ids.get(eosToken);
    }

    /** Id of the padding token, -1 if there is none. */
    public int pad() {
        return ids.getOrDefault(padToken, -1);
    }

    /** Text of the beginning-of-sequence token, empty if there is none. */
    public String bosToken() {
        return bosToken;
    }

    /** Text of the end-of-sequence token. */
    public String eosToken() {
        return eosToken;
    }

    /** Text of the padding token, empty if there is none. */
    public String padToken() {
        return padToken;
    }

    /** Id of a token of the vocabulary, as the vocabulary spells it; -1 if it has none such. */
    public int id(String token) {
        return ids.getOrDefault(token, -1);
    }

    /** The token of an id as the vocabulary spells it ({@code Ġthe}), or null for a spare id. */
    public String token(int id) {
        return tokens.get(id);
    }

    /** Number of tokens, special ones included. */
    public int size() {
        return ids.size();
    }

    /** Frees the native tokenizer. */
    @Override
    public void close() {
        tokenizer.close();
    }

    private static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new ModelFormatException(path, FileTrouble.reason(e), e);
        }
    }

    /** DJL gives no way to ask for the vocabulary, so it is read from the same JSON. */
    private static Map<String, Integer> vocabulary(Path path, String json) {
        Map<String, Integer> ids = new HashMap<>();
        try (JsonReader reader = new JsonReader(new StringReader(json))) {
            reader.beginObject();
            while (reader.hasNext()) {
                switch (reader.nextName()) {
                    case "added_tokens" -> readAddedTokens(reader, ids);
                    case "model" -> readModel(reader, ids);
                    default -> reader.skipValue();
                }
            }
            reader.endObject();
        } catch (IOException
                | IllegalStateException
                | NumberFormatException
                | JsonParseException e) {
            throw new ModelFormatException(path, "not a tokenizer: " + e.getMessage(), e);
        }
        return ids;
    }

    private static void readAddedTokens(JsonReader reader, Map<String, Integer> ids)
            throws IOException {
        reader.beginArray();
        while (reader.hasNext()) {
            String content = null;
            int id = -1;
            reader.beginObject();
            while (reader.hasNext()) {
                switch (reader.nextName()) {
                    case "content" -> content = reader.nextString();
                    case "id" -> id = reader.nextInt();
                    default -> reader.skipValue();
                }
            }
            reader.endObject();
            ids.put(content, id);
        }
        reader.endArray();
    }

    private static void readModel(JsonReader reader, Map<String, Integer> ids) throws IOException {
        reader.beginObject();
        while (reader.hasNext()) {
            if (!reader.nextName().equals("vocab")) {
                reader.skipValue();
                continue;
            }
            reader.beginObject();
            while (reader.hasNext()) {
                ids.put(reader.nextName(), reader.nextInt());
            }
            reader.endObject();
        }
        reader.endObject();
    }

    /** Half a surrogate pair is no Unicode text; it becomes U+FFFD, as an encoder to UTF-8 does. */
    private static String wellFormed(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
