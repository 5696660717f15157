package org.tina.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Row;

class DecompositionTest {
    @Property
    void thePartsAddUpToTheGain(
            @ForAll @DoubleRange(min = 0, max = 1) double f0,
            @ForAll @DoubleRange(min = 0, max = 1) double a0,
            @ForAll @DoubleRange(min = 0, max = 1) double f1,
            @ForAll @DoubleRange(min = 0, max = 1) double a1) {
        Decomposition parts = Decomposition.of(f0, f0 * a0, f1, f1 * a1);
        assertEquals(f1 * a1 - f0 * a0, parts.gain(), 1e-12);
    }

    @Test
    void eachPartIsOnlyItsOwnChange() {
        Decomposition format = Decomposition.of(0.5, 0.25, 1, 0.5);
        assertEquals(0.25, format.byFormat(), 1e-12);
        assertEquals(0, format.byAccuracy(), 1e-12);
        Decomposition accuracy = Decomposition.of(0.8, 0.4, 0.8, 0.6);
        assertEquals(0, accuracy.byFormat(), 1e-12);
        assertEquals(0.2, accuracy.byAccuracy(), 1e-12);
    }

    @Test
    void withoutAnyFormatAccuracyCountsAsUnchanged() {
        Decomposition parts = Decomposition.of(0, 0, 1, 0.7);
        assertEquals(0.7, parts.byFormat(), 1e-12);
        assertEquals(0, Decomposition.of(0, 0, 0, 0).gain());
    }

    @Test
    void aRunIsARow() {
        Row row = Decomposition.table(Made.log()).row(0);
        assertEquals(
                row.getDouble("gain"),
                row.getDouble("by format") + row.getDouble("by accuracy"),
                1e-12);
        assertTrue(row.getDouble("format after") > row.getDouble("format before"));
    }
}
