package org.tina.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class PassAtKTest {

    /** Counts, of all choices of k answers, those with a right one. */
    @Property(tries = 200)
    void isTheShareOfChoicesWithARightAnswer(
            @ForAll @IntRange(min = 1, max = 12) int n,
            @ForAll @IntRange(max = 12) int right,
            @ForAll @IntRange(min = 1, max = 12) int chosen) {
        int c = Math.min(right, n);
        int k = Math.min(chosen, n);
        int choices = 0;
        int withARightOne = 0;
        for (int choice = 0; choice < 1 << n; choice++) { // bit i: answer i; the first c are right
            if (Integer.bitCount(choice) == k) {
                choices++;
                withARightOne += (choice & ((1 << c) - 1)) != 0 ? 1 : 0;
            }
        }
        assertEquals((double) withARightOne / choices, PassAtK.unbiased(n, c, k), 1e-12);
    }

    @Property(tries = 200)
    void growsWithKAndWithTheRightAnswers(
            @ForAll @IntRange(min = 2, max = 5000) int n,
            @ForAll @IntRange(max = 5000) int right,
            @ForAll @IntRange(min = 1, max = 5000) int chosen) {
        int c = Math.min(right, n - 1);
        int k = Math.min(chosen, n - 1);
        double value = PassAtK.unbiased(n, c, k);
        assertTrue(value >= 0 && value <= 1, "value " + value);
        assertTrue(PassAtK.unbiased(n, c, k + 1) >= value);
        assertTrue(PassAtK.unbiased(n, c + 1, k) >= value);
    }

    @Property(tries = 200)
    void ofOneIsTheShareOfRightAnswers(
            @ForAll @IntRange(min = 1, max = 5000) int n, @ForAll @IntRange(max = 5000) int right) {
        int c = Math.min(right, n);
        assertEquals((double) c / n, PassAtK.unbiased(n, c, 1), 1e-12);
    }

    @Example
    void isExactAtTheEnds() {
        assertEquals(0, PassAtK.unbiased(16, 0, 16));
        assertEquals(1, PassAtK.unbiased(16, 1, 16));
        assertEquals(1, PassAtK.unbiased(16, 12, 5));
    }

    @Example
    void whatCannotBeIsRefused() {
        int[][] impossible = {{0, 0, 1}, {4, 5, 1}, {4, -1, 1}, {4, 2, 0}, {4, 2, 5}};
        for (int[] p : impossible) {
            assertThrows(IllegalArgumentException.class, () -> PassAtK.unbiased(p[0], p[1], p[2]));
        }
    }
}
