package org.tina.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelHubTest {

    private static final String FAKE_MINI = "/org/tina/data/fake-mini/";

    @TempDir Path home;

    @Test
    void theMiniatureIsUnpackedOnceAndMended() throws IOException {
        ModelHub hub = hub(Map.of());
        Path mini = hub.unpackMini();
        assertTrue(mini.startsWith(home.resolve(".cache/tina")) && mini.endsWith("mini"));
        try (Stream<Path> files = Files.list(mini)) {
            assertEquals(
                    List.of(
                            "config.json",
                            "generation_config.json",
                            "model.safetensors",
                            "tokenizer.json",
                            "tokenizer_config.json"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
        Path config = mini.resolve("config.json");
        assertEquals("config", Files.readString(config).strip());
        Files.writeString(config, "cut");
        assertEquals(mini, hub.find("mini"));
        assertEquals("config", Files.readString(config).strip());
    }

    @Test
    void theCacheMayBeElsewhere() {
        Path elsewhere = home.resolve("elsewhere");
        Path mini = hub(Map.of("XDG_CACHE_HOME", elsewhere.toString())).unpackMini();
        assertTrue(mini.startsWith(elsewhere.resolve("tina")));
    }

    @Test
    void aBuildWithoutAMiniatureSaysSo() {
        ModelHub hub = new ModelHub(Map.of(), home, "/nowhere/", BackOff.Sleeper.REAL);
        Exception e = assertThrows(IllegalStateException.class, hub::unpackMini);
        assertTrue(e.getMessage().contains("/nowhere/config.json"), e.getMessage());
    }

    @Test
    void aDirectoryIsItself() {
        assertEquals(home, hub(Map.of()).find(home.toString()));
    }

    @Test
    void anIdIsFoundInTheHuggingFaceCache() throws IOException {
        Path standard = cached(home.resolve(".cache/huggingface/hub"));
        assertEquals(standard, hub(Map.of()).find("owner/name.v1"));
        Path hfHome = cached(home.resolve("hf/hub"));
        Map<String, String> environment = Map.of("HF_HOME", "~/hf", "XDG_CACHE_HOME", "/none");
        assertEquals(hfHome, hub(environment).find("owner/name.v1"));
        Path hubCache = cached(home.resolve("cache"));
        assertEquals(
                hubCache,
                hub(Map.of("HF_HUB_CACHE", home.resolve("cache").toString(), "HF_HOME", "/none"))
                        .find("owner/name.v1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a/b/c", "../x", "a\0b", "/no/such/dir", "owner/.."})
    void whatIsNoIdIsRefused(String id) {
        Exception e = assertThrows(IllegalArgumentException.class, () -> hub(Map.of()).find(id));
        assertTrue(e.getMessage().contains("is no directory"), e.getMessage());
    }

    private ModelHub hub(Map<String, String> environment) {
        return new ModelHub(environment, home, FAKE_MINI, pause -> {});
    }

    private static Path cached(Path hubCache) throws IOException {
        Path model = hubCache.resolve("models--owner--name.v1");
        Path snapshot = Files.createDirectories(model.resolve("snapshots/abc123"));
        Files.createDirectories(model.resolve("refs"));
        Files.writeString(model.resolve("refs/main"), "abc123");
        for (String name : List.of("config.json", "tokenizer.json", "model.safetensors")) {
            Files.writeString(snapshot.resolve(name), "{}");
        }
        return snapshot;
    }
}
