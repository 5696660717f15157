package org.tina.doctor;

import static org.tina.doctor.History.metric;
import static org.tina.doctor.History.number;
import static org.tina.doctor.History.percent;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tina.grpo.StepMetrics;

/** What is paid, to whom, and whether that teaches anything. */
final class RewardRules {

    static final String REWARD = "reward";
    private static final String SAME = "frac_reward_zero_std";

    /** Fewer steps may be without a reward by bad luck. */
    private static final int ENOUGH = 3;

    /** Half: then every second completion is made for nothing. */
    private static final double HALF = 0.5;

    /** A tenth of the completions; in a window of five steps of 32, chance moves half of that. */
    private static final double A_TENTH = 0.1;

    /** Of the best: noise of a window of five steps of 32 completions is about a tenth. */
    private static final double MUCH = 0.3;

    /** A run that lies further below its own best steps has lost something, not finished. */
    private static final double NEAR_THE_BEST = 0.95;

    /** Rewards that look at the form alone; those of one's own are not known. */
    private static final Set<String> FORM =
            Set.of("format", "tag_count", "reasoning_steps", "repetition_penalty");

    static final List<Rule> ALL =
            List.of(
                    Rule.problem(
                            "the reward is flat at zero",
                            RewardRules::flatAtZero,
                            "GRPO learns from differences within a group. Where nobody earns"
                                    + " anything every advantage is 0, and so is the gradient.",
                            "what the reason says; then easier problems, or a reward for a part of"
                                    + " the way (tag_count beside format)"),
                    Rule.problem(
                            "a reward never pays",
                            RewardRules::neverPays,
                            "Its part of the sum is the same for all, so it teaches nothing: it may"
                                    + " look for something that the model never writes.",
                            "rl_post_train_reward_funcs: score a completion that should earn it, by"
                                    + " hand; the system prompt, if the model is not asked for it"),
                    Rule.problem(
                            "a reward has no value",
                            RewardRules::noValue,
                            "It is left out of the sum. For accuracy this means that the gold"
                                    + " answer can't be read as mathematics.",
                            "the column of the gold answers, as LaTeX between dollar signs"),
                    Rule.problem(
                            "only the form is paid",
                            RewardRules::onlyForm,
                            "The policy learns to look right. Whether its answers are right is no"
                                    + " part of the reward, and not measured here either.",
                            "rl_post_train_reward_funcs: add accuracy, with twice the weight"),
                    Rule.problem(
                            "groups without variance",
                            RewardRules::sameForAll,
                            "All completions of such a group have the same reward: no advantage, no"
                                    + " gradient. Its problem is too easy or too hard, its reward too"
                                    + " coarse, or its completions are copies of each other.",
                            "problems that are solved sometimes; temperature or num_generations up;"
                                    + " a reward with more than two values"),
                    Rule.note(
                            "little is left to learn",
                            RewardRules::learnedOut,
                            "The run has solved most of its problems: groups that are all right"
                                    + " have no variance. Further steps cost the same and teach less.",
                            "stop_after_steps down, or harder problems"),
                    Rule.problem(
                            "format up, accuracy down",
                            RewardRules::formatNotAccuracy,
                            "The policy earns by the form what it loses by the answer: the sum may"
                                    + " rise all the while.",
                            "rl_post_train_reward_weights: accuracy above format, and no weight"
                                    + " below 0; beta up"),
                    Rule.problem(
                            "the reward falls back",
                            RewardRules::fallsBack,
                            "What was learned is being lost: the steps are larger than the"
                                    + " gradient's direction is good for.",
                            "learning_rate down to a third; take the checkpoint before the fall"));

    private RewardRules() {}

    /** The metric that says how many answers are right, if there is one. */
    static Optional<String> accuracy(History run) {
        return named(run, "accuracy", "correct");
    }

    private static Optional<String> named(History run, String... parts) {
        return run.rewards().stream()
                .filter(name -> Arrays.stream(parts).anyMatch(name::contains))
                .map(History::metric)
                .filter(metric -> run.has(metric, 1))
                .findFirst();
    }

    private static boolean isFlatAtZero(History run) {
        return run.has(REWARD, ENOUGH)
                && run.isConstant(REWARD)
                && run.mean(REWARD) == 0
                && !(run.max("reward_std") > 0);
    }

    private static Optional<String> flatAtZero(History run) {
        return isFlatAtZero(run)
                ? Optional.of(
                        "0 in all of " + run.size() + " steps; the likely reason: " + whyZero(run))
                : Optional.empty();
    }

    private static String whyZero(History run) {
        if (LengthRules.isCutOff(run)) {
            return "the completions are cut off at " + LengthRules.cap(run);
        }
        double length = run.mean(LengthRules.LENGTH);
        if (length < 3) {
            return "the completions end at once (%s tokens)".formatted(number(length));
        }
        if (named(run, "format", "tag").isPresent() && accuracy(run).isPresent()) {
            return "neither form nor answer was right even once, so the model is not asked for the"
                    + " form or can't do the problems";
        }
        String rewards = String.join(", ", run.rewards());
        return "the reward function itself (%s), as the completions end by themselves"
                .formatted(rewards.isEmpty() ? "its name is not in the log" : rewards);
    }

    /** A penalty that is 0 has done its work. */
    private static Optional<String> neverPays(History run) {
        if (isFlatAtZero(run)) {
            return Optional.empty();
        }
        String names =
                run.rewards().stream()
                        .filter(name -> !name.contains("penalty"))
                        .filter(name -> run.has(metric(name), 5))
                        .filter(name -> run.isConstant(metric(name)))
                        .filter(name -> run.mean(metric(name)) == 0)
                        .filter(name -> !(run.max("rewards/" + name + "/std") > 0))
                        .collect(Collectors.joining(", "));
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of("%s is 0 in all of %d steps".formatted(names, run.size()));
    }

    private static Optional<String> noValue(History run) {
        String names =
                run.rewards().stream()
                        .filter(name -> !run.has(metric(name), 1))
                        .collect(Collectors.joining(", "));
        return names.isEmpty() || run.size() < ENOUGH
                ? Optional.empty()
                : Optional.of("%s has none in all of %d steps".formatted(names, run.size()));
    }

    private static Optional<String> onlyForm(History run) {
        Set<String> rewards = run.rewards();
        return !rewards.isEmpty() && FORM.containsAll(rewards)
                ? Optional.of("the rewards are " + String.join(", ", rewards))
                : Optional.empty();
    }

    private static Optional<String> sameForAll(History run) {
        boolean much = run.has(SAME, ENOUGH) && run.last(SAME).mean() >= HALF;
        boolean fromTheStart = much && run.first(SAME).mean() >= HALF;
        return fromTheStart || much && !run.rose(REWARD)
                ? Optional.of(
                        "in %s of the groups of the whole run (%s of the last) nobody was better than the others: %s"
                                .formatted(
                                        percent(run.mean(SAME)),
                                        percent(run.last(SAME).mean()),
                                        wasted(run)))
                : Optional.empty();
    }

    private static String wasted(History run) {
        double seconds = 0;
        double all = 0;
        for (StepMetrics step : run.steps()) {
            double time = step.getOrNaN("step_time");
            if (time > 0) {
                all += time;
                seconds += time * step.getOrNaN(SAME);
            }
        }
        return all > 0
                ? "about %s of %s seconds of work were for nothing"
                        .formatted(number(seconds), number(all))
                : "that share of the work was for nothing";
    }

    private static Optional<String> learnedOut(History run) {
        boolean late =
                run.has(SAME, 8)
                        && run.first(SAME).mean() < HALF
                        && run.last(SAME).mean() >= HALF
                        && run.rose(REWARD)
                        && run.last(REWARD).mean() >= NEAR_THE_BEST * run.best(REWARD);
        return late
                ? Optional.of(
                        "the reward rose from %s to %s, and %s of the last groups are without variance (%s of the first)"
                                .formatted(
                                        number(run.first(REWARD).mean()),
                                        number(run.last(REWARD).mean()),
                                        percent(run.last(SAME).mean()),
                                        percent(run.first(SAME).mean())))
                : Optional.empty();
    }

    private static Optional<String> formatNotAccuracy(History run) {
        Optional<String> format = named(run, "format", "tag");
        Optional<String> accuracy = accuracy(run);
        if (format.isEmpty() || accuracy.isEmpty() || run.size() < 2 * ENOUGH) {
            return Optional.empty();
        }
        String f = format.get();
        String a = accuracy.get();
        boolean apart =
                run.change(f) >= A_TENTH && run.change(a) <= -A_TENTH && run.rose(f) && run.fell(a);
        return apart
                ? Optional.of(
                        "format from %s to %s, accuracy from %s to %s"
                                .formatted(
                                        number(run.first(f).mean()),
                                        number(run.last(f).mean()),
                                        number(run.first(a).mean()),
                                        number(run.last(a).mean())))
                : Optional.empty();
    }

    private static Optional<String> fallsBack(History run) {
        if (!run.has(REWARD, 8)) {
            return Optional.empty();
        }
        double best = run.best(REWARD);
        double last = run.last(REWARD).mean();
        return best > last && best - last >= MUCH * Math.abs(best)
                ? Optional.of(
                        "%s in the best steps, %s in the last"
                                .formatted(number(best), number(last)))
                : Optional.empty();
    }
}
