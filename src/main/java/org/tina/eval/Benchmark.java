package org.tina.eval;

import org.tina.data.ProblemSet;

/**
 * Problems to be measured on, and how to ask them.
 *
 * @param name what tables and charts call it
 * @param problems at least one
 * @param maxNewTokens the most tokens that an answer may take, at least 1; an evaluation uses the
 *     smaller of this and its sampling parameters' cap
 * @param samples completions a problem, at least 1, unless the evaluator is told otherwise
 */
public record Benchmark(String name, ProblemSet problems, int maxNewTokens, int samples) {

    /** The miniature's most careful answers take up to 88. */
    private static final int MINI_TOKENS = 96;

    /** The paper's cap. */
    private static final int PAPER_TOKENS = 32768;

    public Benchmark {
        require(!name.isBlank(), "name", "empty", "text");
        require(problems.size() > 0, "problems", "empty", "at least one problem");
        require(maxNewTokens >= 1, "max_new_tokens", maxNewTokens, "at least 1");
        require(samples >= 1, "samples", samples, "at least 1");
    }

    /** The miniature's 500 test problems, which nothing is trained or chosen on. */
    public static Benchmark mini() {
        return named("mini/test");
    }

    /**
     * A problem set as a benchmark, one sample a problem.
     *
     * @param name {@code mini/test} to report, {@code mini/validation} to choose by; one of the
     *     catalog, such as {@code aime24}; or a path, as in {@link ProblemSet#find}
     * @throws IllegalArgumentException if there is no such set
     */
    public static Benchmark named(String name) {
        int tokens = name.startsWith("mini/") ? MINI_TOKENS : PAPER_TOKENS;
        return new Benchmark(name, ProblemSet.find(name, false), tokens, 1);
    }

    /** The first n problems, at least one; all of them if there are fewer. */
    public Benchmark take(int n) {
        return new Benchmark(name, problems.take(n), maxNewTokens, samples);
    }

    private static void require(boolean holds, String key, Object value, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "benchmark's " + key + " is " + value + ", must be " + allowed);
        }
    }
}
