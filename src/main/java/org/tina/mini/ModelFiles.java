package org.tina.mini;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tina.data.AtomicFile;
import org.tina.model.ModelConfig;

/**
 * Everything of the miniature's model directory but the weights, in the form that transformers
 * writes and reads.
 */
public final class ModelFiles {
    /** The longest text that the model takes, in tokens. */
    static final int MAX_TOKENS = 512;

    private static final int BOS = Vocabulary.id(Vocabulary.BOS);
    private static final int EOS = Vocabulary.id(Vocabulary.EOS);
    private static final int PAD = Vocabulary.id(Vocabulary.PAD);

    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create();

    private static final String CHAT_TEMPLATE =
            "{{ bos_token }}{% for message in messages %}"
                    + "{% if message['role'] == 'system' %}{{ message['content'] }}"
                    + "{% elif message['role'] == 'user' %}{{ '<|User|>' + message['content'] }}"
                    + "{% elif message['role'] == 'assistant' %}"
                    + "{{ '<|Assistant|>' + message['content'] + eos_token }}"
                    + "{% endif %}{% endfor %}"
                    + "{% if add_generation_prompt %}{{ '<|Assistant|>' }}{% endif %}";

    private ModelFiles() {}

    /**
     * Writes config.json, tokenizer.json, tokenizer_config.json and generation_config.json.
     *
     * @param directory is made if it does not exist; files of these names in it are replaced
     */
    public static void write(Path directory) throws IOException {
        AtomicFile.writeString(directory.resolve("config.json"), config().toJson());
        write(directory.resolve("tokenizer.json"), tokenizer());
        write(directory.resolve("tokenizer_config.json"), tokenizerConfig());
        write(directory.resolve("generation_config.json"), generationConfig());
    }

    private static void write(Path file, Map<String, Object> content) throws IOException {
        AtomicFile.writeString(file, GSON.toJson(content) + "\n");
    }

    /** The model's shape: a Qwen2 of 0.8 million parameters. */
    public static ModelConfig config() {
        int hidden = 128;
        int intermediate = 384;
        int layers = 4;
        int heads = 4;
        int kvHeads = 2;
        int headDim = 32;
        boolean tied = true;
        return new ModelConfig(
                        Vocabulary.size(),
                        hidden,
                        intermediate,
                        layers,
                        heads,
                        kvHeads,
                        headDim,
                        1e-6,
                        10_000,
                        MAX_TOKENS,
                        tied,
                        "float32")
                .withSpecialTokens(BOS, List.of(EOS), PAD);
    }

    private static Map<String, Object> tokenizer() {
        var added = new ArrayList<Map<String, Object>>();
        for (String phrase : Vocabulary.phrases()) {
            boolean special = Vocabulary.SPECIAL.contains(phrase);
            added.add(addedToken(Vocabulary.id(phrase), phrase, special));
        }
        return tokenizer(List.of(), added);
    }

    /** A token that is searched in a text before all others, for {@link #tokenizer(List, List)}. */
    public static Map<String, Object> addedToken(int id, String content, boolean special) {
        var token = new LinkedHashMap<String, Object>();
        token.put("id", id);
        token.put("content", content);
        token.put("single_word", false);
        token.put("lstrip", false);
        token.put("rstrip", false);
        token.put("normalized", false);
        token.put("special", special);
        return token;
    }

    /**
     * The tokenizer.json of a byte-level byte-pair tokenizer, the real model's kind, that has
     * nothing to merge. Added tokens are searched first, leftmost and longest; what is left falls
     * apart into bytes.
     *
     * <p>The kind matters: for a model of type qwen2, transformers 5 rebuilds normalizer,
     * pre-tokenizer and decoder as byte-level ones whatever this file says.
     *
     * @param unreached tokens after the 256 bytes, which no text is encoded to
     * @param added made by {@link #addedToken}
     */
    public static Map<String, Object> tokenizer(
            List<String> unreached, List<Map<String, Object>> added) {
        var vocabulary = new LinkedHashMap<String, Integer>();
        Vocabulary.bytes().forEach(b -> vocabulary.put(b, vocabulary.size()));
        unreached.forEach(token -> vocabulary.put(token, vocabulary.size()));

        var model = new LinkedHashMap<String, Object>();
        model.put("type", "BPE");
        model.put("dropout", null);
        model.put("unk_token", null);
        model.put("continuing_subword_prefix", "");
        model.put("end_of_word_suffix", "");
        model.put("fuse_unk", false);
        model.put("byte_fallback", false);
        model.put("vocab", vocabulary);
        model.put("merges", List.of());

        var byteLevel = new LinkedHashMap<String, Object>();
        byteLevel.put("type", "ByteLevel");
        byteLevel.put("add_prefix_space", false);
        byteLevel.put("trim_offsets", false);
        byteLevel.put("use_regex", false);

        var tokenizer = new LinkedHashMap<String, Object>();
        tokenizer.put("version", "1.0");
        tokenizer.put("truncation", null);
        tokenizer.put("padding", null);
        tokenizer.put("added_tokens", added);
        tokenizer.put("normalizer", Map.of("type", "NFC"));
        tokenizer.put("pre_tokenizer", byteLevel);
        tokenizer.put("post_processor", null);
        tokenizer.put("decoder", byteLevel);
        tokenizer.put("model", model);
        return tokenizer;
    }

    private static Map<String, Object> tokenizerConfig() {
        var config = new LinkedHashMap<String, Object>();
        config.put("tokenizer_class", "PreTrainedTokenizerFast");
        config.put("bos_token", Vocabulary.BOS);
        config.put("eos_token", Vocabulary.EOS);
        config.put("pad_token", Vocabulary.PAD);
        config.put("unk_token", null);
        config.put("add_bos_token", false);
        config.put("clean_up_tokenization_spaces", false);
        config.put("model_max_length", MAX_TOKENS);
        config.put("chat_template", CHAT_TEMPLATE);
        return config;
    }

    private static Map<String, Object> generationConfig() {
        var config = new LinkedHashMap<String, Object>();
        config.put("bos_token_id", BOS);
        config.put("eos_token_id", EOS);
        config.put("pad_token_id", PAD);
        config.put("do_sample", true);
        config.put("temperature", 0.6);
        config.put("top_p", 0.95);
        config.put("top_k", 0); // transformers keeps the likeliest 50 if this is not said
        return config;
    }
}
