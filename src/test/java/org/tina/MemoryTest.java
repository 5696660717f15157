package org.tina;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tina.grpo.GrpoTrainer;
import org.tina.lora.LoraAdapter;
import org.tina.mini.TinyModel;
import org.tina.model.CausalLM;
import org.tina.model.Group;
import org.tina.recipe.Recipe;

/**
 * The hot paths hold no memory: after a warm-up that fills caches and pools, resident memory stays
 * flat. The adapter is so wide that one forgotten vector of its gradients a step would make 57 MB.
 */
@Tag("slow")
class MemoryTest {

    private static final Path STATUS = Path.of("/proc/self/status");

    @TempDir Path directory;

    @BeforeEach
    void onlyWhereResidentMemoryIsKnown() throws IOException {
        assumeTrue(Files.exists(STATUS));
        TinyModel.writeTalkative(directory, 3);
    }

    @Test
    void trainingStepsHoldNoMemory() {
        Recipe recipe =
                Recipe.named("mini")
                        .with(
                                r ->
                                        r.loraR(256)
                                                .set("num_generations", 4)
                                                .set("per_device_train_batch_size", 16)
                                                .set("gradient_accumulation_steps", 1)
                                                .set("max_completion_length", 24));
        try (CausalLM model = CausalLM.load(directory, "cpu");
                LoraAdapter policy = LoraAdapter.inject(model, recipe.loraConfig());
                GrpoTrainer trainer =
                        new GrpoTrainer(
                                policy, recipe.problems(), recipe.rewards(), recipe.grpo())) {
            assertFlat("60 steps", 150, 60, 24, trainer::step);
        }
    }

    @Test
    void closedModelsHoldNoMemory() {
        Group text = Group.of(new int[] {1, 2}, List.of(new int[] {65, 66}));
        Recipe recipe = Recipe.named("mini");
        assertFlat(
                "100 models",
                30,
                100,
                24,
                () -> {
                    try (CausalLM model = CausalLM.load(directory, "cpu");
                            LoraAdapter policy = LoraAdapter.inject(model, recipe.loraConfig())) {
                        model.tokenizer().encode("Why?");
                        policy.logProbs(text, 1);
                        policy.decodingArguments();
                    }
                });
    }

    /** Holds the growth over {@code times} repetitions after a warm-up to a bound in megabytes. */
    private static void assertFlat(
            String what, int warmUp, int times, int megabytes, Runnable work) {
        repeat(warmUp, work);
        long before = residentMegabytes();
        repeat(times, work);
        long growth = residentMegabytes() - before;
        System.out.println(what + ": " + before + " MB + " + growth + " MB");
        assertTrue(growth <= megabytes, what + " grew by " + growth + " MB");
    }

    private static void repeat(int times, Runnable work) {
        for (int i = 0; i < times; i++) {
            work.run();
        }
    }

    private static long residentMegabytes() {
        System.gc();
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
