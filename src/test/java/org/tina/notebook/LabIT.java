package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The quickstart in JupyterLab, in a browser: src/test/python/browser_lab.py. */
class LabIT {
    @Test
    @Tag("browser")
    void theQuickstartIsWatchedSteeredStoppedAndReloaded() throws Exception {
        Browser.assumeThere();
        Terminal.Result run =
                Terminal.run(".venv/bin/python", "src/test/python/browser_lab.py", "runs/browser");
        assertEquals(0, run.status(), run.output());
    }
}
