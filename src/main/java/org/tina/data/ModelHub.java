package org.tina.data;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds model directories: the embedded miniature, a directory, or a model in the local Hugging
 * Face cache. Nothing is downloaded here.
 *
 * <p>The cache is looked for as Hugging Face's own tools do: {@code HF_HUB_CACHE}, else {@code
 * HF_HOME/hub}, else {@code XDG_CACHE_HOME/huggingface/hub}, else {@code ~/.cache/huggingface/hub}.
 */
public final class ModelHub {

    private static final String MINI_RESOURCES = "/org/tina/mini/model/";
    private static final List<String> MINI_FILES =
            List.of(
                    "config.json",
                    "generation_config.json",
                    "model.safetensors",
                    "tokenizer.json",
                    "tokenizer_config.json");

    private final Map<String, String> environment;
    private final Path home;
    private final String miniResources;

    /** For tests: another environment, home directory and place of the miniature's resources. */
    ModelHub(Map<String, String> environment, Path home, String miniResources) {
        this.environment = environment;
        this.home = home;
        this.miniResources = miniResources;
    }

    private static ModelHub local() {
        return new ModelHub(
                System.getenv(), Path.of(System.getProperty("user.home")), MINI_RESOURCES);
    }

    /**
     * The embedded miniature as a model directory, unpacked on first use to {@code
     * XDG_CACHE_HOME/tina} or {@code ~/.cache/tina}, in a directory named by its content.
     */
    public static Path mini() {
        return local().unpackMini();
    }

    /**
     * The directory of a model.
     *
     * @param idOrPath {@code mini}, a directory, or a Hugging Face id such as {@code
     *     deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B} whose files are in the local cache
     * @throws IllegalArgumentException saying where it looked and how to get the model
     */
    public static Path get(String idOrPath) {
        return local().find(idOrPath);
    }

    Path find(String idOrPath) {
        if (idOrPath.equals("mini")) {
            return unpackMini();
        }
        if (new File(idOrPath).isDirectory()) {
            return Path.of(idOrPath);
        }
        if (!idOrPath.matches("[\\w-][\\w.-]*(/[\\w-][\\w.-]*)?")) {
            throw new IllegalArgumentException(
                    "model \"%s\" is no directory, nor a Hugging Face id like owner/name, nor mini"
                            .formatted(idOrPath));
        }
        Path cached = hubCache().resolve("models--" + idOrPath.replace("/", "--"));
        Path reference = cached.resolve("refs/main");
        if (!Files.exists(reference)) {
            throw new IllegalArgumentException(
                    ("model %s is no directory, and %s doesn't have it: run `hf download %1$s`, or"
                                    + " set HF_HOME to a cache that has it")
                            .formatted(idOrPath, hubCache()));
        }
        Path snapshot = cached.resolve("snapshots").resolve(read(reference).strip());
        if (!Files.exists(snapshot.resolve("config.json"))) {
            throw new IllegalArgumentException(
                    "model %s is incomplete, %s has no config.json: run `hf download %1$s` again"
                            .formatted(idOrPath, snapshot));
        }
        return snapshot;
    }

    Path unpackMini() {
        try {
            Map<String, byte[]> files = new LinkedHashMap<>();
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String name : MINI_FILES) {
                byte[] content = resource(miniResources + name);
                files.put(name, content);
                digest.update(content);
            }
            String hash = HexFormat.of().formatHex(digest.digest(), 0, 8);
            Path dir = cacheHome().resolve("tina").resolve(hash).resolve("mini");
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Path target = dir.resolve(file.getKey());
                if (!Files.exists(target) || Files.size(target) != file.getValue().length) {
                    AtomicFile.write(target, out -> out.write(file.getValue()));
                }
            }
            return dir;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the miniature can't be unpacked to "
                            + cacheHome().resolve("tina")
                            + " (set XDG_CACHE_HOME to a directory that can be written): "
                            + e,
                    e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has SHA-256
        }
    }

    private Path hubCache() {
        return variable("HF_HUB_CACHE")
                .or(() -> variable("HF_HOME").map(dir -> dir.resolve("hub")))
                .orElseGet(() -> cacheHome().resolve("huggingface/hub"));
    }

    private Path cacheHome() {
        return variable("XDG_CACHE_HOME").orElse(home.resolve(".cache"));
    }

    /** A directory from the environment, where ~ is the home directory as it is for Python. */
    private Optional<Path> variable(String name) {
        return Optional.ofNullable(environment.get(name))
                .filter(value -> !value.isBlank())
                .map(
                        value ->
                                value.startsWith("~/")
                                        ? home.resolve(value.substring(2))
                                        : Path.of(value));
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = ModelHub.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(
                        "this build has no miniature: resource " + name + " is missing");
            }
            return in.readAllBytes();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be read: " + e, e);
        }
    }
}
