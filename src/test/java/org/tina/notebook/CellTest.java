package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CellTest {
    private final List<String> calls = new ArrayList<>();

    @AfterEach
    void end() {
        Cell.end();
    }

    @Test
    void theFirstInterruptStopsTheSecondFallsThrough() {
        Cell.onInterrupt(() -> calls.add("stop"));
        assertTrue(Cell.stop());
        assertFalse(Cell.stop());
        assertEquals(List.of("stop"), calls);
    }

    @Test
    void registrationsEndWithTheCell() {
        Cell.onInterrupt(() -> calls.add("stop"));
        Cell.atEnd(() -> calls.add("end"));
        Cell.end();
        Cell.end();
        assertFalse(Cell.stop());
        assertEquals(List.of("end"), calls);
    }
}
