package org.tina.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tina.model.ChatTemplate;
import org.tina.model.Tokenizer;

/** Tokens and chats as transformers makes them of the same directory. */
class TextConformanceTest {

    private static final JsonObject REFERENCE = References.json("tokenizer.json").getAsJsonObject();

    @Test
    void textsBecomeTheSameTokensAndBack() {
        try (Tokenizer tokenizer = Tokenizer.load(References.path("tied/model"))) {
            for (JsonObject it : References.objects(REFERENCE.get("encodings"))) {
                String text = it.get("text").getAsString();
                int[] ids = References.ints(it.get("ids"));
                assertArrayEquals(ids, tokenizer.encode(text), text);
                assertEquals(it.get("decoded").getAsString(), tokenizer.decode(ids, false));
                assertEquals(
                        it.get("decoded_skip_special").getAsString(), tokenizer.decode(ids, true));
            }
            assertArrayEquals(
                    new int[] {0, 1, 2},
                    new int[] {tokenizer.pad(), tokenizer.bos(), tokenizer.eos()});
        }
    }

    @Test
    void chatsRenderTheSame() {
        ChatTemplate template = ChatTemplate.load(References.path("tied/model"));
        for (JsonObject it : References.objects(REFERENCE.get("chats"))) {
            List<ChatTemplate.Message> chat =
                    References.objects(it.get("messages")).stream()
                            .map(
                                    m ->
                                            new ChatTemplate.Message(
                                                    m.get("role").getAsString(),
                                                    m.get("content").getAsString()))
                            .toList();
            assertEquals(it.get("text").getAsString(), template.render(chat, false));
            assertEquals(it.get("prompt").getAsString(), template.render(chat, true));
        }
    }
}
