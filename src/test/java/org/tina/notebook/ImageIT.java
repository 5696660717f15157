package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The image's own script in a clean directory: a clone, as the Dockerfile copies it. */
class ImageIT {
    @TempDir Path folder;

    @Test
    @Tag("slow")
    void aCleanCopyIsSetUpAndThenWorksWithoutANetwork() throws Exception {
        Path clone = folder.resolve("tina");
        succeeds("git", "clone", "-q", ".", clone.toString());
        succeeds(clone.resolve("environment/image.sh").toString(), "setup");
        assertTrue(Files.exists(clone.resolve(".venv/bin/jupyter")), "Binder's jupyter");

        String tina = clone.resolve("environment/tina").toString();
        boolean canCutTheNetwork = Terminal.run("unshare", "-rn", "true").status() == 0;
        if (canCutTheNetwork) {
            succeeds("unshare", "-rn", tina, "generate", "--model", "mini", "--prompt", "2 + 3");
        } else {
            succeeds(tina, "generate", "--model", "mini", "--prompt", "2 + 3");
        }
    }

    /** The Dockerfile holds no steps of its own that the script's test would not see. */
    @Test
    void theDockerfileRunsTheScriptAndMakesTheUser() throws Exception {
        var runs =
                Files.readAllLines(Path.of("Dockerfile")).stream()
                        .filter(line -> line.startsWith("RUN "))
                        .toList();
        assertEquals(3, runs.size());
        assertTrue(runs.get(0).endsWith("image.sh packages"));
        assertTrue(runs.get(1).startsWith("RUN useradd "));
        assertEquals("RUN environment/image.sh setup", runs.get(2));
    }

    private static void succeeds(String... command) throws Exception {
        Terminal.Result run = Terminal.run(command);
        assertEquals(0, run.status(), run.output());
    }
}
