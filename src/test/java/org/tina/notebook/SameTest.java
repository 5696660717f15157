package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SameTest {
    @Test
    void numbersThatAgreeSaySo() {
        assertEquals(
                "The same by both ways: loss, largest difference 5e-06",
                Same.check("loss", 2.00001, 2.0).toString());
        assertEquals(0, Same.check("zeros", new float[3], new float[3]).difference());
        assertEquals(
                5e-5,
                Same.check("small beside large", new double[] {0.005, 100}, new double[] {0, 100})
                        .difference());
    }

    @Test
    void aToleranceMayBeGiven() {
        assertEquals(0.01, Same.check("slope", 1.01, 1, 0.02).difference(), 1e-9);
        assertThrows(IllegalStateException.class, () -> Same.check("slope", 1.03, 1, 0.02));
    }

    @Test
    void numbersThatDifferFailTheCell() {
        assertThrows(IllegalStateException.class, () -> Same.check("", 1.001, 1));
        assertThrows(IllegalStateException.class, () -> Same.check("", Double.NaN, 1));
        assertThrows(IllegalStateException.class, () -> Same.check("", 1, 0));
        assertThrows(IllegalStateException.class, () -> Same.check("", new float[2], new float[3]));
    }
}
