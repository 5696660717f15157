package org.tina.lora;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import org.tina.data.AtomicFile;
import org.tina.model.JsonFile;
import org.tina.model.ModelFormatException;

/** An adapter's {@code adapter_config.json}, as PEFT writes and reads it. */
final class PeftConfig {

    static final String WEIGHTS = "adapter_model.safetensors";
    private static final String CONFIG = "adapter_config.json";

    /**
     * Settings that change the adapter's mathematics and are not done here, with the value that
     * means off.
     */
    private static final Map<String, String> REFUSED =
            Map.of(
                    "use_dora", "false",
                    "fan_in_fan_out", "false",
                    "bias", "\"none\"",
                    "lora_bias", "false",
                    "rank_pattern", "{}",
                    "alpha_pattern", "{}",
                    "modules_to_save", "[]",
                    "layers_to_transform", "[]",
                    "exclude_modules", "[]",
                    "trainable_token_indices", "[]");

    private PeftConfig() {}

    static LoraConfig read(Path directory) {
        JsonFile json = JsonFile.read(directory.resolve(CONFIG));
        if (!json.text("peft_type", "LORA").equals("LORA")) {
            throw json.wrong("peft_type", "LORA");
        }
        REFUSED.forEach(
                (key, off) -> {
                    JsonElement value = json.object().get(key);
                    if (value != null && !value.isJsonNull() && !value.toString().equals(off)) {
                        throw json.wrong(key, off + " for an adapter to be run here");
                    }
                });
        try {
            return new LoraConfig(
                    json.integer("r", 8),
                    json.number("lora_alpha", 8),
                    json.number("lora_dropout", 0),
                    targets(json),
                    json.bool("use_rslora", false));
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(json.path(), e.getMessage(), e);
        }
    }

    /** A list of names, {@code all-linear}, or a regular expression over whole module names. */
    private static Set<LoraTarget> targets(JsonFile json) {
        JsonElement value = json.object().get("target_modules");
        Set<LoraTarget> out = EnumSet.noneOf(LoraTarget.class);
        if (value != null && value.isJsonArray()) {
            for (JsonElement name : value.getAsJsonArray()) {
                out.addAll(LoraTarget.named(name.getAsString()));
            }
        } else if (value != null && value.isJsonPrimitive()) {
            String text = value.getAsString();
            for (LoraTarget target : LoraTarget.values()) {
                try {
                    if (text.equals("all-linear")
                            || ("model.layers.0." + target.path()).matches(text)) {
                        out.add(target);
                    }
                } catch (PatternSyntaxException e) {
                    throw json.wrong("target_modules", "names or a regular expression");
                }
            }
        }
        if (out.isEmpty()) {
            throw json.wrong("target_modules", "some of " + LoraTarget.names() + ", or all-linear");
        }
        return out;
    }

    static void write(Path directory, LoraConfig config, String baseModel) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("peft_type", "LORA");
        json.put("task_type", "CAUSAL_LM");
        json.put("base_model_name_or_path", baseModel);
        json.put("r", config.rank());
        json.put("lora_alpha", whole(config.alpha()));
        json.put("lora_dropout", config.dropout());
        json.put("target_modules", config.targets().stream().map(LoraTarget::key).toList());
        json.put("use_rslora", config.rsLora());
        json.put("bias", "none");
        json.put("fan_in_fan_out", false);
        json.put("inference_mode", true);
        json.put("init_lora_weights", true);
        json.put("modules_to_save", null);
        json.put("rank_pattern", Map.of());
        json.put("alpha_pattern", Map.of());
        json.put("layers_to_transform", null);
        json.put("use_dora", false);
        String text = new GsonBuilder().setPrettyPrinting().serializeNulls().create().toJson(json);
        AtomicFile.writeString(directory.resolve(CONFIG), text + "\n");
    }

    /** PEFT writes a whole alpha as an integer. */
    private static Number whole(double alpha) {
        return alpha == Math.rint(alpha) ? (Number) (long) alpha : (Number) alpha;
    }
}
