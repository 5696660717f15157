package org.tina.grpo;

import java.util.List;
import org.tina.generate.SamplingParams;

/**
 * The settings of GRPO, under TRL's names in camel case. A recipe is the usual way to make one; its
 * defaults are the paper's values.
 *
 * @param numGenerations G, completions a prompt, at least 2
 * @param perDeviceTrainBatchSize completions a micro-step, as TRL counts; with the next one it says
 *     how many prompts make a step
 * @param gradientAccumulationSteps micro-steps an update
 * @param numIterations updates on the same completions; above 1 the ratio to the policy that
 *     sampled is clipped
 * @param scheduleSteps updates that the learning-rate schedule is made for
 * @param learningRate the schedule's peak, above 0
 * @param warmupRatio share of the schedule that warms up, in [0, 1]
 * @param minLrRate end of {@code cosine_with_min_lr} as a share of the peak, in [0, 1]
 * @param temperature of sampling, above 0
 * @param topP, topK, minP filters of sampling, see {@code SamplingParams}
 * @param maxPromptLength longer prompts lose their beginning; at least 1 token
 * @param maxCompletionLength at least 1 token
 * @param beta weight of the KL penalty to the policy without its training; 0 skips the reference
 * @param epsilon the ratio is clipped below at 1 - epsilon
 * @param epsilonHigh and above at 1 + epsilonHigh
 * @param delta upper bound of the unclipped ratio, 0 for none
 * @param maskTruncatedCompletions leave completions that hit the length cap out of the loss
 * @param temperatureInLoss log-probabilities of the loss at the sampling temperature, as TRL does;
 *     Tina's first version took them at 1
 * @param gradientCheckpointing compute each layer twice and keep only its input: less memory, a
 *     third more time
 * @param tokensPerMicroBatch cap on the tokens of one gradient computation, padding included
 * @param seed of the order of problems, of sampling and of dropout
 */
public record GrpoConfig(
        int numGenerations,
        int perDeviceTrainBatchSize,
        int gradientAccumulationSteps,
        int numIterations,
        int scheduleSteps,
        double learningRate,
        LearningRate lrSchedulerType,
        double warmupRatio,
        double minLrRate,
        double temperature,
        double topP,
        int topK,
        double minP,
        int maxPromptLength,
        int maxCompletionLength,
        double beta,
        LossType lossType,
        Advantages scaleRewards,
        double epsilon,
        double epsilonHigh,
        double delta,
        boolean maskTruncatedCompletions,
        boolean temperatureInLoss,
        AdamW.Settings optimizer,
        boolean gradientCheckpointing,
        int tokensPerMicroBatch,
        long seed) {

    public GrpoConfig {
        require(numGenerations >= 2, "num_generations", numGenerations, "at least 2");
        require(
                perDeviceTrainBatchSize >= 1,
                "per_device_train_batch_size",
                perDeviceTrainBatchSize,
                "at least 1");
        require(
                gradientAccumulationSteps >= 1,
                "gradient_accumulation_steps",
                gradientAccumulationSteps,
                "at least 1");
        require(
                perDeviceTrainBatchSize * gradientAccumulationSteps % numGenerations == 0,
                "per_device_train_batch_size × gradient_accumulation_steps",
                perDeviceTrainBatchSize * gradientAccumulationSteps,
                "a multiple of num_generations " + numGenerations);
        require(numIterations >= 1, "num_iterations", numIterations, "at least 1");
        require(scheduleSteps >= 1, "max_steps", scheduleSteps, "at least 1");
        require(
                learningRate > 0 && Double.isFinite(learningRate),
                "learning_rate",
                learningRate,
                "above 0");
        require(warmupRatio >= 0 && warmupRatio <= 1, "warmup_ratio", warmupRatio, "in [0, 1]");
        require(
                minLrRate >= 0 && minLrRate <= 1,
                "lr_scheduler_kwargs.min_lr_rate",
                minLrRate,
                "in [0, 1]");
        require(
                temperature > 0 && Double.isFinite(temperature),
                "temperature",
                temperature,
                "above 0");
        require(topP > 0 && topP <= 1, "top_p", topP, "in (0, 1]");
        require(topK >= 0, "top_k", topK, "at least 0");
        require(minP >= 0 && minP <= 1, "min_p", minP, "in [0, 1]");
        require(maxPromptLength >= 1, "max_prompt_length", maxPromptLength, "at least 1");
        require(
                maxCompletionLength >= 1,
                "max_completion_length",
                maxCompletionLength,
                "at least 1");
        require(beta >= 0, "beta", beta, "at least 0");
        require(epsilon >= 0 && epsilon < 1, "epsilon", epsilon, "in [0, 1)");
        require(epsilonHigh >= 0, "epsilon_high", epsilonHigh, "at least 0");
        require(delta == 0 || delta > 1 + epsilon, "delta", delta, "0 or above 1 + epsilon");
        require(
                tokensPerMicroBatch >= 1,
                "tokens_per_micro_batch",
                tokensPerMicroBatch,
                "at least 1");
    }

    /** Problems a step. */
    public int promptsPerStep() {
        return perDeviceTrainBatchSize * gradientAccumulationSteps / numGenerations;
    }

    /** How a step's completions are drawn. */
    public SamplingParams sampling(long seed) {
        return new SamplingParams(
                temperature, topP, topK, minP, maxCompletionLength, seed, List.of());
    }

    /** The temperature of the loss's log-probabilities. */
    public double lossTemperature() {
        return temperatureInLoss ? temperature : 1;
    }

    /** The learning rate of an update, counted from 0. */
    public double learningRate(int update) {
        return lrSchedulerType.at(update, learningRate, warmupRatio, scheduleSteps, minLrRate);
    }

    private static void require(boolean holds, String key, Object value, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException(key + " is " + value + ", must be " + allowed);
        }
    }
}
