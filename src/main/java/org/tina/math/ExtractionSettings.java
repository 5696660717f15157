package org.tina.math;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Where the final answer of a text is looked for.
 *
 * @param kinds what counts as an answer
 * @param boxedPriority when a {@code \boxed{}} is looked for: 0 before all else, up to 50 after
 *     "the final answer is ...", up to 100 after "answer: ...", larger ones later; -1 never
 * @param anchored whether what is not boxed has to follow the word "answer"
 * @param choices the letters of {@link Kind#CHOICE}
 */
public record ExtractionSettings(
        Set<Kind> kinds, int boxedPriority, boolean anchored, List<String> choices) {
    /** What counts as an answer. */
    public enum Kind {
        /** A formula between dollar signs, {@code \( \)} or {@code \[ \]}, or a box. */
        LATEX,
        /** A bare number, or an expression of numbers such as 1/2 + 3. */
        EXPRESSION,
        /** A letter of a multiple choice. */
        CHOICE
    }

    public ExtractionSettings {
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException(
                    "kinds is empty, name at least one of LATEX, EXPRESSION, CHOICE");
        }
        kinds = Set.copyOf(kinds);
        choices = List.copyOf(choices);
    }

    /** As the accuracy reward looks: boxes first, then any other formula; LaTeX only. */
    public static ExtractionSettings latex() {
        return of(Kind.LATEX);
    }

    /** As benchmarks look: boxes first, then formulas and bare numbers. */
    public static ExtractionSettings lenient() {
        return of(Kind.LATEX, Kind.EXPRESSION);
    }

    /** Boxes first, then these kinds wherever they stand; the choices are A to D. */
    public static ExtractionSettings of(Kind first, Kind... others) {
        return new ExtractionSettings(
                EnumSet.of(first, others), 0, false, List.of("A", "B", "C", "D"));
    }

    public ExtractionSettings withBoxedPriority(int priority) {
        return new ExtractionSettings(kinds, priority, anchored, choices);
    }

    public ExtractionSettings withAnchored(boolean value) {
        return new ExtractionSettings(kinds, boxedPriority, value, choices);
    }

    public ExtractionSettings withChoices(List<String> letters) {
        return new ExtractionSettings(kinds, boxedPriority, anchored, letters);
    }
}
