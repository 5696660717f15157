package org.tina.mini;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tina.mini.Pretraining.Progress;
import org.tina.mini.Pretraining.Settings;
import org.tina.model.CausalLM;
import org.tina.model.Policy;

class PretrainingTest {

    @TempDir Path folder;

    @Test
    @Tag("slow")
    void lowersTheLossAndWritesAModel() throws IOException {
        List<Progress> steps = new ArrayList<>();
        Path target = folder.resolve("model");
        Pretraining.run(target, new Settings(5, 8, 0.1, 0.5, 7), steps::add);

        assertEquals(5, steps.size());
        double first = steps.get(0).loss();
        assertEquals(Math.log(ModelFiles.config().vocabSize()), first, 1, "a flat guess");
        assertTrue(steps.get(4).loss() < first - 0.2, steps.toString());
        steps.forEach(step -> assertTrue(step.gradNorm() > 0, step.toString()));
        try (CausalLM model = CausalLM.load(target, "cpu")) {
            assertEquals(ModelFiles.config(), model.config());
        }
        assertEquals(List.of(target), content(folder), "no temporary directory is left");
    }

    @Test
    void theLossOfTextsIsThatOfTheFirstStepOnThem() throws IOException {
        List<Progress> steps = new ArrayList<>();
        Pretraining.run(folder.resolve("model"), new Settings(1, 8, 1e-3, 0.5, 7), steps::add);
        Path start = folder.resolve("start");
        ModelFiles.write(start);
        CausalLM.initialize(start, 7);
        try (CausalLM model = CausalLM.load(start, "cpu");
                Policy policy = Policy.frozen(model)) {
            double loss = Pretraining.loss(policy, new Corpus(7), 8);
            assertEquals(steps.get(0).loss(), loss, 1e-4);
        }
    }

    @Test
    void refusesATargetInUseBeforeTheTraining() throws IOException {
        Path precious = Files.writeString(folder.resolve("precious"), "mine");
        for (Path target : List.of(folder, precious)) {
            var error =
                    assertThrows(
                            IOException.class,
                            () ->
                                    Pretraining.run(
                                            target,
                                            new Settings(1, 1, 1e-3, 0.5, 7),
                                            step -> {
                                                throw new AssertionError("training has begun");
                                            }));
            assertTrue(error.getMessage().contains(target.toString()), error.getMessage());
        }
        assertEquals(List.of(precious), content(folder));
    }

    @Test
    void anInterruptedTrainingLeavesNothing() throws IOException {
        Path target = folder.resolve("model");
        assertThrows(
                IllegalStateException.class,
                () ->
                        Pretraining.run(
                                target,
                                new Settings(2, 1, 1e-3, 0.5, 7),
                                step -> {
                                    throw new IllegalStateException("interrupted");
                                }));
        assertEquals(List.of(), content(folder));
    }

    @Test
    void theLearningRateWarmsUpHoldsAndFalls() {
        Settings settings = new Settings(1000, 1, 1, 0.5, 7);
        assertEquals(0.01, settings.learningRate(0), 1e-12);
        assertEquals(1, settings.learningRate(99), 1e-12);
        assertEquals(1, settings.learningRate(500), 1e-12);
        assertEquals(0.02 + 0.98 / 2, settings.learningRate(750), 1e-12);
        assertEquals(0.02, settings.learningRate(999), 0.01);
    }

    private static List<Path> content(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}
