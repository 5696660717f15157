package org.tina.data;

import java.util.Objects;

/**
 * A question and its gold answer.
 *
 * @param problem the question as the user would ask it
 * @param solution the gold answer, LaTeX between dollar signs: {@code $92$}
 */
public record Problem(String problem, String solution) {
    /** Neither part may be null. */
    public Problem {
        Objects.requireNonNull(problem, "problem");
        Objects.requireNonNull(solution, "solution");
    }
}
