package org.tina.model;

import com.google.gson.JsonElement;
import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.Context.Library;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import com.hubspot.jinjava.objects.date.StrftimeFormatter;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tina.data.FileTrouble;

/**
 * The layout of a conversation as one prompt: the model directory's own Jinja template, rendered as
 * transformers' {@code apply_chat_template} does.
 *
 * <p>Templates come with downloaded models, so they run in a sandbox: they see text, lists and
 * maps, call the string methods of {@link TemplateSandbox}, and reach no Java object and no file.
 * Text in messages is never read as a template.
 */
public final class ChatTemplate {

    /**
     * One turn of a conversation.
     *
     * @param role {@code system}, {@code user} or {@code assistant}; templates may know others
     */
    public record Message(String role, String content) {

        public static Message system(String content) {
            return new Message("system", content);
        }

        public static Message user(String content) {
            return new Message("user", content);
        }

        public static Message assistant(String content) {
            return new Message("assistant", content);
        }
    }

    private static final String TEMPLATE_FILE = "chat_template.jinja";
    private static final Set<String> FILE_TAGS = Set.of("include", "import", "from", "extends");
    private static final int MACRO_DEPTH = 50;
    private static final Jinjava JINJAVA = jinjava();

    private final Path file;
    private final String source;
    private final Map<String, String> specialTokens;

    private ChatTemplate(Path file, String source, Map<String, String> specialTokens) {
        this.file = file;
        try {
            this.source =
                    JinjaDialect.toJinjava(
                            source, filter -> JINJAVA.getGlobalContext().getFilter(filter) != null);
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(file, "chat template: " + e.getMessage(), e);
        }
        this.specialTokens = specialTokens;
    }

    /**
     * Loads the template of a model directory: {@code chat_template.jinja}, or {@code
     * chat_template} of {@code tokenizer_config.json} (a string, or a list of named templates, of
     * which {@code default} is taken).
     *
     * @throws ModelFormatException if there is none
     */
    public static ChatTemplate load(Path dir) {
        SpecialTokens named = SpecialTokens.read(dir);
        Map<String, String> tokens = new HashMap<>();
        for (String key : SpecialTokens.KEYS) {
            if (!named.token(key).isEmpty()) {
                tokens.put(key, named.token(key));
            }
        }
        Path file = dir.resolve(TEMPLATE_FILE);
        if (Files.exists(file)) {
            try {
                return new ChatTemplate(file, Files.readString(file), tokens);
            } catch (IOException e) {
                throw new ModelFormatException(file, FileTrouble.reason(e), e);
            }
        }
        JsonFile config = named.config();
        return new ChatTemplate(config.path(), source(config), tokens);
    }

    private static String source(JsonFile config) {
        if (!config.has("chat_template")) {
            throw new ModelFormatException(
                    config.path(),
                    "chat_template is missing, and there is no " + TEMPLATE_FILE + " beside it");
        }
        JsonElement template = config.object().get("chat_template");
        if (!template.isJsonArray()) {
            return config.text("chat_template", "");
        }
        for (JsonElement element : template.getAsJsonArray()) {
            if (element.isJsonObject()) {
                JsonFile choice = new JsonFile(config.path(), element.getAsJsonObject());
                if (choice.text("name", "").equals("default")) {
                    return choice.text("template", "");
                }
            }
        }
        throw new ModelFormatException(
                config.path(), "chat_template is a list without a template named default");
    }

    /**
     * The conversation as the text of a prompt, special tokens written out.
     *
     * @param addGenerationPrompt whether the text ends with the start of the assistant's turn
     * @throws ModelFormatException with the template's own message if it rejects the conversation
     */
    public String render(List<Message> messages, boolean addGenerationPrompt) {
        Map<String, Object> variables = new HashMap<>(specialTokens);
        variables.put("messages", messages.stream().map(ChatTemplate::asMap).toList());
        variables.put("add_generation_prompt", addGenerationPrompt);
        variables.put("strftime_now", true); // so that "is defined" says yes
        RenderResult result = JINJAVA.renderForResult(source, variables);
        for (TemplateError error : result.getErrors()) {
            throw new ModelFormatException(
                    file, "chat template: " + message(error), error.getException());
        }
        return result.getOutput();
    }

    /**
     * A question as the text of a prompt that ends with the start of the assistant's turn.
     *
     * @param system put before it; empty for none
     */
    public String prompt(String system, String question) {
        Message user = Message.user(question);
        List<Message> messages =
                system.isEmpty() ? List.of(user) : List.of(Message.system(system), user);
        return render(messages, true);
    }

    /** Another template, as Jinja text, with this one's special tokens. */
    public ChatTemplate with(String jinja) {
        return new ChatTemplate(Path.of("chat_template"), jinja, specialTokens);
    }

    private static Map<String, String> asMap(Message message) {
        Map<String, String> map = new LinkedHashMap<>(); // Python keeps the order of keys, too
        map.put("role", message.role);
        map.put("content", message.content);
        return map;
    }

    /** The template's own words if it raised the error, else Jinjava's. */
    private static String message(TemplateError error) {
        for (Throwable e = error.getException(); e != null; e = e.getCause()) {
            if (e instanceof Raised) {
                return e.getMessage();
            }
        }
        return error.getMessage();
    }

    private static Jinjava jinjava() {
        JinjavaConfig config =
                JinjavaConfig.newBuilder()
                        .withLegacyOverrides(likePython())
                        .withNestedInterpretationEnabled(false)
                        .withElResolver(TemplateSandbox.resolver())
                        .withEnableRecursiveMacroCalls(true)
                        .withMaxMacroRecursionDepth(MACRO_DEPTH)
                        .withDisabled(Map.of(Library.TAG, FILE_TAGS))
                        .build();
        Jinjava jinjava = new Jinjava(config);
        jinjava.registerTag(new PythonFor());
        jinjava.registerFilter(new PythonJson());
        jinjava.registerFunction(function("raise_exception", "raise"));
        jinjava.registerFunction(function("strftime_now", "today"));
        return jinjava;
    }

    /** Every choice that Jinjava has between its own older ways and those of Python's jinja2. */
    private static LegacyOverrides likePython() {
        return LegacyOverrides.Builder.from(LegacyOverrides.ALL)
                .withWhitespaceRequiredWithinTokens(false)
                .build();
    }

    private static ELFunctionDefinition function(String name, String method) {
        try {
            Method java = ChatTemplate.class.getDeclaredMethod(method, String.class);
            java.setAccessible(true);
            return new ELFunctionDefinition("", name, java);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String raise(String message) {
        throw new Raised(message);
    }

    private static String today(String format) {
        return StrftimeFormatter.format(ZonedDateTime.now(), format);
    }

    private static final class Raised extends RuntimeException {
        Raised(String message) {
            super(message);
        }
    }
}
