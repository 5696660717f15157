package org.tina.doctor;

import static org.tina.doctor.History.number;
import static org.tina.doctor.History.percent;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** How far the policy moves, and how well-behaved its steps are. */
final class UpdateRules {

    private static final String KL = "kl";
    private static final String ENTROPY = "entropy";
    private static final String NORM = "grad_norm";
    private static final String RATE = "learning_rate";
    private static final String CLIPPED = "clip_ratio/region_mean";

    /**
     * Nats a token. Good runs of the miniature end below 0.05 and full training near 0.2; at 0.5 a
     * text of 50 tokens is e^25 times less likely for the base than for the policy.
     */
    private static final double FAR = 0.5;

    /**
     * Nats a completion. To tell two policies that lie 0.001 apart by a likelihood test takes about
     * a thousand completions: what the reward did until then is chance.
     */
    private static final double NO_DISTANCE = 1e-3;

    /** Steps with the full rate before it is called too small. */
    private static final int STEPS_AT_PEAK = 8;

    private static final double NEAR_PEAK = 0.5;

    /** Good runs of the miniature keep about a tenth of their entropy, and their reward rises. */
    private static final double COLLAPSE = 0.1;

    /** Good runs never gain a quarter. */
    private static final double NOISE = 2;

    /** Nats a token at the start, where the miniature has 0.06 and language models 0.3 to 1. */
    private static final double HARDLY_ANY = 0.01;

    /** TRL's and Tina's default. */
    private static final double USUAL_NORM = 1.0;

    private static final double NEARLY_ALWAYS = 0.9;

    /** PPO's rule of thumb is a tenth to a fifth; beyond that most of the gradient is cut away. */
    private static final double MANY_CLIPPED = 0.2;

    /**
     * The penalty alone: rewards of size 1 would make a loss of that order if they didn't cancel.
     */
    private static final double NEARLY_ZERO = 0.01;

    static final List<Rule> ALL =
            List.of(
                    Rule.problem(
                            "not a number",
                            UpdateRules::notFinite,
                            "A number too large for its type came up in the loss or the gradient."
                                    + " What is trained after that is worth nothing.",
                            "learning_rate down; go on from the last checkpoint before it; bf16"
                                    + " instead of fp16"),
                    Rule.problem(
                            "KL runs away",
                            UpdateRules::runsAway,
                            "The policy has left the language of its base model: what comes now is"
                                    + " no longer a small correction of what it knew.",
                            "learning_rate down (to a tenth), beta up, warmup_ratio up"),
                    Rule.note(
                            "nothing holds the policy",
                            UpdateRules::noLeash,
                            "With beta 0 there is no price for leaving the base model, and how far"
                                    + " the policy went is not measured. Short runs with a small rate"
                                    + " do well without; long or fast ones may drift unseen.",
                            "beta 0.04 brings the penalty and the curve back"),
                    Rule.problem(
                            "the entropy collapses",
                            UpdateRules::collapses,
                            "The policy has made up its mind before it was right: all completions"
                                    + " of a group become alike, and there is nothing left to compare.",
                            "learning_rate down, temperature up, epsilon_high 0.28 where"
                                    + " num_iterations is above 1"),
                    Rule.problem(
                            "the policy turns to noise",
                            UpdateRules::turnsToNoise,
                            "The entropy of a policy that learns falls. Here it rises and the"
                                    + " reward falls: the weights are being destroyed.",
                            "learning_rate down to a tenth; start again from the base"),
                    Rule.problem(
                            "sampling hardly varies",
                            UpdateRules::hardlyVaries,
                            "Completions of one problem are nearly the same text from the first"
                                    + " step on: groups without differences.",
                            "temperature up to 0.7 or 1; top_p and top_k off"),
                    Rule.problem(
                            "the learning rate is too small",
                            UpdateRules::tooSmall,
                            "The policy writes what its base writes. LoRA needs about ten times the"
                                    + " rate of full training, as its matrices begin at zero and are"
                                    + " scaled by alpha / r.",
                            "learning_rate times 10, or lora_alpha up; max_steps down, if the"
                                    + " warm-up is a share of a schedule that is never reached"),
                    Rule.problem(
                            "the gradient is always clipped",
                            UpdateRules::alwaysClipped,
                            "max_grad_norm decides on the size of every step: the scale of rewards"
                                    + " and losses no longer matters, and steps don't get smaller near"
                                    + " a solution.",
                            "the reward weights down, scale_rewards: group, or max_grad_norm up"),
                    Rule.problem(
                            "most ratios are clipped",
                            UpdateRules::ratiosClipped,
                            "The policy moved so far from the one that sampled that these tokens"
                                    + " have no gradient any more: later updates on the batch are for"
                                    + " nothing.",
                            "num_iterations down, learning_rate down"),
                    Rule.note(
                            "a loss of zero is normal",
                            UpdateRules::lossOfZero,
                            "With one update a batch the ratio of new to old policy is 1, and a"
                                    + " group's advantages sum to 0: the policy's part of the loss has"
                                    + " the value 0 and yet a gradient. What is left is beta times KL,"
                                    + " which rises. Judge by reward, accuracy and length.",
                            ""));

    private UpdateRules() {}

    private static Optional<String> notFinite(History run) {
        return run.steps().stream()
                .filter(
                        step ->
                                List.of("loss", NORM).stream()
                                        .filter(step.values()::containsKey)
                                        .anyMatch(name -> !Double.isFinite(step.get(name))))
                .findFirst()
                .map(step -> "loss or gradient is not finite in step " + step.step());
    }

    private static Optional<String> runsAway(History run) {
        double kl = run.last(KL).median();
        return run.has(KL, 3) && kl >= FAR
                ? Optional.of(
                        "%s nats a token in the last steps; a good run stays below 0.1"
                                .formatted(number(kl)))
                : Optional.empty();
    }

    private static boolean isOffLeash(History run) {
        OptionalDouble beta = run.setting("beta");
        boolean unmeasured = !run.has(KL, 1) || run.max(KL) == 0;
        boolean moves = run.has(NORM, 3) && run.max(NORM) > 0;
        return moves && unmeasured && (beta.isEmpty() || beta.getAsDouble() == 0);
    }

    private static Optional<String> noLeash(History run) {
        return isOffLeash(run)
                ? Optional.of("no KL to the base model in %d steps".formatted(run.size()))
                : Optional.empty();
    }

    private static Optional<String> collapses(History run) {
        double first = run.first(ENTROPY).median();
        double last = run.last(ENTROPY).median();
        boolean fell = run.has(ENTROPY, 6) && last <= COLLAPSE * first;
        return fell && !run.rose(RewardRules.REWARD)
                ? Optional.of(
                        "from %s to %s nats a token, while the reward did not rise"
                                .formatted(number(first), number(last)))
                : Optional.empty();
    }

    private static Optional<String> turnsToNoise(History run) {
        double first = run.first(ENTROPY).median();
        double last = run.last(ENTROPY).median();
        boolean rose = run.has(ENTROPY, 6) && last >= NOISE * first;
        return rose && run.fell(RewardRules.REWARD)
                ? Optional.of(
                        "entropy from %s to %s nats a token, reward from %s to %s"
                                .formatted(
                                        number(first),
                                        number(last),
                                        number(run.first(RewardRules.REWARD).mean()),
                                        number(run.last(RewardRules.REWARD).mean())))
                : Optional.empty();
    }

    private static Optional<String> hardlyVaries(History run) {
        double entropy = run.first(ENTROPY).median();
        OptionalDouble temperature = run.setting("temperature");
        return run.has(ENTROPY, 3) && entropy < HARDLY_ANY
                ? Optional.of(
                        "an entropy of %s nats a token in the first steps%s"
                                .formatted(
                                        number(entropy),
                                        temperature.isPresent()
                                                ? " at temperature "
                                                        + number(temperature.getAsDouble())
                                                : ""))
                : Optional.empty();
    }

    private static Optional<String> tooSmall(History run) {
        double[] rates = run.values(RATE);
        double peak = Arrays.stream(rates).max().orElse(0);
        long atPeak = Arrays.stream(rates).filter(rate -> rate >= NEAR_PEAK * peak).count();
        boolean rising = rates.length > 1 && rates[rates.length - 1] > rates[rates.length - 2];
        double distance = run.last(KL).median() * run.last(LengthRules.LENGTH).mean();
        boolean still =
                run.has(KL, STEPS_AT_PEAK)
                        && !isOffLeash(run)
                        && atPeak >= STEPS_AT_PEAK
                        && !rising
                        && run.max(NORM) > 0
                        && distance < NO_DISTANCE;
        return still
                ? Optional.of(
                        "at %s the policy is %s nats a completion from its base after %d steps"
                                .formatted(number(peak), number(distance), run.lastStep()))
                : Optional.empty();
    }

    private static Optional<String> alwaysClipped(History run) {
        double most = run.setting("max_grad_norm").orElse(USUAL_NORM);
        double[] norms = run.values(NORM);
        double share =
                (double) Arrays.stream(norms).filter(norm -> norm > most).count()
                        / Math.max(1, norms.length);
        return most > 0 && norms.length >= 5 && share >= NEARLY_ALWAYS
                ? Optional.of(
                        "its norm is above %s in %s of the steps, %s on average"
                                .formatted(number(most), percent(share), number(run.mean(NORM))))
                : Optional.empty();
    }

    private static Optional<String> ratiosClipped(History run) {
        double share = run.last(CLIPPED).mean();
        return run.has(CLIPPED, 3) && share >= MANY_CLIPPED
                ? Optional.of(percent(share) + " of the tokens in the last steps")
                : Optional.empty();
    }

    private static Optional<String> lossOfZero(History run) {
        double loss = Math.abs(run.first("loss").median());
        return run.has("loss", 3) && loss < NEARLY_ZERO && run.max(NORM) > 0
                ? Optional.of("%s in the first steps".formatted(number(loss)))
                : Optional.empty();
    }
}
