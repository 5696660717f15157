package org.tina.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tina.data.FakeHub.COMMIT;
import static org.tina.data.FakeHub.corrupting;
import static org.tina.data.FakeHub.cutAfter;
import static org.tina.data.FakeHub.ignoringRange;
import static org.tina.data.FakeHub.status;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Downloads from a server that speaks the Hub's API, and has the troubles of a network. */
@Timeout(60)
class DownloadTest {

    private static final String ID = "owner/name";
    private static final String WEIGHTS = "model.safetensors";
    private static final byte[] BYTES = new byte[1_000_000];

    static {
        new Random(7).nextBytes(BYTES);
    }

    @TempDir Path home;
    private final HubRepo repo = HubRepo.model(ID);
    private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, String> environment = new HashMap<>();
    private FakeHub hub;

    @BeforeEach
    void start() throws IOException {
        hub = new FakeHub(repo);
        environment.put("HF_ENDPOINT", hub.endpoint() + "/");
        environment.put("HF_HUB_CACHE", cache().toString());
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    // ---------------------------------------------------------------- what comes, and where it
    // lies

    @Test
    void aModelComesWithWhatItTakesToLoadIt() throws IOException {
        model().with("model.gguf", "x").with("pytorch_model.bin", "x").with("onnx/m.onnx", "x");
        Path snapshot = get();
        assertEquals(cache().resolve("models--owner--name/snapshots/" + COMMIT), snapshot);
        assertEquals(
                List.of("config.json", WEIGHTS, "tokenizer.json", "tokenizer_config.json"),
                names(snapshot));
        assertArrayEquals(BYTES, Files.readAllBytes(snapshot.resolve(WEIGHTS)));
        assertEquals(
                Path.of("../../blobs/" + hub.hash(WEIGHTS)),
                Files.readSymbolicLink(snapshot.resolve(WEIGHTS)));
        assertEquals(
                Path.of("../../blobs/" + hub.hash("config.json")),
                Files.readSymbolicLink(snapshot.resolve("config.json")));
        assertEquals(COMMIT, Files.readString(folder().resolve("refs/main")));
        assertEquals(List.of(), incomplete());
    }

    @Test
    void whatIsThereIsNotAskedForAgain() throws IOException {
        model();
        Path snapshot = get();
        int asked = hub.requests.size();
        assertEquals(snapshot, get());
        assertEquals(asked, hub.requests.size());
        Files.delete(snapshot.resolve("tokenizer.json"));
        assertEquals(snapshot, get());
        assertTrue(Files.exists(snapshot.resolve("tokenizer.json")));
        assertEquals(asked + 1, hub.requests.size(), "the listing; the bytes were still there");
        modelHub().update(repo, List.of());
        assertEquals(asked + 2, hub.requests.size(), "an update asks what is new");
    }

    @Test
    void shardsAreThoseOfTheIndex() throws IOException {
        texts().with("model-1.safetensors", BYTES)
                .with("model-2.safetensors", "two")
                .with("consolidated.safetensors", "no")
                .with(
                        "model.safetensors.index.json",
                        """
                        {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors",
                                        "c": "model-1.safetensors"}}""");
        assertEquals(
                List.of(
                        "config.json",
                        "model-1.safetensors",
                        "model-2.safetensors",
                        "model.safetensors.index.json",
                        "tokenizer.json",
                        "tokenizer_config.json"),
                names(get()));
        Files.delete(get().resolve("model-2.safetensors"));
        assertTrue(Files.exists(get().resolve("model-2.safetensors")), "seen, and brought again");
    }

    @Test
    void aDataSetComesByPatternsAndRevision() throws IOException {
        HubRepo data = HubRepo.dataset("owner/data").at("refs/pr/1");
        try (FakeHub datasets = new FakeHub(data)) {
            datasets.with("data/train-0.parquet", BYTES)
                    .with("data/train 1+ä.parquet", "second")
                    .with("data/test.parquet", "x")
                    .with("README.md", "x");
            environment.put("HF_ENDPOINT", datasets.endpoint());
            List<String> train = List.of("data/train*.parquet");
            Path snapshot = modelHub().dataset(data, train);
            assertEquals(
                    List.of("data/train 1+ä.parquet", "data/train-0.parquet"), names(snapshot));
            assertEquals(
                    Path.of("../../../blobs/" + datasets.hash("data/train-0.parquet")),
                    Files.readSymbolicLink(snapshot.resolve("data/train-0.parquet")));
            Path folder = cache().resolve("datasets--owner--data");
            assertEquals(COMMIT, Files.readString(folder.resolve("refs/refs/pr/1")));
            int asked = datasets.requests.size();
            modelHub().dataset(data, train);
            assertEquals(asked, datasets.requests.size());
            AtomicFile.delete(folder.resolve("listings")); // as Python leaves it
            environment.put("HF_HUB_OFFLINE", "1");
            assertEquals(snapshot, modelHub().dataset(data, train));
            environment.remove("HF_HUB_OFFLINE");
            assertEquals(snapshot, modelHub().dataset(data, List.of("data/train-0.parquet")));
            assertEquals(asked, datasets.requests.size());
            assertEquals(snapshot, modelHub().dataset(data, train));
            assertEquals(asked + 1, datasets.requests.size(), "are these all? only the Hub knows");
            assertEquals(3, names(modelHub().dataset(data, List.of("data/"))).size());
            Exception e =
                    assertThrows(
                            UncheckedIOException.class,
                            () -> modelHub().dataset(data, List.of("*.csv")));
            assertSays(e, "no file that matches *.csv", "README.md");
        }
    }

    @Test
    void whereThereAreNoSymbolicLinksTheFileItselfIsThere() throws IOException {
        environment.put("HF_HUB_DISABLE_SYMLINKS", "1");
        model();
        Path weights = get().resolve(WEIGHTS);
        assertFalse(Files.isSymbolicLink(weights));
        assertArrayEquals(BYTES, Files.readAllBytes(weights));
    }

    @Test
    void aMirrorThatListsNamesOnlyIsAskedForEachFile() throws IOException {
        model().namesOnly();
        environment.put("HF_TOKEN", "secret");
        Path snapshot = get();
        assertEquals(
                Path.of("../../blobs/" + hub.hash(WEIGHTS)),
                Files.readSymbolicLink(snapshot.resolve(WEIGHTS)));
        assertEquals("HEAD", hub.requestsFor(WEIGHTS).get(0).method());
        assertEquals(snapshot, get());
    }

    @Test
    void aModelWithoutSafetensorsSaysSo() {
        texts().with("pytorch_model.bin", "x");
        assertSays(failure(), "no model.safetensors", "pytorch_model.bin", "safetensors");
    }

    // ---------------------------------------------------------------- troubles that pass

    @Test
    void afterACutOnlyTheRestComes() throws IOException {
        model().trouble(WEIGHTS, cutAfter(300_000));
        assertArrayEquals(BYTES, Files.readAllBytes(get().resolve(WEIGHTS)));
        FakeHub.Request second = hub.requestsFor("/" + WEIGHTS).get(3); // Hub, bytes, Hub, bytes
        assertTrue(second.range().matches("bytes=[1-9]\\d{4,5}-"), second.toString());
        assertEquals(1, pauses.size());
    }

    @Test
    void aServerThatIgnoresTheRangeStartsOver() throws IOException {
        model().trouble(WEIGHTS, cutAfter(300_000), ignoringRange());
        assertArrayEquals(BYTES, Files.readAllBytes(get().resolve(WEIGHTS)));
    }

    @Test
    void whatAnEarlierRunLeftIsUsed() throws IOException {
        model();
        Files.createDirectories(folder().resolve("blobs"));
        Files.write(incompleteWeights(), Arrays.copyOf(BYTES, 400_000));
        assertArrayEquals(BYTES, Files.readAllBytes(get().resolve(WEIGHTS)));
        assertEquals("bytes=400000-", hub.requestsFor("/" + WEIGHTS).get(1).range());
    }

    @ParameterizedTest
    @ValueSource(ints = {400_000, 1_000_000, 1_000_001})
    void whatAnEarlierRunLeftDamagedIsThrownAway(int length) throws IOException {
        model();
        Files.createDirectories(folder().resolve("blobs"));
        Files.write(incompleteWeights(), new byte[length]);
        assertArrayEquals(BYTES, Files.readAllBytes(get().resolve(WEIGHTS)));
    }

    @Test
    void aServerThatHasNoMoreIsAskedForAllOfIt() throws IOException {
        whatAnEarlierRunLeftIsUsed();
        Files.delete(folder().resolve("blobs").resolve(hub.hash(WEIGHTS)));
        Files.write(incompleteWeights(), Arrays.copyOf(BYTES, 400_000));
        hub.trouble(WEIGHTS, status(416));
        assertArrayEquals(BYTES, Files.readAllBytes(get().resolve(WEIGHTS)));
        assertEquals(1, pauses.size());
    }

    @Test
    void aFileThatWasCutShortInTheCacheComesAgain() throws IOException {
        model();
        Files.write(get().resolve(WEIGHTS), new byte[10]);
        assertArrayEquals(BYTES, Files.readAllBytes(get().resolve(WEIGHTS)));
    }

    @Test
    void damagedBytesComeAgain() throws IOException {
        model().trouble(WEIGHTS, corrupting()).trouble("config.json", corrupting());
        Path snapshot = get();
        assertArrayEquals(BYTES, Files.readAllBytes(snapshot.resolve(WEIGHTS)));
        assertEquals("{}", Files.readString(snapshot.resolve("config.json")));
    }

    @Test
    void bytesThatStayDamagedAreAnErrorAndNotKept() throws IOException {
        model().trouble(WEIGHTS, corrupting(), corrupting(), corrupting());
        assertSays(failure(), WEIGHTS, "damaged 3 times", hub.hash(WEIGHTS));
        assertFalse(Files.exists(folder().resolve("blobs").resolve(hub.hash(WEIGHTS))));
        assertEquals(List.of(), incomplete());
        assertFalse(Files.exists(folder().resolve("refs/main")), "main is what is complete");
        assertArrayEquals(BYTES, Files.readAllBytes(get().resolve(WEIGHTS)));
    }

    @Test
    void aBusyHubIsGivenTheTimeItAsksFor() throws IOException {
        model().trouble("", status(429, "Retry-After", "17"), status(503), status(500))
                .trouble(
                        "config.json",
                        status(504),
                        status(429, "Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"));
        get();
        assertEquals(5, pauses.size());
        assertEquals(Duration.ofSeconds(17), pauses.get(0));
        assertBetween(1, 2, pauses.get(1));
        assertBetween(2, 4, pauses.get(2));
    }

    @Test
    void aHubThatStaysBusyIsGivenUp() {
        model().trouble("", Collections.nCopies(6, status(503)).toArray(FakeHub.Trouble[]::new));
        assertSays(failure(), "127.0.0.1 answers 503", "tried 6 times", ID);
        assertEquals(5, pauses.size());
        assertBetween(8, 16, pauses.get(4));
    }

    @Test
    void aHubThatAsksForHoursIsNotWaitedFor() {
        model().trouble("", status(429, "Retry-After", "7200"));
        assertSays(failure(), "429", "120 minutes");
        assertEquals(0, pauses.size());
    }

    @Test
    void cutsWithProgressBetweenThemAreNoReasonToGiveUp() throws IOException {
        model().trouble(WEIGHTS, cutAfter(100_000));
        for (int i = 0; i < 8; i++) {
            hub.trouble(
                    WEIGHTS,
                    (exchange, content) -> {
                        String range = exchange.getRequestHeaders().getFirst("Range");
                        int start = Integer.parseInt(range.replaceAll("\\D", ""));
                        exchange.getResponseHeaders()
                                .set("Content-Range", "bytes %d-999999/1000000".formatted(start));
                        exchange.sendResponseHeaders(206, content.length - start);
                        exchange.getResponseBody().write(content, start, 50_000);
                        exchange.getResponseBody().flush();
                        throw new IOException("cut");
                    });
        }
        assertArrayEquals(BYTES, Files.readAllBytes(get().resolve(WEIGHTS)));
    }

    // ---------------------------------------------------------------- the token

    @Test
    void theTokenGoesToTheHubAndNotToTheHostOfTheBytes() {
        model();
        environment.put("HF_TOKEN", " secret\n");
        get();
        assertTrue(hub.requests.stream().anyMatch(request -> !request.toHub()));
        for (FakeHub.Request request : hub.requests) {
            assertEquals(request.toHub() ? "Bearer secret" : null, request.token());
        }
    }

    @Test
    void theTokenMayLieInAFile() throws IOException {
        model();
        environment.put("HF_HOME", home.toString());
        Files.writeString(home.resolve("token"), "from-file\n");
        get();
        assertEquals("Bearer from-file", hub.requests.get(0).token());
        environment.put("HF_TOKEN_PATH", home.resolve("nowhere").toString());
        modelHub().update(repo, List.of());
        assertNull(hub.requests.get(hub.requests.size() - 1).token());
    }

    // ---------------------------------------------------------------- troubles that stay

    @Test
    void aGatedRepositoryNamesThePage() {
        model().trouble(WEIGHTS, status(200))
                .trouble("config.json", status(401, "X-Error-Code", "GatedRepo"));
        assertSays(failure(), "gated", hub.endpoint() + "/owner/name", "HF_TOKEN");
        environment.put("HF_TOKEN", "secret");
        hub.trouble("config.json", status(403, "X-Error-Code", "GatedRepo"));
        Exception e = failure();
        assertSays(e, "gated", hub.endpoint() + "/owner/name", "account of your token");
        assertFalse(e.getMessage().contains("secret"));
    }

    @Test
    void aRepositoryThatIsNotOpenSaysWhatToDo() {
        model().trouble("", status(401));
        assertSays(failure(), "not open to you (401)", "No token is set: HF_TOKEN", "token");
        environment.put("HF_TOKEN", "secret");
        hub.trouble("", status(403));
        assertSays(failure(), "(403)", "token in HF_TOKEN", "wrong");
    }

    @Test
    void whatIsNotThereIsNamed() {
        model().trouble("", status(404, "X-Error-Code", "RepoNotFound"));
        assertSays(failure(), "there is no model owner/name on " + hub.endpoint());
        hub.trouble("", status(404, "X-Error-Code", "RevisionNotFound"));
        assertSays(failure(), "has no revision main");
        hub.trouble("tokenizer.json", status(404, "X-Error-Code", "EntryNotFound"));
        assertSays(failure(), "has no file tokenizer.json");
        assertEquals(0, pauses.size());
    }

    @Test
    void aHostThatIsNotFoundMeansNoNetwork() {
        environment.put("HF_ENDPOINT", "http://nowhere.invalid");
        assertSays(failure(), "no network", "nowhere.invalid", "HTTPS_PROXY");
        assertEquals(0, pauses.size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://a b/",
                "file:///etc/passwd",
                "//",
                "/api/models/owner/name/revision/main"
            })
    void redirectsThatLeadNowhereEnd(String location) {
        FakeHub.Trouble redirect = status(302, "Location", location);
        model().trouble("", Collections.nCopies(9, redirect).toArray(FakeHub.Trouble[]::new));
        assertSays(failure(), "redirects");
    }

    @Test
    void anEndpointThatIsNoAddressIsRefused() {
        environment.put("HF_ENDPOINT", "hub.example");
        Exception e = assertThrows(IllegalArgumentException.class, this::get);
        assertSays(e, "HF_ENDPOINT=hub.example");
    }

    @Test
    void offlineNothingIsAskedFor() throws IOException {
        model();
        environment.put("HF_HUB_OFFLINE", "1");
        Exception e = assertThrows(IllegalArgumentException.class, this::get);
        assertSays(e, "HF_HUB_OFFLINE", "environment/tina download owner/name", "HF_HOME");
        assertEquals(0, hub.requests.size());
        environment.remove("HF_HUB_OFFLINE");
        Path snapshot = get();
        environment.put("HF_HUB_OFFLINE", "true");
        assertEquals(snapshot, get());
        assertEquals(snapshot, modelHub().update(repo, List.of()));
        Files.delete(snapshot.resolve("tokenizer_config.json"));
        e = assertThrows(IllegalArgumentException.class, this::get);
        assertSays(e, "missing: tokenizer_config.json");
    }

    @Test
    void noSpaceIsSaidBeforeAnythingComes() throws IOException {
        texts().listing(
                        """
                        {"rfilename": "model.safetensors", "size": 3000000000000000000,
                         "blobId": "0123456789012345678901234567890123456789"}""");
        assertSays(failure(), "no space in " + cache(), "3000000000.00 GB", "HF_HOME");
        assertEquals(1, hub.requests.size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../../evil", "/etc/evil", "a/../../evil", "a//b", "C:/evil", "a\\\\b", ""})
    void namesThatLeadElsewhereAreRefused(String name) {
        model().listing("{\"rfilename\": \"%s\", \"size\": 1, \"blobId\": \"ab\"}".formatted(name));
        assertSays(failure(), "outside its folder");
        assertFalse(Files.exists(cache().resolve("models--owner--name/snapshots")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "[]", "{}", "{\"sha\": \"../..\", \"siblings\": []}", "<html>"})
    void whatIsNoListingIsRefused(String answer) {
        hub.trouble(
                "",
                (exchange, content) -> {
                    exchange.sendResponseHeaders(200, answer.length());
                    exchange.getResponseBody().write(answer.getBytes());
                    return false;
                });
        assertSays(failure(), "the list of files can't be used");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "/x", "", "a/../b", "a\nb"})
    void revisionsThatLeadElsewhereAreRefused(String revision) {
        assertThrows(IllegalArgumentException.class, () -> repo.at(revision));
    }

    // ---------------------------------------------------------------- interrupts, stalls,
    // neighbours

    @Test
    void anInterruptEndsItSoonAndKeepsWhatCame() throws Exception {
        CountDownLatch half = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        model().trouble(WEIGHTS, stalling(half, over));
        List<Throwable> ended = Collections.synchronizedList(new ArrayList<>());
        Thread caller = new Thread(() -> ended.add(failure()));
        caller.start();
        assertTrue(half.await(20, TimeUnit.SECONDS));
        caller.interrupt();
        caller.join(20_000);
        over.countDown();
        assertSays(ended.get(0), "interrupted", "environment/tina download owner/name");
        assertArrayEquals(BYTES, Files.readAllBytes(get().resolve(WEIGHTS)));
    }

    @Test
    void aConnectionThatFallsSilentIsReplaced() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        model().trouble(WEIGHTS, stalling(new CountDownLatch(1), over));
        HubSettings settings = new HubSettings(environment, home);
        HubClient impatient = new HubClient(settings, Duration.ofMillis(500));
        HubCache cache = new HubCache(settings, repo);
        Path snapshot =
                new HubDownload(impatient, repo, cache, pauses::add)
                        .run(new HubSelection.Model(), state -> {}, 0);
        over.countDown();
        assertArrayEquals(BYTES, Files.readAllBytes(snapshot.resolve(WEIGHTS)));
        assertEquals(1, pauses.size());
    }

    @Test
    void twoDownloadsOfOneModelShareTheWork() throws Exception {
        CountDownLatch half = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        model().trouble(
                        WEIGHTS,
                        (exchange, content) -> {
                            half.countDown();
                            await(over);
                            return true;
                        });
        List<Path> found = Collections.synchronizedList(new ArrayList<>());
        Thread first = new Thread(() -> found.add(get()));
        first.start();
        assertTrue(half.await(20, TimeUnit.SECONDS));
        CountDownLatch waiting = new CountDownLatch(1);
        ModelHub second =
                new ModelHub(
                        environment,
                        home,
                        "",
                        pause -> {
                            waiting.countDown();
                            over.countDown();
                            Thread.yield();
                        });
        found.add(second.find(ID));
        assertEquals(0, waiting.getCount(), "it found the lock taken");
        first.join(20_000);
        assertEquals(found.get(0), found.get(1));
        assertEquals(1, hub.requestsFor("/" + WEIGHTS).stream().filter(r -> !r.toHub()).count());
    }

    @Test
    void progressIsToldByTheCallersThread() throws Exception {
        model().trouble("", status(503));
        HubSettings settings = new HubSettings(environment, home);
        List<DownloadState> states = new ArrayList<>();
        boolean[] ended = {false};
        Thread caller = Thread.currentThread();
        DownloadListener listener =
                new DownloadListener() {
                    @Override
                    public void update(DownloadState state) {
                        assertEquals(caller, Thread.currentThread());
                        states.add(state);
                    }

                    @Override
                    public void end() {
                        ended[0] = true;
                    }
                };
        new HubDownload(
                        new HubClient(settings, Duration.ofSeconds(20)),
                        repo,
                        new HubCache(settings, repo),
                        pauses::add)
                .run(new HubSelection.Model(), listener, 0);
        DownloadState last = states.get(states.size() - 1);
        assertEquals(last.total(), last.done());
        assertTrue(last.total() > BYTES.length);
        assertTrue(ended[0]);
    }

    @Test
    void aStateReadsAsALine() {
        assertEquals(
                "model a/b: 25% of 4.00 GB · 50.0 MB/s · 1:00 left",
                new DownloadState("model a/b", 1_000_000_000, 4_000_000_000L, 50e6, "").toString());
        assertEquals(
                "model a/b: asking the Hub · busy; again in 2 s",
                new DownloadState("model a/b", 0, 0, 0, "busy; again in 2 s").toString());
    }

    // ---------------------------------------------------------------- helpers

    private FakeHub texts() {
        return hub.with("config.json", "{}")
                .with("tokenizer.json", "{\"a\": 1}")
                .with("tokenizer_config.json", "{\"b\": 1}")
                .with("README.md", "read");
    }

    private FakeHub model() {
        return texts().with(WEIGHTS, BYTES);
    }

    private ModelHub modelHub() {
        return new ModelHub(environment, home, "", pauses::add);
    }

    private Path get() {
        return modelHub().find(ID);
    }

    private UncheckedIOException failure() {
        return assertThrows(UncheckedIOException.class, this::get);
    }

    private Path cache() {
        return home.resolve("cache");
    }

    private Path folder() {
        return cache().resolve("models--owner--name");
    }

    private Path incompleteWeights() {
        return folder().resolve("blobs").resolve(hub.hash(WEIGHTS) + ".incomplete");
    }

    private List<Path> incomplete() throws IOException {
        try (Stream<Path> blobs = Files.list(folder().resolve("blobs"))) {
            return blobs.filter(blob -> blob.toString().endsWith(".incomplete")).toList();
        }
    }

    private static List<String> names(Path snapshot) throws IOException {
        try (Stream<Path> files = Files.walk(snapshot)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> snapshot.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    /** Sends half of the file, then nothing more until it is over. */
    private static FakeHub.Trouble stalling(CountDownLatch half, CountDownLatch over) {
        return (exchange, content) -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, content.length / 2);
            exchange.getResponseBody().flush();
            half.countDown();
            await(over);
            throw new IOException("over");
        };
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void assertSays(Throwable e, String... parts) {
        for (String part : parts) {
            assertTrue(e.getMessage().contains(part), () -> part + " is not in: " + e.getMessage());
        }
    }

    private static void assertBetween(double seconds, double most, Duration pause) {
        double actual = pause.toMillis() / 1000.0;
        assertTrue(
                actual >= seconds && actual <= most,
                () -> pause + " is not in " + seconds + " to " + most);
    }
}
