package org.tina.eval;

import java.io.File;
import java.util.List;
import java.util.Optional;
import org.tina.data.Catalog;
import org.tina.data.Dataset;
import org.tina.data.Problem;
import org.tina.data.ProblemSet;

/**
 * Problems to be measured on, how to ask them and how to read the answers.
 *
 * <p>Each has a part to choose by and one to report, so that a checkpoint is not reported on what
 * it was chosen on. The miniature's parts are sets of their own, {@code mini/harder-validation} and
 * {@code mini/harder}; those of other benchmarks are halves, {@code aime24-validation} and {@code
 * aime24-test}, of the whole, {@code aime24}.
 *
 * @param name what tables and charts call it
 * @param problems at least one, whose gold answer can be read
 * @param instruction what is said before each problem; empty for nothing
 * @param answers what kind they are
 * @param maxNewTokens the most tokens that an answer may take, at least 1; an evaluation uses the
 *     smaller of this and its sampling parameters' cap
 * @param samples completions a problem, at least 1, unless the evaluator is told otherwise
 */
public record Benchmark(
        String name,
        ProblemSet problems,
        String instruction,
        AnswerType answers,
        int maxNewTokens,
        int samples) {

    private static final String MINI = "mini/";
    private static final String VALIDATION = "-validation";
    private static final String TEST = "-test";

    /** The miniature's most careful answers take up to 88, those of four steps up to 113. */
    private static final int MINI_TOKENS = 96;

    private static final int MINI_LONGER_TOKENS = 128;

    /** The paper's cap. */
    private static final int PAPER_TOKENS = 32768;

    /** Which problems go into which half. */
    private static final long HALVES = 42;

    private static final String MATH =
            "Work out the answer to the problem below. Think it through step by step, and end with a"
                    + " line that holds nothing but the answer in a box: \\boxed{ANSWER}";

    private static final String CHOICE =
            "One of the options below answers the question. Think it through step by step, and end"
                    + " with a line that holds nothing but the option's letter in a box, such as"
                    + " \\boxed{A}";

    public Benchmark {
        require(!name.isBlank(), "name", "empty", "text");
        require(problems.size() > 0, "problems", "empty", "at least one problem");
        require(maxNewTokens >= 1, "max_new_tokens", maxNewTokens, "at least 1");
        require(samples >= 1, "samples", samples, "at least 1");
        if (unreadable(problems, answers) == problems.size()) {
            throw new IllegalArgumentException(
                    "%s: no gold answer of its %d problems can be read, so no answer could be right; the first is \"%s\", it should be such as $7$"
                            .formatted(name, problems.size(), start(problems.get(0).solution())));
        }
    }

    /** Problems that are asked as they stand, with mathematical answers. */
    public Benchmark(String name, ProblemSet problems, int maxNewTokens, int samples) {
        this(name, problems, "", AnswerType.MATH, maxNewTokens, samples);
    }

    // ---------------------------------------------------------------- which there are

    /** The miniature's 500 test problems, which nothing is trained or chosen on. */
    public static Benchmark mini() {
        return named("mini/test");
    }

    /** The names of the miniature's, which differ in kind; {@code mini/test} is the usual one. */
    public static List<String> miniature() {
        return List.of(
                "mini/test", // two or three steps, as in training
                "mini/easier", // one
                "mini/harder", // three that all carry
                "mini/longer", // four, more than any training has
                "mini/numbers", // starts above those of training
                "mini/wording", // people whose names no training has
                "mini/sibling"); // to sort and to count, which no recipe trains
    }

    /** The names of the six that the paper reports, whose plain mean is its average. */
    public static List<String> paper() {
        return List.of("aime24", "aime25", "amc23", "math500", "gpqa_diamond", "minerva");
    }

    /**
     * A problem set as a benchmark, one sample a problem. The catalog's benchmarks are asked with
     * an instruction on the form of the answer, all others as they stand.
     *
     * @param name one of {@link #miniature} or {@link #paper}, or a path or an id, as in {@link
     *     ProblemSet#find}; with {@code -validation} or {@code -test} behind it, a part of it
     * @throws IllegalArgumentException if there is no such set, or none of its gold answers can be
     *     read
     */
    public static Benchmark named(String name) {
        if (name.startsWith(MINI)) {
            return miniature(name);
        }
        if (isKnown(name)) {
            return whole(name);
        }
        for (String part : List.of(VALIDATION, TEST)) {
            String stem =
                    name.endsWith(part) ? name.substring(0, name.length() - part.length()) : "";
            if (isKnown(stem)) {
                return half(name, whole(stem), part);
            }
        }
        return whole(name);
    }

    private static Benchmark miniature(String name) {
        return new Benchmark(
                name,
                ProblemSet.find(name, false),
                "",
                name.startsWith("mini/sibling") ? AnswerType.WHOLE : AnswerType.MATH,
                name.startsWith("mini/longer") ? MINI_LONGER_TOKENS : MINI_TOKENS,
                1);
    }

    private static boolean isKnown(String name) {
        return Catalog.find(name).isPresent() || new File(name).exists();
    }

    private static Benchmark whole(String name) {
        Optional<Dataset> listed =
                Catalog.find(name).filter(dataset -> dataset.purpose().equals("benchmark"));
        boolean choices = listed.isPresent() && !listed.get().columns().wrongChoices().isEmpty();
        return new Benchmark(
                listed.map(Dataset::name).orElse(name),
                ProblemSet.find(name, false),
                listed.isEmpty() ? "" : choices ? CHOICE : MATH,
                choices ? AnswerType.LETTER : AnswerType.MATH,
                PAPER_TOKENS,
                1);
    }

    private static Benchmark half(String name, Benchmark whole, String part) {
        if (whole.problems.size() < 2) {
            throw new IllegalArgumentException(name + ": one problem can't be halved");
        }
        List<Problem> shuffled = whole.problems.shuffle(HALVES).problems();
        int middle = shuffled.size() / 2;
        List<Problem> half =
                part.equals(VALIDATION)
                        ? shuffled.subList(0, middle)
                        : shuffled.subList(middle, shuffled.size());
        return whole.with(name, ProblemSet.of(name, half));
    }

    // ---------------------------------------------------------------- its parts

    /** The part to choose a checkpoint by; none of its problems is in {@link #test}. */
    public Benchmark validation() {
        if (name.equals("mini/test") || name.equals("mini/claims")) {
            return named("mini/validation");
        }
        boolean already = isPart(VALIDATION) || name.equals("mini/validation");
        return already ? this : named(stem() + VALIDATION);
    }

    /** The part to report what was chosen on {@link #validation}. */
    public Benchmark test() {
        if (name.equals("mini/validation")) {
            return mini();
        }
        boolean whole = name.startsWith(MINI) && !isPart(VALIDATION);
        return whole || isPart(TEST) ? this : named(stem() + (name.startsWith(MINI) ? "" : TEST));
    }

    private boolean isPart(String part) {
        return name.endsWith(part);
    }

    private String stem() {
        return name.replaceFirst("(%s|%s)$".formatted(VALIDATION, TEST), "");
    }

    /** The first n problems, at least one; all of them if there are fewer. */
    public Benchmark take(int n) {
        return with(name, problems.take(n));
    }

    private Benchmark with(String name, ProblemSet problems) {
        return new Benchmark(name, problems, instruction, answers, maxNewTokens, samples);
    }

    // ---------------------------------------------------------------- one problem

    /** A problem as it is put to the model: with the instruction. */
    Problem asked(Problem problem) {
        return instruction.isEmpty()
                ? problem
                : new Problem(instruction + "\n\n" + problem.problem(), problem.solution());
    }

    /** How many gold answers can't be read, so that every answer to them counts as wrong. */
    public int unreadable() {
        return unreadable(problems, answers);
    }

    private static int unreadable(ProblemSet problems, AnswerType answers) {
        return (int) problems.problems().stream().filter(p -> answers.gold(p).isEmpty()).count();
    }

    private static String start(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }

    private static void require(boolean holds, String key, Object value, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "benchmark's " + key + " is " + value + ", must be " + allowed);
        }
    }
}
