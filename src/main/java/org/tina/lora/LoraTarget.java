package org.tina.lora;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.tina.model.ModelConfig;

/**
 * The linear layers of a decoder layer that may carry an adapter, in the order of the model's
 * forward pass.
 */
public enum LoraTarget {
    Q_PROJ("self_attn"),
    K_PROJ("self_attn"),
    V_PROJ("self_attn"),
    O_PROJ("self_attn"),
    GATE_PROJ("mlp"),
    UP_PROJ("mlp"),
    DOWN_PROJ("mlp");

    private final String parent;

    LoraTarget(String parent) {
        this.parent = parent;
    }

    /** The module's name inside its layer, such as {@code self_attn.q_proj}. */
    public String path() {
        return parent + "." + key();
    }

    /** The name used in recipes and in PEFT's configuration, such as {@code q_proj}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    int in(ModelConfig config) {
        return switch (this) {
            case O_PROJ -> config.heads() * config.headDim();
            case DOWN_PROJ -> config.intermediateSize();
            default -> config.hiddenSize();
        };
    }

    int out(ModelConfig config) {
        return switch (this) {
            case Q_PROJ -> config.heads() * config.headDim();
            case K_PROJ, V_PROJ -> config.kvHeads() * config.headDim();
            case GATE_PROJ, UP_PROJ -> config.intermediateSize();
            case O_PROJ, DOWN_PROJ -> config.hiddenSize();
        };
    }

    static Set<LoraTarget> named(String name) {
        if (name.equals("all-linear")) {
            return EnumSet.allOf(LoraTarget.class);
        }
        for (LoraTarget target : values()) {
            if (name.equals(target.key()) || name.equals(target.path())) {
                return EnumSet.of(target);
            }
        }
        throw new IllegalArgumentException(
                "lora_target_modules has " + name + ", known are " + names() + " and all-linear");
    }

    static String names() {
        return Arrays.stream(values()).map(LoraTarget::key).collect(Collectors.joining(", "));
    }
}
