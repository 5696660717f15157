package org.tina.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tina.model.ModelConfig;

class EstimateTest {

    private static final ModelConfig BASE = ModelConfig.tina();
    private static final Machine L40S = Machine.l40s();

    /** The paper's set-up with G completions a prompt. */
    private static Recipe paper(int generations, int steps) {
        return Recipe.named("mini")
                .with(
                        r ->
                                r.model("deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B")
                                        .loraR(32)
                                        .set("num_generations", generations)
                                        .set("per_device_train_batch_size", generations)
                                        .set("gradient_accumulation_steps", 4)
                                        .set("max_completion_length", 3584)
                                        .set("gradient_checkpointing", true)
                                        .set("max_steps", steps));
    }

    /**
     * Steps and dollars of the paper's cost table. It paid for two GPUs, of which one sampled while
     * the other waited.
     */
    @ParameterizedTest
    @CsvSource({
        "still, 4, 3750, 59",
        "deepscaler, 4, 5500, 84",
        "open_rs1, 4, 2400, 40",
        "open_rs2, 6, 850, 15",
        "limr, 4, 180, 4"
    })
    void thePapersCostsAreMetWithinAFactorOfTwo(String name, int g, int steps, double usd) {
        double estimated = paper(g, steps).estimate(L40S).usd();
        assertEquals(0, Math.log(estimated / usd) / Math.log(2), 1, name + ": " + estimated);
    }

    @Test
    void memoryIsCountedInBytesOfTheModelsType() {
        Estimate estimate = paper(6, 850).estimate(L40S);
        assertEquals(1_777_088_000L, estimate.parameters());
        assertEquals(36_929_536L, estimate.trained());
        assertEquals(2 * 1_777_088_000L, estimate.memory().get("weights"));
        assertEquals(20 * 36_929_536L, estimate.memory().get("adapter, gradient, optimizer"));
        long cached = 28 * 2 * 2 * 128 * 2; // bytes of one token
        assertEquals(24L * (512 + 3584) * cached, estimate.memory().get("key/value cache"));
        Estimate float32 = Estimate.of(paper(6, 850), BASE.withDtype("float32"), L40S);
        assertEquals(4 * 1_777_088_000L, float32.memory().get("weights"));
    }

    @Test
    void checkpointingTradesMemoryForWork() {
        Recipe recipe = paper(6, 850).with(r -> r.set("tokens_per_micro_batch", 16384));
        Estimate with = recipe.estimate(L40S);
        Estimate without = recipe.with(r -> r.set("gradient_checkpointing", false)).estimate(L40S);
        long tokens = 16384; // of a micro-batch, 28 layers keep their tape or their input of them
        long tape = 2 * 1536 + 2 * (12 + 2) * 128 + 2 * 8960;
        assertEquals(
                tokens * 28 * (tape - 1536) * 2,
                without.memory().get("activations") - with.memory().get("activations"));
        assertTrue(without.peakMemory() > 3 * with.peakMemory(), without::toString);
        assertTrue(without.flops() < with.flops(), without::toString);
    }

    @Test
    void everythingTrainedNeedsTheOptimizerForEverything() {
        Estimate full = paper(6, 850).with(r -> r.set("use_peft", false)).estimate(L40S);
        assertEquals(full.parameters(), full.trained());
        assertEquals(20 * full.parameters(), full.memory().get("adapter, gradient, optimizer"));
    }

    @Test
    void aSmallMachineIsToldSo() {
        Machine small = new Machine("laptop", 4_000_000_000L, 1e11, 2e10, 0);
        Estimate estimate = paper(6, 850).estimate(small);
        assertFalse(estimate.fits());
        assertTrue(estimate.toString().contains("4.0 GB: does not fit"), estimate::toString);
        assertTrue(estimate.toString().contains(" days"), estimate::toString);
        assertFalse(estimate.toString().contains("cost"), estimate::toString);
    }

    @Test
    void theMiniatureFitsAnywhereAndTakesMinutes() {
        Machine small = new Machine("laptop", 1_000_000_000L, 2e10, 1e10, 0);
        Estimate estimate = Recipe.named("mini").estimate(small);
        assertTrue(estimate.fits(), estimate::toString);
        assertTrue(estimate.seconds() < 1200, estimate::toString);
    }

    @Test
    void priceGrowsWithTheHours() {
        Estimate cheap = paper(4, 100).estimate(L40S);
        Estimate dear = paper(4, 200).estimate(L40S.withUsdPerHour(3));
        assertEquals(6 * cheap.usd(), dear.usd(), 1e-9);
        assertTrue(dear.toString().contains("$3.00 an hour"), dear::toString);
    }

    @Test
    void thisMachineIsMeasured() {
        Machine here = Machine.here();
        assertTrue(here.flops() > 1e7 && here.flops() < 1e15, here::toString);
        assertTrue(here.bandwidth() > 1e7 && here.bandwidth() < 1e14, here::toString);
        assertTrue(here.memory() > 1 << 28, here::toString);
    }

    @Test
    void aMachineWithoutSpeedIsRefused() {
        Exception e =
                assertThrows(IllegalArgumentException.class, () -> new Machine("none", 1, 0, 1, 0));
        assertEquals("flops is 0.0, must be above 0", e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"1.23, 1.2 s", "61, 61 s", "600, 10 min", "36000, 10.0 hours", "8640000, 100 days"})
    void timeIsToldInAUnitToPicture(double seconds, String text) {
        assertEquals(text, Estimate.time(seconds));
    }
}
