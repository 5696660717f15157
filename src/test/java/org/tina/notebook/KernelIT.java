package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real Jupyter client talks to the built kernel; the checks themselves are in {@code
 * src/test/python}.
 */
class KernelIT {
    @ParameterizedTest
    @ValueSource(strings = {"kernel_check.py", "widget_check.py"})
    void answersAJupyterClient(String script) throws Exception {
        Terminal.Result setup = Terminal.run("environment/tina", "setup");
        assertEquals(0, setup.status(), setup.output());

        String python = Path.of(".venv/bin/python").toAbsolutePath().toString();
        Terminal.Result checks = Terminal.run(python, "src/test/python/" + script);

        assertEquals(0, checks.status(), checks.output());
    }
}
