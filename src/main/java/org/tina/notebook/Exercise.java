package org.tina.notebook;

import java.util.function.Predicate;

/**
 * An exercise that checks itself. A cell declares a variable that the reader fills in, empty at
 * first, and ends with a check of it, which says "right" or "not yet" and offers a hint:
 *
 * <pre>{@code
 * Number weights = null; // how many values has A of rank 8 beside 128 inputs?
 *
 * Exercise.check("1: the size of A", weights, 1024, "A has a row for each rank.")
 * }</pre>
 *
 * A check never fails the cell, so that a notebook runs to its end with its exercises open.
 *
 * @param title number and name
 * @param state what the check found
 * @param words what there is to say about it
 * @param hint offered until the answer is right
 */
public record Exercise(String title, State state, String words, String hint) {

    /** Nothing filled in yet; an answer that is not right yet; a right one. */
    public enum State {
        OPEN,
        NOT_YET,
        RIGHT
    }

    /** How far an answer may be from a number that is not whole, as a share of it. */
    private static final double TOLERANCE = 0.01;

    private static final double ROUNDING = 1e-6;

    /**
     * A number: a whole one has to be met, of any other one percent is close enough.
     *
     * @param answer null or NaN while there is none
     */
    public static Exercise check(String title, Number answer, double expected, String hint) {
        boolean whole = expected == Math.rint(expected);
        return check(
                title, answer, expected, Math.abs(expected) * (whole ? ROUNDING : TOLERANCE), hint);
    }

    /**
     * A number, within {@code tolerance} of the expected one.
     *
     * @param answer null or NaN while there is none
     */
    public static Exercise check(
            String title, Number answer, double expected, double tolerance, String hint) {
        Number given = answer != null && Double.isNaN(answer.doubleValue()) ? null : answer;
        return check(
                title,
                given,
                number -> Math.abs(number.doubleValue() - expected) <= tolerance,
                hint);
    }

    /**
     * A word, such as the letter of a choice; case and spaces around it don't matter.
     *
     * @param answer null or blank while there is none
     */
    public static Exercise check(String title, String answer, String expected, String hint) {
        String given = answer == null || answer.isBlank() ? null : answer;
        return check(title, given, word -> word.strip().equalsIgnoreCase(expected), hint);
    }

    /**
     * Anything else, such as a function that the reader writes. What the test throws is no error of
     * the cell but part of what is said.
     *
     * @param answer null while there is none
     * @param right whether it is what was asked for
     */
    public static <T> Exercise check(
            String title, T answer, Predicate<? super T> right, String hint) {
        if (answer == null) {
            return new Exercise(
                    title, State.OPEN, "nothing filled in; change the cell and run it", hint);
        }
        try {
            return right.test(answer)
                    ? new Exercise(title, State.RIGHT, said(answer), hint)
                    : new Exercise(title, State.NOT_YET, said(answer) + " is not it", hint);
        } catch (RuntimeException e) {
            return new Exercise(title, State.NOT_YET, "your answer throws " + e, hint);
        }
    }

    public boolean isRight() {
        return state == State.RIGHT;
    }

    private static String said(Object answer) {
        return Grid.text(answer).replace("a function", "your function");
    }

    Box box() {
        return switch (state) {
            case OPEN -> new Box(Charts.GREY, "Not yet:", told(), hint);
            case NOT_YET -> new Box(Charts.COLORS.get(1), "Not yet:", told(), hint);
            case RIGHT -> new Box(Charts.COLORS.get(2), "Right:", told(), "");
        };
    }

    private String told() {
        return "exercise " + title + " (" + words + ")";
    }

    @Override
    public String toString() {
        return box().text();
    }
}
