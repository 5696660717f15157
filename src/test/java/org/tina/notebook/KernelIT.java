package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * A real Jupyter client talks to the built kernel; the checks themselves are in {@code
 * src/test/python}.
 */
class KernelIT {
    @Test
    void answersAJupyterClient() throws Exception {
        Terminal.Result setup = Terminal.run("environment/tina", "setup");
        assertEquals(0, setup.status(), setup.output());

        String python = Path.of(".venv/bin/python").toAbsolutePath().toString();
        Terminal.Result checks = Terminal.run(python, "src/test/python/kernel_check.py");

        assertEquals(0, checks.status(), checks.output());
    }
}
