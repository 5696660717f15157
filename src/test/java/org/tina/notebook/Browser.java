package org.tina.notebook;

import java.io.IOException;
import org.junit.jupiter.api.Assumptions;

/** Chromium and what drives it, for tests that look at pages as a reader does. */
final class Browser {
    private Browser() {}

    /** Skips the test on a machine that has no Chromium and where its driver can't be had. */
    static void assumeThere() throws IOException, InterruptedException {
        Terminal.Result setup = Terminal.run("environment/tina", "setup", "--browser");
        Assumptions.assumeTrue(
                setup.status() == 0, () -> "not looked at in a browser: " + setup.output().strip());
    }
}
