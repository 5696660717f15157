package org.tina.grpo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingLogTest {

    private static final String STATE =
            """
            {"best_metric": null, "global_step": 4, "log_history": [
              {"loss": 0.0, "reward": 0.5, "rewards/format_reward/mean": 0.25, "kl": NaN, "step": 2},
              {"loss": 0.1, "reward": 0.75, "completion_length": 40.0, "rewards/accuracy_reward": 1.0, "step": 4},
              {"train_runtime": 12.5, "train_loss": 0.05, "step": 4}
            ], "max_steps": 4}
            """;

    @TempDir Path folder;
    private final List<String> notices = new ArrayList<>();

    @Test
    void ownLinesComeBackAsTheyWere() throws IOException {
        StepMetrics step =
                new StepMetrics(7, java.util.Map.of("reward", 1.5, "rewards/brief/mean", 0.25));
        assertEquals(List.of(step), read("metrics.jsonl", step.toJson() + "\n"));
        assertEquals(List.of(), notices);
    }

    @Test
    void trlsStateIsReadWithItsOldNamesToo() throws IOException {
        List<StepMetrics> steps = read("trainer_state.json", STATE);

        assertEquals(List.of(2, 4), steps.stream().map(StepMetrics::step).toList());
        assertEquals(0.25, steps.get(0).get("rewards/format/mean"));
        assertTrue(Double.isNaN(steps.get(0).get("kl")));
        assertEquals(40, steps.get(1).get("completions/mean_length"));
        assertEquals(1, steps.get(1).get("rewards/accuracy/mean"));
        assertEquals(List.of(), notices);
    }

    @Test
    void aStateThatEndsInTheMiddleIsReadAsFarAsItGoes() throws IOException {
        List<StepMetrics> steps =
                read("trainer_state.json", STATE.substring(0, STATE.indexOf("completion_length")));

        assertEquals(List.of(2), steps.stream().map(StepMetrics::step).toList());
        assertEquals(1, notices.size());
        assertTrue(
                notices.get(0).endsWith("ends in the middle; the first 1 entries are used"),
                notices.get(0));
    }

    @Test
    void whatTrlPrintsIsReadFromAmongItsOtherOutput() throws IOException {
        List<StepMetrics> steps =
                read(
                        "train.log",
                        """
                        Loading weights: 100%|████| 50/50
                         50%|████  | 1/2 [00:04<00:04]{'loss': '0.01', 'reward': '1.25', 'kl': nan, 'epoch': '0.5'}
                        {'loss': -0.02, 'reward': 1.5, 'epoch': 1.0}
                        {'train_runtime': 9.0, 'train_loss': 0.0}
                        """);

        assertEquals(List.of(1, 2), steps.stream().map(StepMetrics::step).toList());
        assertEquals(1.25, steps.get(0).get("reward"));
        assertEquals(-0.02, steps.get(1).get("loss"));
    }

    @Test
    void aTornLineIsNamedAndTheRestIsRead() throws IOException {
        List<StepMetrics> steps =
                read(
                        "metrics.jsonl",
                        "{\"step\":1,\"reward\":1}\n{\"step\":2,oops\n{\"step\":3,\"reward\":2}\n"
                                + "{\"step\":4,\"rew");

        assertEquals(List.of(1, 3), steps.stream().map(StepMetrics::step).toList());
        assertEquals(2, notices.size());
        assertTrue(
                notices.get(0).endsWith("line 2 is left out, it is no JSON object"),
                notices.get(0));
        assertTrue(notices.get(1).endsWith("line 4 is left out, it is torn"), notices.get(1));
    }

    @Test
    void ofAStepThatWasLoggedTwiceTheLastCounts() throws IOException {
        List<StepMetrics> steps =
                read(
                        "metrics.jsonl",
                        "{\"step\":1,\"reward\":1}\n"
                                + "{\"step\":2,\"reward\":2}\n"
                                + "{\"step\":2,\"reward\":3}\n");
        assertEquals(3, steps.get(1).get("reward"));
        assertEquals(2, steps.size());
    }

    @Test
    void aDirectoryHasItsLogInItOrInItsLatestCheckpoint() throws IOException {
        for (int step : List.of(9, 10)) {
            Path checkpoint = Files.createDirectories(folder.resolve("checkpoint-" + step));
            Files.writeString(
                    checkpoint.resolve("trainer_state.json"),
                    "{\"log_history\": [{\"loss\": 0, \"step\": " + step + "}]}");
        }
        assertEquals(10, TrainingLog.read(folder, notices::add).get(0).step());

        Files.writeString(folder.resolve("metrics.jsonl"), "{\"step\":3,\"loss\":0}\n");
        assertEquals(3, TrainingLog.read(folder, notices::add).get(0).step());
    }

    @Test
    void anEmptyLogHasNoStepsAndWhatIsNoneIsAnError() throws IOException {
        assertEquals(List.of(), read("metrics.jsonl", ""));
        assertMessage("no steps of a training", () -> read("notes.txt", "nothing here\n"));
        assertMessage("no such file", () -> TrainingLog.read(folder.resolve("x"), notices::add));
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertMessage(
                "holds neither metrics.jsonl nor trainer_state.json",
                () -> TrainingLog.read(empty, notices::add));
    }

    private List<StepMetrics> read(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, text);
        return TrainingLog.read(file, notices::add);
    }

    private static void assertMessage(
            String part, org.junit.jupiter.api.function.Executable reading) {
        String message = assertThrows(IllegalArgumentException.class, reading).getMessage();
        assertTrue(message.contains(part), message);
    }
}
