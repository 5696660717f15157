package org.tina.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tina.model.ChatTemplate.Message;

class ChatTemplateTest {

    private static final List<Message> QUESTION = List.of(Message.user("1+1?"));

    @TempDir Path dir;

    @TestFactory
    Stream<DynamicTest> rendersAsTransformersDoes() throws IOException {
        return Reference.cases("chats.json").stream()
                .map(c -> dynamicTest(c.get("name").getAsString(), () -> check(c)));
    }

    private void check(JsonObject c) throws IOException {
        JsonObject config = new JsonObject();
        config.addProperty("bos_token", "<bos>");
        config.addProperty("eos_token", "<eos>");
        config.add("chat_template", c.get("template"));
        Files.writeString(dir.resolve("tokenizer_config.json"), config.toString());
        List<Message> messages =
                c.getAsJsonArray("messages").asList().stream()
                        .map(m -> m.getAsJsonObject())
                        .map(
                                m ->
                                        new Message(
                                                m.get("role").getAsString(),
                                                m.get("content").getAsString()))
                        .toList();
        boolean prompt = c.get("add_generation_prompt").getAsBoolean();
        ChatTemplate template = ChatTemplate.load(dir);
        if (c.has("error")) {
            Exception e =
                    assertThrows(
                            ModelFormatException.class, () -> template.render(messages, prompt));
            assertTrue(e.getMessage().endsWith(c.get("error").getAsString()), e.getMessage());
            assertTrue(e.getMessage().contains("tokenizer_config.json"), e.getMessage());
        } else {
            assertEquals(c.get("expected").getAsString(), template.render(messages, prompt));
        }
    }

    @Test
    void theJinjaFileWinsOverTheConfig() throws IOException {
        config("{'bos_token': {'content': '<s>'}, 'chat_template': 'config'}");
        Files.writeString(dir.resolve("chat_template.jinja"), "file {{ bos_token }}\r\n");
        assertEquals("file <s>", ChatTemplate.load(dir).render(QUESTION, true));
    }

    @Test
    void ofNamedTemplatesTheDefaultIsTaken() throws IOException {
        config(
                "{'chat_template': [{'name': 'tool_use', 'template': 'no'},"
                        + " {'name': 'default', 'template': 'yes'}]}");
        assertEquals("yes", ChatTemplate.load(dir).render(QUESTION, true));
    }

    @Test
    void theDateOfTodayIsKnown() throws IOException {
        template("{{ strftime_now('%Y-%m-%d') }}");
        String rendered = ChatTemplate.load(dir).render(QUESTION, true);
        assertTrue(rendered.matches("20\\d\\d-\\d\\d-\\d\\d"), rendered);
    }

    @Test
    void aMissingTemplateIsNamed() throws IOException {
        config("{}");
        Exception e = assertThrows(ModelFormatException.class, () -> ChatTemplate.load(dir));
        assertTrue(e.getMessage().contains("chat_template is missing"), e.getMessage());
        config("{'chat_template': [{'name': 'rag', 'template': 'no'}]}");
        e = assertThrows(ModelFormatException.class, () -> ChatTemplate.load(dir));
        assertTrue(e.getMessage().contains("named default"), e.getMessage());
    }

    @Test
    void textOfMessagesIsNeverATemplate() throws IOException {
        template("{{ messages[0].content }}");
        String text = "{{ 1+1 }}{% raw %}{# x #}\\n";
        assertEquals(text, ChatTemplate.load(dir).render(List.of(Message.user(text)), true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ messages.getClass().getName() }}",
                "{{ messages[0].content.getClass() }}",
                "{{ messages[0].content.class }}",
                "{{ ''.class.forName('java.lang.Runtime') }}",
                "{{ bos_token.getBytes() }}",
                "{{ ____int3rpr3t3r____.getContext() }}",
                "{{ ____int3rpr3t3r____.config }}",
                "{{ ____int3rpr3t3r____.resolveELExpression('1', 1) }}",
                "{{ messages[0]['filter:upper'].getClass() }}",
                "{{ messages.clear() }}",
                "{{ messages.append(1) }}",
                "{{ messages[0].put('content', 'x') }}",
                "{{ messages[0].update({'content': 'x'}) }}",
                "{% include 'org/tina/model/Secret.txt' %}",
                "{% import 'org/tina/model/Secret.txt' as s %}{{ s }}",
                "{% from 'org/tina/model/Secret.txt' import x %}",
                "{% extends 'org/tina/model/Secret.txt' %}",
                "{% for m in messages %}{{ loop.getClass() }}{% endfor %}",
                "{% for m in messages %}{{ loop.class }}{% endfor %}",
                "{{ range.getClass() }}",
                "{{ (1).getClass() }}",
                "{{ messages[0].items()[0].getClass() }}",
                "{{ messages[0].items()[0].class }}",
                "{{ 'x'|attr('class') }}",
                "{{ messages|map(attribute='class')|list }}",
                "{{ ''.__class__.__mro__ }}",
                "{{ messages[0].content.__class__ }}",
                "{{ messages.__class__.__init__.__globals__ }}",
                "{{ messages[0].content[0].class }}",
                "{{ raise_exception.__globals__ }}",
                "{% for m in messages if m.content.getClass() %}{{ m.class }}{% endfor %}",
                "{% for bytes, class in ['x'] %}{{ class }}{% endfor %}",
                "{% for bytes, class in [loop, range] if class %}{{ class }}{% endfor %}",
                "{{ messages[0].items()[0][0].getClass() }}",
                "{% macro m() %}{{ caller.getClass() }}{{ m.getClass() }}{% endmacro %}{{ m() }}",
            })
    void aTemplateReachesNoJavaObject(String hostile) throws IOException {
        template(hostile);
        ChatTemplate template = ChatTemplate.load(dir);
        String output;
        try {
            output = template.render(QUESTION, true);
        } catch (ModelFormatException e) {
            return; // refused
        }
        assertFalse(
                output.matches("(?s).*(java|jinjava|class |Context|Config|\\[B|@).*"),
                "gave: " + output);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ messages[0 }}",
                "{% if %}",
                "{% for m in messages %}",
                "{% nonsense %}",
                "{{ messages | nonsense }}",
                "{{ messages[0].content.nonsense() }}",
                "{{ nonsense() }}",
                "{{ 'a'.startswith() }}",
                "{{ 'a'.startswith(none) }}",
                "{{ 'a'.replace('a') }}",
                "{{ 'a'.split('b', 'c') }}",
                "{{ 'a'.join(5) }}",
                "{{ messages[0].get() }}",
                "{{ messages[0].content[9] }}",
                "{% macro endless() %}{{ endless() }}{% endmacro %}{{ endless() }}",
                "{% for m in messages if m.content.nonsense() %}{% endfor %}",
                "{% for m in messages if %}{% endfor %}",
                "{% for m in messages if m[ %}{% endfor %}",
            })
    void aBrokenTemplateIsOneClearError(String broken) throws IOException {
        template(broken);
        Exception e =
                assertThrows(
                        ModelFormatException.class,
                        () -> ChatTemplate.load(dir).render(QUESTION, true));
        assertTrue(e.getMessage().contains("chat_template.jinja: chat template: "), e::toString);
    }

    private void template(String source) throws IOException {
        Files.writeString(dir.resolve("chat_template.jinja"), source);
    }

    private void config(String json) throws IOException {
        Files.writeString(dir.resolve("tokenizer_config.json"), json.replace('\'', '"'));
    }
}
