package org.tina.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.tina.reward.CosineReward;
import org.tina.reward.RepetitionPenalty;

/**
 * The keys of a recipe, each with its default, which is Tina's (the paper's section 3) or TRL's.
 * The default's type is the key's type.
 */
enum Key {
    MODEL_NAME_OR_PATH("mini"),
    MODEL_POST_TRAIN_DATASET_NAME("mini/train"),
    SYSTEM_PROMPT(""),
    RL_POST_TRAIN_REWARD_FUNCS(List.of("format", "accuracy")),
    RL_POST_TRAIN_REWARD_WEIGHTS(List.of(1.0, 2.0)),
    /** {@code no_value} leaves a reward that throws or returns NaN out of the sum. */
    REWARD_ERRORS("stop"),
    COSINE_MIN_VALUE_WRONG(CosineReward.tina().minWrong()),
    COSINE_MAX_VALUE_WRONG(CosineReward.tina().maxWrong()),
    COSINE_MIN_VALUE_CORRECT(CosineReward.tina().minCorrect()),
    COSINE_MAX_VALUE_CORRECT(CosineReward.tina().maxCorrect()),
    COSINE_MAX_LEN(CosineReward.tina().maxLen()),
    REPETITION_N_GRAMS(RepetitionPenalty.tina().nGrams()),
    REPETITION_MAX_PENALTY(RepetitionPenalty.tina().maxPenalty()),
    /** False trains all parameters instead of an adapter. */
    USE_PEFT(true),
    LORA_R(32),
    LORA_ALPHA(128.0),
    LORA_DROPOUT(0.05),
    LORA_TARGET_MODULES(
            List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")),
    USE_RSLORA(false),
    NUM_GENERATIONS(4),
    PER_DEVICE_TRAIN_BATCH_SIZE(4),
    GRADIENT_ACCUMULATION_STEPS(4),
    NUM_ITERATIONS(1),
    /** Steps that the learning-rate schedule is made for. */
    MAX_STEPS(1500),
    /** Steps to run; 0 for all of max_steps. */
    STOP_AFTER_STEPS(0),
    LEARNING_RATE(1e-6),
    LR_SCHEDULER_TYPE("cosine_with_min_lr"),
    LR_SCHEDULER_KWARGS(Map.of("min_lr_rate", 0.1)),
    WARMUP_RATIO(0.1),
    TEMPERATURE(0.7),
    TOP_P(1.0),
    TOP_K(0),
    MIN_P(0.0),
    MAX_PROMPT_LENGTH(512),
    MAX_COMPLETION_LENGTH(3584),
    BETA(0.04),
    LOSS_TYPE("grpo"),
    SCALE_REWARDS("group"),
    EPSILON(0.2),
    /** 0 takes epsilon. */
    EPSILON_HIGH(0.0),
    DELTA(0.0),
    MASK_TRUNCATED_COMPLETIONS(false),
    /** False takes the loss's log-probabilities at temperature 1, as Tina's first version did. */
    TEMPERATURE_IN_LOSS(true),
    ADAM_BETA1(0.9),
    ADAM_BETA2(0.999),
    ADAM_EPSILON(1e-8),
    WEIGHT_DECAY(0.0),
    MAX_GRAD_NORM(1.0),
    GRADIENT_CHECKPOINTING(true),
    TOKENS_PER_MICRO_BATCH(16384),
    SAVE_STEPS(50),
    SEED(42);

    /** Keys of TRL, transformers and Tina that mean nothing here: said once, then ignored. */
    private static final List<String> IGNORED =
            List.of(
                    "use_vllm",
                    "bf16",
                    "fp16",
                    "push_to_hub",
                    "report_to",
                    "save_total_limit",
                    "save_strategy",
                    "model_revision",
                    "torch_dtype",
                    "attn_implementation",
                    "do_eval",
                    "eval_strategy",
                    "output_dir",
                    "overwrite_output_dir",
                    "gradient_checkpointing_kwargs",
                    "model_post_train_dataset_config",
                    "model_post_train_type",
                    "rl_post_train_reward_funcs_config",
                    "num_train_epochs",
                    "remove_unused_columns",
                    "trust_remote_code",
                    "lora_task_type",
                    "dataset_config");

    private static final List<String> IGNORED_PREFIXES =
            List.of("vllm_", "hub_", "log_", "logging_", "wandb_");

    /** Other names of a key. */
    static final Map<String, String> ALIASES = Map.of("scale_reward", "scale_rewards");

    final Object fallback;

    Key(Object fallback) {
        this.fallback = fallback;
    }

    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    static List<String> names() {
        List<String> out = new ArrayList<>();
        for (Key key : values()) {
            out.add(key.key());
        }
        return out;
    }

    static boolean isIgnored(String name) {
        return IGNORED.contains(name) || IGNORED_PREFIXES.stream().anyMatch(name::startsWith);
    }

    /**
     * A YAML value as this key's type.
     *
     * @throws IllegalArgumentException naming the key, the value and what is wanted
     */
    Object parse(Object value) {
        if (value == null && fallback instanceof Number off && off.doubleValue() == 0) {
            return fallback; // TRL writes null for what is off by default, such as delta
        } else if (fallback instanceof String) {
            return String.valueOf(value == null ? "" : value);
        } else if (fallback instanceof Boolean) {
            return typed(value, "true or false", v -> v instanceof Boolean ? v : null);
        } else if (fallback instanceof Integer) {
            return typed(value, "a whole number", Key::whole);
        } else if (fallback instanceof Double) {
            return typed(value, "a number", Key::number);
        } else if (fallback instanceof Map) {
            return typed(value, "a mapping of names to numbers", Key::numbers);
        } else if (((List<?>) fallback).get(0) instanceof Double) {
            return typed(value, "a list of numbers", v -> list(v, Key::number));
        }
        return typed(
                value,
                "a list of names",
                v ->
                        list(
                                v instanceof String ? List.of(v) : v,
                                x -> x instanceof String ? x : null));
    }

    private Object typed(Object value, String wanted, Function<Object, Object> parser) {
        Object parsed = parser.apply(value);
        if (parsed == null) {
            throw new IllegalArgumentException(key() + " is " + value + ", must be " + wanted);
        }
        return parsed;
    }

    private static Object whole(Object value) {
        Object number = number(value);
        boolean fits =
                number instanceof Double d && d == Math.rint(d) && Math.abs(d) <= Integer.MAX_VALUE;
        return fits ? (Object) ((Double) number).intValue() : null;
    }

    /**
     * YAML 1.1 reads 1e-6 as text, Python's YAML too; TRL's parser takes it for the number it looks
     * like.
     */
    private static Object number(Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        try {
            return value instanceof String text ? (Object) Double.valueOf(text) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static Object numbers(Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            return null;
        }
        Map<String, Object> out = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            Object number = number(entry.getValue());
            if (number == null) {
                return null;
            }
            out.put(String.valueOf(entry.getKey()), number);
        }
        return out;
    }

    private static Object list(Object value, Function<Object, Object> element) {
        if (!(value instanceof List<?> list)) {
            return null;
        }
        List<Object> out = new ArrayList<>();
        for (Object x : list) {
            Object parsed = element.apply(x);
            if (parsed == null) {
                return null;
            }
            out.add(parsed);
        }
        return out;
    }
}
