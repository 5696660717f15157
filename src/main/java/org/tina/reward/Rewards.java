package org.tina.reward;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.tina.data.Names;
import org.tina.data.Problem;
import org.tina.math.MathVerifier;

/** Tina's reward functions. */
public final class Rewards {
    private static final String THINK = "<think>\n";
    private static final String END_OF_THINK = "\n</think>\n";

    private static final Map<String, Reward> BY_NAME = new LinkedHashMap<>();

    static {
        BY_NAME.put("accuracy", Rewards::accuracy);
        BY_NAME.put("format", Rewards::format);
        BY_NAME.put("tag_count", Rewards::tagCount);
    }

    private Rewards() {}

    /**
     * A reward by the name that recipes use: {@code accuracy}, {@code format} or {@code tag_count}.
     *
     * @throws IllegalArgumentException if there is no such reward; the message lists all
     */
    public static Reward named(String name) {
        Reward reward = BY_NAME.get(name);
        if (reward == null) {
            throw Names.unknown("reward", name, BY_NAME.keySet());
        }
        return reward;
    }

    /**
     * 1 if the completion's answer equals the gold one, else 0; NaN if the gold answer can't be
     * read. The completion's answer counts only if it is LaTeX, {@code \boxed{}} before all else.
     */
    public static double accuracy(Problem problem, String completion) {
        Optional<String> gold = MathVerifier.extractLenient(problem.solution());
        if (gold.isEmpty()) {
            return Double.NaN;
        }
        Optional<String> answer = MathVerifier.extract(completion);
        return answer.isPresent() && MathVerifier.equivalent(gold.get(), answer.get()) ? 1 : 0;
    }

    /** 1 if {@code </think>} stands on a line of its own exactly once, else 0. */
    public static double format(Problem problem, String completion) {
        return once(END_OF_THINK, completion) ? 1 : 0;
    }

    /**
     * 0.5 if {@code <think>} ends a line exactly once, and 0.5 if {@code </think>} stands on a line
     * of its own exactly once.
     */
    public static double tagCount(Problem problem, String completion) {
        return (once(THINK, completion) ? 0.5 : 0) + (once(END_OF_THINK, completion) ? 0.5 : 0);
    }

    /** Occurrences that overlap count as one, as in Python's {@code str.count}. */
    private static boolean once(String tag, String text) {
        int first = text.indexOf(tag);
        return first >= 0 && text.indexOf(tag, first + tag.length()) < 0;
    }
}
