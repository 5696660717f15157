package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tina.notebook.Exercise.State.NOT_YET;
import static org.tina.notebook.Exercise.State.OPEN;
import static org.tina.notebook.Exercise.State.RIGHT;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class ExerciseTest {
    @Test
    void whatIsNotFilledInIsOpen() {
        Number number = null;
        String word = null;
        DoubleUnaryOperator function = null;
        assertEquals(OPEN, Exercise.check("1", number, 5, "").state());
        assertEquals(OPEN, Exercise.check("1", Double.NaN, 5, "").state());
        assertEquals(OPEN, Exercise.check("1", word, "b", "").state());
        assertEquals(OPEN, Exercise.check("1", "  ", "b", "").state());
        assertEquals(OPEN, Exercise.check("1", function, f -> f.applyAsDouble(1) == 2, "").state());
    }

    @Test
    void aWholeNumberHasToBeMetAnotherNearly() {
        assertEquals(RIGHT, Exercise.check("1", 1024, 1024, "").state());
        assertEquals(NOT_YET, Exercise.check("1", 1025, 1024, "").state());
        assertEquals(RIGHT, Exercise.check("1", 0.33, 1 / 3.0, "").state());
        assertEquals(NOT_YET, Exercise.check("1", 0.3, 1 / 3.0, "").state());
        assertEquals(RIGHT, Exercise.check("1", 0.3, 1 / 3.0, 0.05, "").state());
        assertEquals(RIGHT, Exercise.check("1", 0.0, 0, "").state());
        assertEquals(NOT_YET, Exercise.check("1", Double.POSITIVE_INFINITY, 0, "").state());
    }

    @Test
    void wordsAreComparedWithoutCaseAndSpaces() {
        assertEquals(RIGHT, Exercise.check("1", " B ", "b", "").state());
        assertEquals(NOT_YET, Exercise.check("1", "a", "b", "").state());
    }

    @Test
    void aFunctionIsTriedAndMayThrow() {
        DoubleUnaryOperator twice = x -> 2 * x;
        assertTrue(Exercise.check("1", twice, f -> f.applyAsDouble(1) == 2, "").isRight());

        Exercise thrown =
                Exercise.check("1", new int[0], array -> array[1] == 0, "An array of two.");
        assertEquals(NOT_YET, thrown.state());
        assertTrue(thrown.words().contains("out of bounds"), thrown.words());
    }

    @Test
    void theHintIsThereUntilTheAnswerIsRight() {
        assertEquals(
                "Not yet: exercise 2: size (7 is not it)\nA hint: Count <both>.",
                Exercise.check("2: size", 7, 8, "Count <both>.").toString());
        assertEquals(
                "Right: exercise 2: size (8)",
                Exercise.check("2: size", 8, 8, "Count <both>.").toString());
        String html = Exercise.check("2", 7, 8, "Count <both>.").box().html();
        assertTrue(html.contains("Count &lt;both&gt;."), html);
        assertFalse(Exercise.check("2", 8, 8, "Count").box().html().contains("Count"));
    }
}
