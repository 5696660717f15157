package org.tina.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class SamplingParamsTest {

    private static final SamplingParams PLAIN = SamplingParams.of(1, 10);

    @Test
    void eachSettingChangesAlone() {
        SamplingParams changed =
                PLAIN.withTemperature(0.5)
                        .withTopP(0.9)
                        .withTopK(7)
                        .withMinP(0.1)
                        .withMaxNewTokens(3)
                        .withSeed(1)
                        .withBanned(List.of(4));
        assertEquals(new SamplingParams(0.5, 0.9, 7, 0.1, 3, 1, List.of(4)), changed);
    }

    @Test
    void evaluationIsThePapers() {
        SamplingParams params = SamplingParams.evaluation();
        assertEquals(0.6, params.temperature());
        assertEquals(0.95, params.topP());
        assertEquals(32768, params.maxNewTokens());
    }

    @Test
    void errorsNameKeyAndValue() {
        assertError("temperature is -0.5, must be at least 0", () -> PLAIN.withTemperature(-0.5));
        assertError(
                "temperature is NaN, must be at least 0", () -> PLAIN.withTemperature(Double.NaN));
        assertError(
                "temperature is Infinity, must be at least 0",
                () -> PLAIN.withTemperature(Double.POSITIVE_INFINITY));
        assertError("top_p is 0.0, must be in (0, 1]", () -> PLAIN.withTopP(0));
        assertError("top_p is 1.1, must be in (0, 1]", () -> PLAIN.withTopP(1.1));
        assertError("top_p is NaN, must be in (0, 1]", () -> PLAIN.withTopP(Double.NaN));
        assertError("top_k is -1, must be at least 0", () -> PLAIN.withTopK(-1));
        assertError("min_p is -0.1, must be in [0, 1]", () -> PLAIN.withMinP(-0.1));
        assertError("min_p is 1.5, must be in [0, 1]", () -> PLAIN.withMinP(1.5));
        assertError("max_new_tokens is 0, must be at least 1", () -> PLAIN.withMaxNewTokens(0));
    }

    private static void assertError(String message, Runnable work) {
        var error = assertThrows(IllegalArgumentException.class, work::run);
        assertEquals(message, error.getMessage());
    }
}
