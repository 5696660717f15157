package org.tina.recipe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.tina.grpo.Advantages;
import org.tina.grpo.LearningRate;
import org.tina.grpo.LossType;
import org.tina.reward.CosineReward;
import org.tina.reward.RepetitionPenalty;
import org.tina.reward.TargetLengthReward;

/**
 * The keys of a recipe, each with its default, which is Tina's (the paper's section 3) or TRL's,
 * what it means and, where there is one, its range. The default's type is the key's type.
 */
enum Key {
    MODEL_NAME_OR_PATH("mini", "the model: mini, a directory or a Hugging Face id"),
    MODEL_POST_TRAIN_DATASET_NAME(
            "mini/train",
            "the problems: a set of the library, a Hugging Face id, a file or a folder"),
    MODEL_POST_TRAIN_DATASET_CONFIG("", "the configuration of a data set that has several"),
    MAX_TRAIN_SAMPLES(0, "only the first problems of the set; 0 for all", "at least 0"),
    SKIP_UNUSABLE_ROWS(false, "leave out rows without a problem or an answer instead of stopping"),
    SYSTEM_PROMPT("", "put before every problem; empty for none"),
    CHAT_TEMPLATE("", "Jinja layout of a prompt instead of the model's own; empty for that"),
    MIN_TARGET_LENGTH(
            0, "L1: shortest length that a system prompt asks for, in tokens", "at least 1"),
    MAX_TARGET_LENGTH(0, "L1: longest of them; 0 for not asking", "at least min_target_length"),
    TARGET_LENGTH_ALPHA(
            TargetLengthReward.TINAS_ALPHA,
            "L1: price of a character off the target",
            "at least 0"),
    RL_POST_TRAIN_REWARD_FUNCS(List.of("format", "accuracy"), "the rewards"),
    RL_POST_TRAIN_REWARD_WEIGHTS(
            List.of(1.0, 2.0), "their weights in the sum, all 1 if not given", "finite"),
    REWARD_ERRORS(
            "stop",
            "what a reward that throws or returns NaN does: stop, or no_value to leave it out",
            "stop or no_value"),
    COSINE_MIN_VALUE_WRONG(
            CosineReward.tina().minWrong(), "cosine: a wrong answer of length 0", "finite"),
    COSINE_MAX_VALUE_WRONG(
            CosineReward.tina().maxWrong(), "cosine: a wrong answer of cosine_max_len", "finite"),
    COSINE_MIN_VALUE_CORRECT(
            CosineReward.tina().minCorrect(), "cosine: a right answer of cosine_max_len", "finite"),
    COSINE_MAX_VALUE_CORRECT(
            CosineReward.tina().maxCorrect(), "cosine: a right answer of length 0", "finite"),
    COSINE_MAX_LEN(CosineReward.tina().maxLen(), "cosine: characters of half a wave", "at least 1"),
    REPETITION_N_GRAMS(
            RepetitionPenalty.tina().nGrams(), "repetition_penalty: words in a row", "at least 1"),
    REPETITION_MAX_PENALTY(
            RepetitionPenalty.tina().maxPenalty(),
            "repetition_penalty: for a text that only repeats itself",
            "at most 0"),
    USE_PEFT(true, "train a LoRA adapter; false trains all parameters"),
    LORA_R(32, "the adapter's rank", "at least 1"),
    LORA_ALPHA(128.0, "the adapter counts alpha / r times", "above 0"),
    LORA_DROPOUT(0.05, "share of the adapter's input that is dropped in training", "in [0, 1)"),
    LORA_TARGET_MODULES(
            List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),
            "projections that get an adapter; all-linear for these seven"),
    USE_RSLORA(false, "scale by alpha / √r instead of alpha / r"),
    NUM_GENERATIONS(4, "G: completions a problem", "at least 2"),
    PER_DEVICE_TRAIN_BATCH_SIZE(4, "completions a micro-step and device", "at least 1"),
    GRADIENT_ACCUMULATION_STEPS(4, "micro-steps a step", "at least 1"),
    NUM_PROCESSES(
            1,
            "devices that the batch size is counted for, as in accelerate; one does their work",
            "at least 1"),
    NUM_ITERATIONS(1, "updates on the same completions", "at least 1"),
    MAX_STEPS(
            -1,
            "steps that the learning-rate schedule is made for; -1 for num_train_epochs",
            "at least 1, or -1"),
    NUM_TRAIN_EPOCHS(
            1.0, "passes over the problems that make the steps if max_steps is -1", "above 0"),
    STOP_AFTER_STEPS(0, "steps to run; 0 for all of the schedule's", "at least 0"),
    LEARNING_RATE(1e-6, "the schedule's peak", "above 0"),
    LR_SCHEDULER_TYPE(
            "cosine_with_min_lr",
            "constant, constant_with_warmup, linear, cosine or cosine_with_min_lr"),
    LR_SCHEDULER_KWARGS(
            Map.of("min_lr_rate", 0.1),
            "min_lr_rate: the end of cosine_with_min_lr as a share of the peak",
            "in [0, 1]"),
    WARMUP_RATIO(0.1, "share of the schedule that warms up", "in [0, 1]"),
    TEMPERATURE(0.7, "of sampling", "above 0"),
    TOP_P(1.0, "sample from the likeliest tokens that make up this probability", "in (0, 1]"),
    TOP_K(0, "sample from this many likeliest tokens; 0 for all", "at least 0"),
    MIN_P(0.0, "drop tokens below this share of the likeliest one's probability", "in [0, 1]"),
    MAX_PROMPT_LENGTH(512, "longer prompts lose their beginning, in tokens", "at least 1"),
    MAX_COMPLETION_LENGTH(3584, "longer completions are cut off, in tokens", "at least 1"),
    BETA(0.04, "weight of the KL penalty to the untrained model; 0 for none", "at least 0"),
    LOSS_TYPE("grpo", "how the tokens' losses are averaged: grpo, bnpo, dr_grpo or dapo"),
    SCALE_REWARDS("group", "advantages divided by the deviation of their group, batch or none"),
    EPSILON(0.2, "the ratio is clipped below at 1 - epsilon", "in [0, 1)"),
    EPSILON_HIGH(0.0, "and above at 1 + epsilon_high; 0 takes epsilon", "at least 0"),
    DELTA(0.0, "upper bound of the unclipped ratio; 0 for none", "0 or above 1 + epsilon"),
    MASK_TRUNCATED_COMPLETIONS(false, "leave completions that were cut off out of the loss"),
    TEMPERATURE_IN_LOSS(
            true,
            "log-probabilities of the loss at the sampling temperature; Tina's code took them at 1"),
    ADAM_BETA1(0.9, "AdamW's decay of the mean gradient", "in [0, 1)"),
    ADAM_BETA2(0.999, "AdamW's decay of the mean squared gradient", "in [0, 1)"),
    ADAM_EPSILON(1e-8, "AdamW's guard against division by zero", "above 0"),
    WEIGHT_DECAY(0.0, "AdamW's weight decay", "at least 0"),
    MAX_GRAD_NORM(1.0, "longer gradients are shortened to this; 0 for never", "at least 0"),
    GRADIENT_CHECKPOINTING(true, "compute each layer twice: less memory, a third more time"),
    TOKENS_PER_MICRO_BATCH(2048, "most tokens of one gradient computation", "at least 1"),
    SAVE_STEPS(50, "steps from one checkpoint to the next", "at least 1"),
    LOG_COMPLETIONS(false, "keep each step's completions as completions/completions_%05d.parquet"),
    SEED(42, "of the order of problems, of sampling and of dropout"),
    REPORT_TO(
            List.of("none"),
            "tensorboard writes an event file beside metrics.jsonl; other names have no effect");

    /** Other names of a key: TRL's where Tina has its own, and Tina's spelling. */
    private static final Map<String, Key> ALIASES =
            Map.of(
                    "scale_reward", SCALE_REWARDS,
                    "reward_funcs", RL_POST_TRAIN_REWARD_FUNCS,
                    "reward_weights", RL_POST_TRAIN_REWARD_WEIGHTS,
                    "dataset_name", MODEL_POST_TRAIN_DATASET_NAME,
                    "dataset_config", MODEL_POST_TRAIN_DATASET_CONFIG);

    final Object fallback;

    /** One line on what the key does. */
    final String meaning;

    /** What values it may have, in the words of the error for others; empty if any of its type. */
    final String allowed;

    Key(Object fallback, String meaning) {
        this(fallback, meaning, "");
    }

    Key(Object fallback, String meaning, String allowed) {
        this.fallback = fallback;
        this.meaning = meaning;
        this.allowed = allowed;
    }

    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** As the key is usually written elsewhere: {@code reward_funcs}, as TRL has it. */
    String shortName() {
        return key().replaceFirst("^(rl|model)_post_train_", "");
    }

    /** What the key is about. */
    Setting.Group group() {
        return switch (this) {
            case MODEL_NAME_OR_PATH,
                    MODEL_POST_TRAIN_DATASET_NAME,
                    MODEL_POST_TRAIN_DATASET_CONFIG,
                    MAX_TRAIN_SAMPLES,
                    SKIP_UNUSABLE_ROWS,
                    SYSTEM_PROMPT,
                    CHAT_TEMPLATE,
                    MIN_TARGET_LENGTH,
                    MAX_TARGET_LENGTH ->
                    Setting.Group.MODEL_AND_DATA;
            case TARGET_LENGTH_ALPHA,
                    RL_POST_TRAIN_REWARD_FUNCS,
                    RL_POST_TRAIN_REWARD_WEIGHTS,
                    REWARD_ERRORS,
                    COSINE_MIN_VALUE_WRONG,
                    COSINE_MAX_VALUE_WRONG,
                    COSINE_MIN_VALUE_CORRECT,
                    COSINE_MAX_VALUE_CORRECT,
                    COSINE_MAX_LEN,
                    REPETITION_N_GRAMS,
                    REPETITION_MAX_PENALTY ->
                    Setting.Group.REWARDS;
            case USE_PEFT, LORA_R, LORA_ALPHA, LORA_DROPOUT, LORA_TARGET_MODULES, USE_RSLORA ->
                    Setting.Group.ADAPTER;
            case NUM_GENERATIONS,
                    PER_DEVICE_TRAIN_BATCH_SIZE,
                    GRADIENT_ACCUMULATION_STEPS,
                    NUM_PROCESSES,
                    TEMPERATURE,
                    TOP_P,
                    TOP_K,
                    MIN_P,
                    MAX_PROMPT_LENGTH,
                    MAX_COMPLETION_LENGTH ->
                    Setting.Group.ROLLOUT;
            case NUM_ITERATIONS,
                    LEARNING_RATE,
                    LR_SCHEDULER_TYPE,
                    LR_SCHEDULER_KWARGS,
                    WARMUP_RATIO,
                    BETA,
                    LOSS_TYPE,
                    SCALE_REWARDS,
                    EPSILON,
                    EPSILON_HIGH,
                    DELTA,
                    MASK_TRUNCATED_COMPLETIONS,
                    TEMPERATURE_IN_LOSS,
                    ADAM_BETA1,
                    ADAM_BETA2,
                    ADAM_EPSILON,
                    WEIGHT_DECAY,
                    MAX_GRAD_NORM,
                    GRADIENT_CHECKPOINTING,
                    TOKENS_PER_MICRO_BATCH ->
                    Setting.Group.UPDATE;
            case MAX_STEPS,
                    NUM_TRAIN_EPOCHS,
                    STOP_AFTER_STEPS,
                    SAVE_STEPS,
                    LOG_COMPLETIONS,
                    SEED,
                    REPORT_TO ->
                    Setting.Group.RUN;
        };
    }

    /** The names to choose from, for a key that is such a choice; else none. */
    List<String> choices() {
        return switch (this) {
            case REWARD_ERRORS -> List.of("stop", "no_value");
            case LR_SCHEDULER_TYPE -> names(LearningRate.values());
            case LOSS_TYPE -> names(LossType.values());
            case SCALE_REWARDS -> names(Advantages.values());
            default -> List.of();
        };
    }

    private static List<String> names(Enum<?>[] values) {
        return Arrays.stream(values).map(value -> value.name().toLowerCase(Locale.ROOT)).toList();
    }

    static List<String> names() {
        return names(values());
    }

    /** The key of a name or of another name of it. */
    static Optional<Key> named(String name) {
        Optional<Key> key = Arrays.stream(values()).filter(k -> k.key().equals(name)).findFirst();
        return key.or(() -> Optional.ofNullable(ALIASES.get(name)));
    }

    /**
     * A YAML value as this key's type.
     *
     * @throws IllegalArgumentException naming the key, the value and what is wanted
     */
    Object parse(Object value) {
        if (value == null && isOff(fallback)) {
            return fallback; // TRL writes null for what is off by default, such as delta
        } else if (fallback instanceof String) {
            return typed(value, "text", Key::scalar);
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

    private static boolean isOff(Object fallback) {
        return fallback.equals("")
                || fallback instanceof Number number && number.doubleValue() == 0;
    }

    private Object typed(Object value, String wanted, Function<Object, Object> parser) {
        Object parsed = parser.apply(value);
        if (parsed == null) {
            throw new IllegalArgumentException(key() + " is " + value + ", must be " + wanted);
        }
        return parsed;
    }

    /** YAML reads no, 1 and 0.5 as other things than text. */
    private static Object scalar(Object value) {
        boolean isScalar =
                value instanceof String || value instanceof Number || value instanceof Boolean;
        return isScalar ? String.valueOf(value) : null;
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
