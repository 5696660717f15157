package org.tina.doctor;

import static org.tina.doctor.History.number;
import static org.tina.doctor.History.percent;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** How long the completions are, and how many reach the cap. */
final class LengthRules {

    static final String LENGTH = "completions/mean_length";
    static final String CLIPPED = "completions/clipped_ratio";

    /** Of groups of 8 and 0.9 cut off, more than half have at most one whole completion. */
    private static final double NEARLY_ALL = 0.9;

    /** A fifth: from here on the cap decides on advantages about as often as the answer does. */
    private static final double MANY = 0.2;

    /** Chance moves the share of 32 completions in three steps by about 0.05. */
    private static final double MORE = 0.15;

    /** To half the length: a mean of 32 lengths moves by a tenth from step to step. */
    private static final double MUCH_SHORTER = 0.5;

    static final List<Rule> ALL =
            List.of(
                    Rule.problem(
                            "every completion is cut off",
                            LengthRules::cutOff,
                            "A completion that is cut off has no answer and no closing tag. No"
                                    + " reward can be earned, so no completion is better than another.",
                            "max_completion_length up, until less than a tenth are cut off; if the"
                                    + " model never ends by itself, its chat template or its"
                                    + " end-of-text token is wrong"),
                    Rule.problem(
                            "length runs to the cap",
                            LengthRules::runsToTheCap,
                            "Longer pays, or nothing holds the length back: either a reward grows"
                                    + " with the length or the policy no longer knows when to end.",
                            "a reward that prices length (cosine), learning_rate down, beta up; if"
                                    + " the reward rises all the same, max_completion_length up"),
                    Rule.problem(
                            "answers become short",
                            LengthRules::becomesShort,
                            "The policy stops to think before it answers: it is paid for something"
                                    + " that a short answer gets as well, or better.",
                            "the weights of rewards that price length down, accuracy up"));

    private LengthRules() {}

    static boolean isCutOff(History run) {
        return run.has(CLIPPED, 2) && run.mean(CLIPPED) >= NEARLY_ALL;
    }

    private static Optional<String> cutOff(History run) {
        return isCutOff(run)
                ? Optional.of(
                        percent(run.mean(CLIPPED))
                                + " of the completions reach the cap of "
                                + cap(run)
                                + " before they end")
                : Optional.empty();
    }

    /** The cap in words, from the settings or from what reached it. */
    static String cap(History run) {
        OptionalDouble set = run.setting("max_completion_length");
        double cap = set.orElse(run.max("completions/max_length"));
        return Double.isNaN(cap) ? "tokens" : Math.round(cap) + (cap == 1 ? " token" : " tokens");
    }

    private static Optional<String> runsToTheCap(History run) {
        boolean more =
                run.has(CLIPPED, 5)
                        && run.last(CLIPPED).mean() >= MANY
                        && run.change(CLIPPED) >= MORE
                        && run.change(LENGTH) > 0;
        return more
                ? Optional.of(
                        "from %s to %s tokens, and %s of the last completions reach the cap of %s (%s of the first)"
                                .formatted(
                                        number(run.first(LENGTH).mean()),
                                        number(run.last(LENGTH).mean()),
                                        percent(run.last(CLIPPED).mean()),
                                        cap(run),
                                        percent(run.first(CLIPPED).mean())))
                : Optional.empty();
    }

    private static Optional<String> becomesShort(History run) {
        boolean shorter =
                run.has(LENGTH, 5)
                        && run.last(LENGTH).mean() <= MUCH_SHORTER * run.first(LENGTH).mean();
        boolean better = RewardRules.accuracy(run).filter(run::rose).isPresent();
        return shorter && !better
                ? Optional.of(
                        "from %s to %s tokens, while right answers did not become more"
                                .formatted(
                                        number(run.first(LENGTH).mean()),
                                        number(run.last(LENGTH).mean())))
                : Optional.empty();
    }
}
