package org.tina.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tina.lora.LoraAdapter;
import org.tina.mini.TinyModel;
import org.tina.model.CausalLM;
import org.tina.study.StudyRun.Evaluated;
import org.tina.study.StudyRunner.State;
import org.tina.study.StudyRunner.Task;

class StudyRunnerTest {

    private static final String STUDY =
            """
            question: Does it run?
            seeds: [1]
            evaluate:
              every: 2
              validation: {benchmark: mini/validation, problems: 2}
              at_the_end: [{benchmark: mini/test, problems: 3, samples: 2}]
            arms:
              a: {recipe: recipe.yaml}
              b: {recipe: recipe.yaml, lora_r: 1}
            """;

    @TempDir static Path base;
    @TempDir Path folder;
    private final List<String> said = new ArrayList<>();
    private StudyRunner runner;

    @BeforeEach
    void write() throws IOException {
        Path model = base.resolve("model");
        if (!Files.exists(model)) {
            TinyModel.writeTalkative(model, 3);
        }
        Files.writeString(
                folder.resolve("recipe.yaml"),
                """
                base: mini
                model_name_or_path: %s
                reward_funcs: [random]
                reward_weights: [1]
                num_generations: 2
                per_device_train_batch_size: 2
                gradient_accumulation_steps: 1
                max_completion_length: 5
                max_steps: 3
                """
                        .formatted(model));
    }

    private Study study(String name, String text) throws IOException {
        return Study.load(Files.writeString(folder.resolve(name + ".yaml"), text));
    }

    private List<Task> plan(Study study) {
        return runner().plan(study, List.of(), List.of());
    }

    private List<StudyRun> run(Study study) {
        try (StudyRunner own = runner()) {
            own.run(own.plan(study, List.of(), List.of()), atOnce);
        }
        return StudyLog.read(StudyLog.file(folder.resolve("logs"), study.name()));
    }

    private StudyRunner runner() {
        var listener =
                new StudyRunner.Listener() {
                    @Override
                    public void at(Task task, String what, double done) {
                        assertTrue(done >= 0 && done <= 1, () -> what + ": " + done);
                        said.add(task.name() + " " + what);
                        if (what.equals(stopAt)) {
                            runner.stop();
                        } else if (what.equals(failAt)) {
                            throw new IllegalStateException("killed");
                        }
                    }

                    @Override
                    public void finished(Task task, StudyRun run) {
                        said.add(task.name() + " finished");
                    }

                    @Override
                    public void failed(Task task, Exception why) {
                        said.add(task.name() + " failed: " + why.getMessage());
                    }
                };
        runner = new StudyRunner(folder.resolve("logs"), folder.resolve("runs"), listener);
        return runner;
    }

    private String stopAt = "";
    private String failAt = "";
    private int atOnce = 1;

    @Test
    void theLogsThatShipAreOfTheStudiesAsTheyAre() {
        try (StudyRunner runner = new StudyRunner(StudyLog.folder(), Path.of("runs"), null)) {
            for (String name : List.of("main", "lora-rank", "algorithm", "datasets", "format")) {
                for (Task task : runner.plan(Study.named(name), List.of(), List.of())) {
                    assertEquals(State.THERE, task.state(), task.name());
                }
            }
        }
    }

    @Test
    void eachArmIsALineOfTheLog() throws IOException {
        List<StudyRun> runs = run(study("one", STUDY));
        assertEquals(List.of("a", "b"), runs.stream().map(StudyRun::arm).toList());
        StudyRun a = runs.get(0);
        assertEquals(3, a.steps());
        assertEquals(3, a.metrics().get("reward").size());
        assertEquals("random", ((List<?>) a.recipe().get("rl_post_train_reward_funcs")).get(0));
        assertEquals(1, ((Number) runs.get(1).recipe().get("lora_r")).intValue());
        List<Integer> validated =
                a.evaluations().stream()
                        .filter(e -> e.benchmark().equals("mini/validation"))
                        .map(Evaluated::step)
                        .toList();
        assertEquals(List.of(0, 2, 3), validated);
        Evaluated test = a.evaluations().get(1);
        assertEquals("mini/test", test.benchmark());
        assertEquals(3, test.correctCounts().length);
        assertEquals(1, test.styles().values().stream().mapToDouble(s -> s).sum(), 0.001);
        assertEquals(0, a.corpusLoss().get(0).step());
        assertEquals(14, a.spectra().size(), "seven modules of two layers");
        assertEquals(16, a.spectra().get(0).singular().size());
        assertEquals(a.evaluations().subList(0, 2), runs.get(1).evaluations().subList(0, 2));
        assertTrue(Files.exists(folder.resolve("runs/one/a/seed-1/metrics.jsonl")));
        assertTrue(study("one", STUDY).evaluations().areIn(a));
    }

    @Test
    void onlyWhatIsMissingIsRun() throws IOException {
        Study study = study("one", STUDY);
        run(study);
        assertEquals(
                List.of(State.THERE, State.THERE), plan(study).stream().map(Task::state).toList());
        Study changed = study("one", STUDY.replace("lora_r: 1", "lora_r: 2"));
        assertEquals(
                List.of(State.THERE, State.MISSING),
                plan(changed).stream().map(Task::state).toList());
        Study measuredMore = study("one", STUDY.replace("problems: 3", "problems: 4"));
        assertEquals(State.MISSING, plan(measuredMore).get(0).state());
    }

    @Test
    void aRunOfAnotherStudyIsCopiedUnderItsOwnName() throws IOException {
        StudyRun first = run(study("one", STUDY)).get(0);
        said.clear();
        Study other = study("other", STUDY.replace("  b:", "  c:").replace("  a:", "  base:"));
        StudyRun copy = run(other).get(0);
        assertEquals(first.as("other", "base"), copy);
        assertEquals(
                List.of("other/base/seed-1 finished", "other/c/seed-1 finished"), said, "no steps");
    }

    @Test
    void equalArmsAreRunOnce() throws IOException {
        List<StudyRun> runs = run(study("one", STUDY.replace("lora_r: 1", "lora_r: 16")));
        assertEquals(runs.get(0).as("one", "b"), runs.get(1));
        assertEquals(1, said.stream().filter(line -> line.endsWith("step 1/3")).count());
    }

    @Test
    void aRunThatFailsDoesNotStopTheOthers() throws IOException {
        Study study = study("one", STUDY.replace("a: {", "a: {dataset_name: mini/nope, "));
        List<StudyRun> runs = run(study);
        assertEquals(List.of("b"), runs.stream().map(StudyRun::arm).toList());
        assertTrue(
                said.stream().anyMatch(l -> l.startsWith("one/a/seed-1 failed: ")), said::toString);
    }

    @Test
    void stopKeepsWhatIsFinished() throws IOException {
        stopAt = "step 2/3";
        Study study = study("one", STUDY);
        Path log = StudyLog.file(folder.resolve("logs"), "one");
        try (StudyRunner own = runner()) {
            own.run(own.plan(study, List.of(), List.of()), atOnce);
        }
        assertFalse(Files.exists(log));
        assertFalse(said.contains("one/b/seed-1 base"), said::toString);
        stopAt = "";
        assertEquals(2, run(study).size());
    }

    @Test
    void aKilledRunGoesOnFromItsLastMeasurement() throws IOException {
        StudyRun straight = run(study("straight", STUDY)).get(0);
        Study killed = study("killed", STUDY);
        Files.delete(StudyLog.file(folder.resolve("logs"), "straight")); // or it would be copied
        failAt = "step 3/3";
        try (StudyRunner own = runner()) {
            own.run(own.plan(killed, List.of("a"), List.of()), 1);
        }
        assertTrue(said.contains("killed/a/seed-1 failed: killed"), said::toString);
        said.clear();
        failAt = "";
        StudyRun resumed = run(killed).get(0);
        assertFalse(said.contains("killed/a/seed-1 step 1/3"), said::toString);
        assertEquals(straight.evaluations(), resumed.evaluations());
        assertEquals(straight.metrics().get("reward"), resumed.metrics().get("reward"));
        assertEquals(straight.metrics().get("grad_norm"), resumed.metrics().get("grad_norm"));
        assertEquals(straight.bestStep(), resumed.bestStep());
        assertEquals(straight.spectra(), resumed.spectra());
    }

    @Test
    void aHalfWrittenDirectoryIsMadeAnew() throws IOException {
        Study study = study("one", STUDY);
        Path directory = Files.createDirectories(folder.resolve("runs/one/a/seed-1"));
        Files.writeString(directory.resolve("recipe.yaml"), "lora_r: 3\nmax");
        Files.writeString(directory.resolve("metrics.jsonl"), "{\"step\": 1, \"rew");
        Files.writeString(directory.resolve("measured.json"), "{\"asked\":");
        assertEquals(2, run(study).size());
        assertTrue(said.contains("one/a/seed-1 step 1/3"), said::toString);
    }

    @Test
    void runsSideBySideGiveTheSame() throws IOException {
        List<StudyRun> one = run(study("one", STUDY));
        Files.delete(StudyLog.file(folder.resolve("logs"), "one"));
        said.clear();
        atOnce = 3;
        Study two = study("two", STUDY + "  c: {recipe: recipe.yaml}\n");
        List<StudyRun> runs = run(two);
        assertEquals(3, runs.size());
        assertEquals(1, said.stream().filter(l -> l.matches("two/[ac]/seed-1 step 1/3")).count());
        for (StudyRun run : runs) {
            StudyRun same = one.get(run.arm().equals("b") ? 1 : 0);
            assertEquals(same.evaluations(), run.evaluations());
            assertEquals(same.metrics().get("grad_norm"), run.metrics().get("grad_norm"));
        }
    }

    @Test
    void singularValuesAreThoseOfTheUpdate() throws IOException {
        write();
        try (CausalLM model = CausalLM.load(base.resolve("model"), "cpu");
                LoraAdapter adapter =
                        LoraAdapter.inject(
                                model, org.tina.lora.LoraConfig.tina().withRank(2).withAlpha(6))) {
            float[] values = adapter.parameters();
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) Math.sin(i);
            }
            adapter.setParameters(values);
            Spectrum spectrum = Spectrum.of(adapter).get(0);
            LoraAdapter.Update update = adapter.updates().get(0);
            assertEquals("q_proj", spectrum.module());
            assertEquals(2, spectrum.singular().size());
            // the squares sum to those of the entries of 3·B·A
            double squares = 0;
            for (float[] b : update.b()) {
                for (int j = 0; j < update.a()[0].length; j++) {
                    double entry = 3 * (b[0] * update.a()[0][j] + b[1] * update.a()[1][j]);
                    squares += entry * entry;
                }
            }
            double sum = spectrum.singular().stream().mapToDouble(s -> s * s).sum();
            assertEquals(squares, sum, 2e-3 * squares);
            assertTrue(spectrum.singular().get(0) >= spectrum.singular().get(1));
        }
    }
}
