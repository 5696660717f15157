package org.tina.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * huggingface_hub finds what we downloaded, and we find what it downloaded.
 *
 * <p>Needs a Python that has it: {@code mvn verify -Dgroups=slow -DexcludedGroups=
 * -Dtina.python=/path/to/python}.
 */
@Tag("slow")
class HubConformanceTest {

    private static final String PYTHON = System.getProperty("tina.python");
    private static final byte[] BYTES = new byte[3_000_000];

    static {
        new Random(3).nextBytes(BYTES);
    }

    @TempDir Path home;
    private final HubRepo model = HubRepo.model("owner/name");
    private final HubRepo data = HubRepo.dataset("owner/data");
    private FakeHub models;
    private FakeHub datasets;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(PYTHON != null, "-Dtina.python names no Python");
        models =
                new FakeHub(model)
                        .with("config.json", "{}")
                        .with("tokenizer.json", "{\"a\": 1}")
                        .with("model.safetensors", BYTES)
                        .with("README.md", "read me");
        datasets = new FakeHub(data).with("data/train-0.parquet", BYTES).with("README.md", "x");
    }

    @AfterEach
    void stop() {
        if (models != null) {
            models.close();
            datasets.close();
        }
    }

    @Test
    void pythonFindsWhatJavaWrote() throws Exception {
        hub(models).find("owner/name");
        hub(datasets).dataset(data, List.of("data/*"));
        python("read", datasets);
    }

    @Test
    void javaFindsWhatPythonWrote() throws Exception {
        pythonWrites();
        models.requests.clear();
        Path snapshot = hub(models).find("owner/name");
        assertEquals(List.of(), models.requests, "nothing is asked for");
        assertArrayEquals(BYTES, Files.readAllBytes(snapshot.resolve("model.safetensors")));
        datasets.requests.clear();
        Path files = hub(datasets).dataset(data, List.of("data/*"));
        assertEquals(1, datasets.requests.size(), "the list of files, but none of them");
        assertArrayEquals(BYTES, Files.readAllBytes(files.resolve("data/train-0.parquet")));
    }

    @Test
    void bothMayTakeTurnsInOneCache() throws Exception {
        hub(models).find("owner/name");
        hub(datasets).dataset(data, List.of("data/*"));
        pythonWrites();
        hub(models).update(model, List.of());
        python("read", datasets);
    }

    /** Each fake serves one repository, so the script runs once for both behind one address. */
    private void pythonWrites() throws Exception {
        models.alsoServing(datasets);
        python("write", models);
    }

    private ModelHub hub(FakeHub fake) {
        Map<String, String> environment = new HashMap<>();
        environment.put("HF_ENDPOINT", fake.endpoint());
        environment.put("HF_HUB_CACHE", cache().toString());
        return new ModelHub(environment, home, "", pause -> {});
    }

    private Path cache() {
        return home.resolve("hub");
    }

    private void python(String mode, FakeHub fake) throws Exception {
        ProcessBuilder command =
                new ProcessBuilder(
                        PYTHON, "src/test/python/hub_check.py", mode, cache().toString());
        command.environment().put("HF_ENDPOINT", fake.endpoint());
        command.environment().put("HF_HOME", home.resolve("hf").toString());
        Process check = command.redirectErrorStream(true).start();
        String output = new String(check.getInputStream().readAllBytes());
        assertEquals(0, check.waitFor(), output);
        System.out.print(output);
    }
}
