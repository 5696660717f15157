package org.tina.notebook;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** Runs a command in the project folder, as a user does in a terminal. */
final class Terminal {
    record Result(int status, String output) {}

    private Terminal() {}

    static Result run(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        Map<String, String> environment = builder.environment(); // Jupyter's state stays in here
        environment.put("JUPYTER_RUNTIME_DIR", Path.of(".venv/run").toAbsolutePath().toString());
        environment.put("IPYTHONDIR", Path.of(".venv/etc/ipython").toAbsolutePath().toString());
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }
}
