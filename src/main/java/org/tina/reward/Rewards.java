package org.tina.reward;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.tina.data.Names;
import org.tina.data.Problem;
import org.tina.math.MathVerifier;

/**
 * Tina's reward functions, and one by chance. Those that are no more than a function are here;
 * those with settings or with an eye on the whole group are a record each.
 */
public final class Rewards {
    private static final String THINK = "<think>\n";
    private static final String END_OF_THINK = "\n</think>\n";

    /** A numbered list's first line counts only where it begins the text. */
    private static final Pattern STEP =
            Pattern.compile("Step \\d+:|^\\d+\\.|\\n-|\\n\\*|First,|Second,|Next,|Finally,");

    private static final int ENOUGH_STEPS = 3;

    /** The only one of Tina's that may have no value. */
    static final Reward ACCURACY = Rewards::accuracy;

    private static final Map<String, Reward> BY_NAME = new LinkedHashMap<>();

    static {
        BY_NAME.put("accuracy", ACCURACY);
        BY_NAME.put("format", Rewards::format);
        BY_NAME.put("tag_count", Rewards::tagCount);
        BY_NAME.put("reasoning_steps", Rewards::reasoningSteps);
        BY_NAME.put("length", new LengthReward());
        BY_NAME.put("length_l1_exact", TargetLengthReward.tina(TargetLengthReward.Kind.EXACT));
        BY_NAME.put("length_l1_max", TargetLengthReward.tina(TargetLengthReward.Kind.MAX));
        BY_NAME.put("cosine", CosineReward.tina());
        BY_NAME.put("repetition_penalty", RepetitionPenalty.tina());
        BY_NAME.put("random", new RandomReward(42));
    }

    private Rewards() {}

    /**
     * A reward by the name that recipes use, with Tina's settings: {@code accuracy}, {@code
     * format}, {@code tag_count}, {@code reasoning_steps}, {@code length}, {@code length_l1_exact},
     * {@code length_l1_max}, {@code cosine}, {@code repetition_penalty} or, for comparison, {@code
     * random}.
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

    /**
     * A third for each sign of step-by-step work, at most 1: {@code Step 2:}, a text that begins
     * with {@code 1.}, a line that begins with {@code -} or {@code *}, {@code First,}, {@code
     * Second,}, {@code Next,}, {@code Finally,}.
     */
    public static double reasoningSteps(Problem problem, String completion) {
        long steps = STEP.matcher(completion).results().limit(ENOUGH_STEPS).count();
        return (double) steps / ENOUGH_STEPS;
    }

    /** A text's length as the rewards measure it: in characters, one for each Unicode character. */
    static int length(String completion) {
        return completion.codePointCount(0, completion.length());
    }

    /** Whether an answer is right, or can't be told wrong since the gold answer can't be read. */
    static boolean notWrong(Problem problem, String completion) {
        return accuracy(problem, completion) != 0;
    }

    static boolean allEqual(int[] lengths) {
        return Arrays.stream(lengths).distinct().count() <= 1;
    }

    /** Occurrences that overlap count as one, as in Python's {@code str.count}. */
    private static boolean once(String tag, String text) {
        int first = text.indexOf(tag);
        return first >= 0 && text.indexOf(tag, first + tag.length()) < 0;
    }
}
