package org.tina.recipe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keys of TRL, transformers and Tina that this library doesn't have: those without a meaning here,
 * and those with one value that says what is done here anyway.
 */
final class ForeignKeys {
    private ForeignKeys() {}

    /** Why a key means nothing here; a name that ends in * stands for all that begin so. */
    private static final Map<String, List<String>> MEANINGLESS = new LinkedHashMap<>();

    static {
        meaningless(
                "completions are sampled by this library itself",
                "use_vllm vllm_* use_transformers_continuous_batching use_transformers_paged"
                        + " transformers_continuous_batching_config cache_implementation use_cache"
                        + " ds3_gather_for_generation max_tool_calling_iterations pad_to_multiple_of");
        meaningless("nothing is uploaded", "push_to_hub push_to_hub_* hub_*");
        meaningless(
                "the log is always metrics.jsonl",
                "log_* logging_* wandb_* trackio_* run_name project disable_tqdm"
                        + " num_completions_to_print include_num_input_tokens_seen");
        meaningless(
                "checkpoints are written by save_steps and all are kept",
                "save_total_limit save_strategy save_only_model save_on_each_node save_safetensors"
                        + " load_best_model_at_end metric_for_best_model greater_is_better"
                        + " enable_jit_checkpoint");
        meaningless(
                "the run's directory and its start are said where it is started",
                "output_dir overwrite_output_dir resume_from_checkpoint do_train ignore_data_skip"
                        + " restore_callback_states_from_checkpoint");
        meaningless(
                "evaluation has a command of its own",
                "do_eval do_predict eval_* per_device_eval_batch_size num_generations_eval"
                        + " bf16_full_eval fp16_full_eval prediction_loss_only batch_eval_metrics"
                        + " include_for_metrics dataset_test_split");
        meaningless(
                "numbers are of the type of the model's files",
                "bf16 fp16 tf32 dtype torch_dtype cast_lm_head_to_fp32 full_determinism");
        meaningless(
                "the machine's business",
                "model_revision attn_implementation trust_remote_code gradient_checkpointing_kwargs"
                        + " torch_compile torch_compile_* torch_empty_cache_steps use_liger_*"
                        + " liger_kernel_config dataloader_* ddp_* fsdp fsdp_* deepspeed"
                        + " accelerator_config parallelism_config local_rank use_cpu no_cuda debug"
                        + " skip_memory_metrics auto_find_batch_size optim_args model_init_kwargs"
                        + " average_tokens_across_devices");
        meaningless(
                "the data is read as Tina does",
                "remove_unused_columns dataset_train_split dataset_streaming label_names group_by_*"
                        + " length_column_name train_sampling_strategy data_seed trace_free");
        meaningless(
                "a setting of something that is off here",
                "rl_post_train_reward_funcs_config lora_task_type router_aux_loss_coef"
                        + " ref_model_mixup_alpha ref_model_sync_steps sapo_* vespo_*"
                        + " entropy_coef_* entropy_target bnb_4bit_* use_bnb_nested_quant"
                        + " ignore_bias_buffers");
    }

    /** Keys with values that say what is done here anyway; null stands for no value. */
    private static final Map<String, List<Object>> FIXED = new LinkedHashMap<>();

    static {
        fixed("model_post_train_type", "grpo");
        fixed("importance_sampling_level", "token");
        fixed("multi_objective_aggregation", "sum_then_normalize");
        fixed("optim", "adamw_torch", "adamw_torch_fused", "adamw_hf");
        fixed("top_entropy_quantile", 1.0);
        fixed("repetition_penalty", 1.0);
        fixed("entropy_coef", 0.0, null);
        fixed("label_smoothing_factor", 0.0);
        fixed("warmup_steps", 0.0, null);
        fixed("use_adaptive_entropy", false);
        fixed("sync_ref_model", false);
        fixed("use_bias_correction_kl", false);
        fixed("disable_dropout", false);
        fixed("use_dora", false);
        fixed("load_in_8bit", false);
        fixed("load_in_4bit", false);
        fixed("shuffle_dataset", true, null);
        String unset =
                "off_policy_mask_threshold generation_batch_size steps_per_generation"
                        + " generation_kwargs chat_template_kwargs neftune_noise_alpha"
                        + " lora_modules_to_save lora_target_parameters optim_target_modules"
                        + " reward_model_name_or_path";
        List.of(unset.split(" ")).forEach(key -> fixed(key, (Object) null));
    }

    private static void meaningless(String why, String names) {
        MEANINGLESS.put(why, List.of(names.split(" ")));
    }

    private static void fixed(String key, Object... values) {
        FIXED.put(key, Arrays.asList(values));
    }

    /** Why a key has no effect, if it has none. */
    static Optional<String> ignoredBecause(String key) {
        return MEANINGLESS.entrySet().stream()
                .filter(group -> group.getValue().stream().anyMatch(name -> matches(name, key)))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private static boolean matches(String name, String key) {
        return name.endsWith("*")
                ? key.startsWith(name.substring(0, name.length() - 1))
                : key.equals(name);
    }

    /** Whether a key is one of those that allow only what is done here anyway. */
    static boolean isFixed(String key) {
        return FIXED.containsKey(key);
    }

    /**
     * Checks such a key's value.
     *
     * @throws IllegalArgumentException for a value that is not supported, with those that are
     */
    static void requireSupported(String key, Object value) {
        List<Object> supported = FIXED.get(key);
        boolean isOne =
                supported.stream()
                        .anyMatch(
                                one ->
                                        one instanceof Number && value instanceof Number number
                                                ? one.equals(number.doubleValue())
                                                : String.valueOf(one)
                                                        .equals(String.valueOf(value)));
        if (!isOne) {
            throw new IllegalArgumentException(
                    "%s is %s, which this library does not do yet; it does %s"
                            .formatted(key, value, shown(supported)));
        }
    }

    private static String shown(List<Object> values) {
        List<String> texts = values.stream().map(String::valueOf).toList();
        return String.join(" or ", texts);
    }

    /** The names, for finding the nearest to a misspelt one. */
    static List<String> names() {
        List<String> names = new ArrayList<>(FIXED.keySet());
        MEANINGLESS.values().stream()
                .flatMap(List::stream)
                .filter(name -> !name.endsWith("*"))
                .forEach(names::add);
        return names;
    }
}
