package org.tina.data;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Finds models and data sets: the embedded miniature, a directory, the local Hugging Face cache;
 * what is not there is downloaded from the Hub into the cache, in its own layout, so that what
 * Hugging Face's tools downloaded is found and the other way round.
 *
 * <p>Environment variables mean what they mean for those tools: {@code HF_HUB_CACHE}, {@code
 * HF_HOME} and {@code XDG_CACHE_HOME} say where the cache is (else {@code
 * ~/.cache/huggingface/hub}), {@code HF_ENDPOINT} where the Hub is, {@code HF_TOKEN} who asks; with
 * {@code HF_HUB_OFFLINE=1} nothing is downloaded.
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

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final double QUIET_SECONDS = 2;

    private static volatile Supplier<DownloadListener> listeners =
            () -> DownloadListener.printing(System.err::println);

    private final HubSettings settings;
    private final String miniResources;
    private final BackOff.Sleeper sleeper;

    /** For tests: another environment, home, place of the miniature's resources, and clock. */
    ModelHub(
            Map<String, String> environment,
            Path home,
            String miniResources,
            BackOff.Sleeper sleeper) {
        this.settings = new HubSettings(environment, home);
        this.miniResources = miniResources;
        this.sleeper = sleeper;
    }

    private static ModelHub local() {
        Path home = Path.of(System.getProperty("user.home"));
        return new ModelHub(System.getenv(), home, MINI_RESOURCES, BackOff.Sleeper.REAL);
    }

    /**
     * Says how downloads that take longer than two seconds are shown from now on. Without it a line
     * goes to standard error now and then.
     *
     * @param listener makes a listener for each download
     */
    public static void showDownloads(Supplier<DownloadListener> listener) {
        listeners = listener;
    }

    /**
     * The embedded miniature as a model directory, unpacked on first use to {@code
     * XDG_CACHE_HOME/tina} or {@code ~/.cache/tina}, in a directory named by its content.
     */
    public static Path mini() {
        return local().unpackMini();
    }

    /**
     * The directory of a model. What the cache has is taken without asking the Hub; what it lacks
     * is downloaded: configuration, tokenizer and safetensors.
     *
     * @param idOrPath {@code mini}, a directory, or a Hugging Face id such as {@code
     *     deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B}, with a branch, tag or commit after {@code @}
     *     if it is not main
     * @throws IllegalArgumentException if it is none of these, or not in the cache while {@code
     *     HF_HUB_OFFLINE} is set
     * @throws UncheckedIOException saying why it can't be downloaded and what to do
     */
    public static Path get(String idOrPath) {
        return local().find(idOrPath);
    }

    /**
     * As {@link #get(String)}, for whom a few of a model's files are enough.
     *
     * @param filePatterns which files, such as {@code config.json}
     */
    public static Path get(String idOrPath, List<String> filePatterns) {
        return local().find(idOrPath, new HubSelection.Matching(filePatterns));
    }

    /**
     * The directory of a data set's files: below it they lie as in the repository. What the cache
     * has is taken without asking the Hub.
     *
     * @param id such as {@code GAIR/LIMR}
     * @param revision a branch, a tag or a commit; {@code main} is what is newest
     * @param filePatterns which files, such as {@code data/train-*.parquet}; {@code *} stands for
     *     slashes too, an empty list for all files
     * @throws IllegalArgumentException if id or revision are none, or it is not in the cache while
     *     {@code HF_HUB_OFFLINE} is set
     * @throws UncheckedIOException saying why it can't be downloaded and what to do
     */
    public static Path dataset(String id, String revision, List<String> filePatterns) {
        return local().bring(
                        HubRepo.dataset(id).at(revision), new HubSelection.Matching(filePatterns));
    }

    /**
     * Asks the Hub what a repository holds now, downloads what the cache lacks, and returns the
     * directory.
     *
     * @param filePatterns which files; an empty list stands for what it takes to load a model, and
     *     for all files of a data set
     * @throws IllegalArgumentException if it is not in the cache while {@code HF_HUB_OFFLINE} is
     *     set
     * @throws UncheckedIOException saying why it can't be downloaded and what to do
     */
    public static Path download(HubRepo repo, List<String> filePatterns) {
        return local().update(repo, filePatterns);
    }

    Path find(String idOrPath) {
        return find(idOrPath, new HubSelection.Model());
    }

    private Path find(String idOrPath, HubSelection selection) {
        if (idOrPath.equals("mini")) {
            return unpackMini();
        }
        if (new File(idOrPath).isDirectory()) {
            return Path.of(idOrPath);
        }
        HubRepo repo;
        try {
            repo = HubRepo.model(idOrPath);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "model \"%s\" is no directory, nor mini; and %s"
                            .formatted(idOrPath, e.getMessage()));
        }
        return bring(repo, selection);
    }

    Path dataset(HubRepo repo, List<String> filePatterns) {
        return bring(repo, new HubSelection.Matching(filePatterns));
    }

    Path update(HubRepo repo, List<String> filePatterns) {
        boolean standard = filePatterns.isEmpty() && repo.kind() == HubRepo.Kind.MODEL;
        HubSelection selection =
                standard ? new HubSelection.Model() : new HubSelection.Matching(filePatterns);
        return settings.offline() ? bring(repo, selection) : download(repo, selection);
    }

    private Path bring(HubRepo repo, HubSelection selection) {
        HubCache cache = new HubCache(settings, repo);
        List<String> missing;
        try {
            missing = cache.missing(selection);
            if (missing.isEmpty()) {
                return cache.snapshot(cache.commit().orElseThrow());
            }
        } catch (IOException e) {
            missing = List.of(e.getMessage());
        }
        if (settings.offline()) {
            throw new IllegalArgumentException(
                    ("%s is not in %s (missing: %s), and HF_HUB_OFFLINE forbids to download it: unset"
                                    + " it and run `%s`, or set HF_HOME to a cache that has it")
                            .formatted(
                                    repo,
                                    cache.root(),
                                    String.join(", ", missing),
                                    repo.command()));
        }
        return download(repo, selection);
    }

    private Path download(HubRepo repo, HubSelection selection) {
        HubCache cache = new HubCache(settings, repo);
        HubClient client = new HubClient(settings, PATIENCE);
        try {
            return new HubDownload(client, repo, cache, sleeper)
                    .run(selection, listeners.get(), QUIET_SECONDS);
        } catch (IOException e) {
            String reason = e instanceof FileSystemException ? e.toString() : e.getMessage();
            throw new UncheckedIOException(repo + " can't be downloaded: " + reason, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(
                    "the download of %s was interrupted; what came is kept, `%s` goes on from there"
                            .formatted(repo, repo.command()),
                    new InterruptedIOException());
        }
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
            Path dir = settings.cacheHome().resolve("tina").resolve(hash).resolve("mini");
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
                            + settings.cacheHome().resolve("tina")
                            + " (set XDG_CACHE_HOME to a directory that can be written): "
                            + e,
                    e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has SHA-256
        }
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
}
