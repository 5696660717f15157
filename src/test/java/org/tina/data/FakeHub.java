package org.tina.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A server that speaks the Hub's API for one repository, with a second one on another port that
 * large files are redirected to. Troubles wait for a path and come to its requests one by one.
 */
final class FakeHub implements AutoCloseable {

    /** What happens to a request instead of an answer; returns whether the answer is still due. */
    @FunctionalInterface
    interface Trouble {
        boolean happen(HttpExchange exchange, byte[] content) throws IOException;
    }

    /** A request as it came. */
    record Request(boolean toHub, String method, String path, String token, String range) {}

    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, byte[]> files = new TreeMap<>();
    private final Map<String, Deque<Trouble>> troubles = new HashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer hub;
    private final HttpServer cdn;
    private final String page;
    private final String api;
    private String extraSibling;
    private boolean describing = true;
    private FakeHub neighbour;

    FakeHub(HubRepo repo) throws IOException {
        page = "/" + repo.page() + "/resolve/" + COMMIT + "/";
        api = "/" + repo.listingPath().replace("?blobs=true", "");
        hub = server(this::answer);
        cdn = server(exchange -> send(exchange, exchange.getRequestURI().getPath().substring(1)));
    }

    private HttpServer server(com.sun.net.httpserver.HttpHandler handler) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> received(server, exchange, handler));
        server.setExecutor(threads);
        server.start();
        return server;
    }

    String endpoint() {
        return "http://127.0.0.1:" + hub.getAddress().getPort();
    }

    FakeHub with(String path, byte[] content) {
        files.put(path, content);
        return this;
    }

    FakeHub with(String path, String content) {
        return with(path, content.getBytes(StandardCharsets.UTF_8));
    }

    /** A file in the listing that is not there. */
    FakeHub listing(String sibling) {
        extraSibling = sibling;
        return this;
    }

    /** A mirror whose listing has names only. */
    FakeHub namesOnly() {
        describing = false;
        return this;
    }

    /** Another hub's files can be had here too. */
    void alsoServing(FakeHub other) {
        neighbour = other;
    }

    /** The next requests for the bytes of a path go wrong; an empty path is the listing. */
    FakeHub trouble(String path, Trouble... each) {
        troubles.computeIfAbsent(path, p -> new ArrayDeque<>()).addAll(Arrays.asList(each));
        return this;
    }

    List<Request> requestsFor(String name) {
        return requests.stream().filter(request -> request.path.endsWith(name)).toList();
    }

    @Override
    public void close() {
        hub.stop(0);
        cdn.stop(0);
        threads.shutdownNow();
    }

    // ---------------------------------------------------------------- troubles

    static Trouble status(int status, String... headers) {
        return (exchange, content) -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
            return false;
        };
    }

    /** The connection breaks after so many bytes. */
    static Trouble cutAfter(int bytes) {
        return (exchange, content) -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, bytes);
            exchange.getResponseBody().flush();
            throw new IOException("cut");
        };
    }

    static Trouble corrupting() {
        return (exchange, content) -> {
            byte[] wrong = content.clone();
            wrong[wrong.length / 2] ^= 1;
            exchange.sendResponseHeaders(200, wrong.length);
            exchange.getResponseBody().write(wrong);
            return false;
        };
    }

    static Trouble ignoringRange() {
        return (exchange, content) -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
            return false;
        };
    }

    // ---------------------------------------------------------------- answers

    private void received(
            HttpServer server, HttpExchange exchange, com.sun.net.httpserver.HttpHandler handler)
            throws IOException {
        requests.add(
                new Request(
                        server == hub,
                        exchange.getRequestMethod(),
                        exchange.getRequestURI().getPath(),
                        exchange.getRequestHeaders().getFirst("Authorization"),
                        exchange.getRequestHeaders().getFirst("Range")));
        try (exchange) {
            handler.handle(exchange);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (exchange.getRequestURI().getRawPath().equals(api)) {
            if (happens("", exchange, new byte[0])) {
                byte[] json = listing().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, json.length);
                exchange.getResponseBody().write(json);
            }
            return;
        }
        String name = name(path);
        if (name.isEmpty() && neighbour != null && !neighbour.name(path).isEmpty()) {
            neighbour.answer(exchange);
            return;
        }
        if (!files.containsKey(name)) {
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
        String raw = exchange.getRequestURI().getRawPath();
        String encoded = raw.replaceFirst("^.*/resolve/[^/]+/", "");
        if (isLarge(name)) {
            exchange.getResponseHeaders().set("X-Linked-Etag", '"' + hash(name) + '"');
            exchange.getResponseHeaders()
                    .set("X-Linked-Size", String.valueOf(files.get(name).length));
            exchange.getResponseHeaders()
                    .set(
                            "Location",
                            "http://localhost:%d/%s"
                                    .formatted(cdn.getAddress().getPort(), encoded));
            exchange.sendResponseHeaders(302, -1);
        } else {
            exchange.getResponseHeaders().set("ETag", '"' + hash(name) + '"');
            send(exchange, name);
        }
    }

    /** A file of the commit, or of main. */
    private String name(String path) {
        String main = page.replace(COMMIT, "main");
        return path.startsWith(page)
                ? path.substring(page.length())
                : path.startsWith(main) ? path.substring(main.length()) : "";
    }

    private void send(HttpExchange exchange, String name) throws IOException {
        byte[] content = files.get(name);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(content.length));
            exchange.sendResponseHeaders(200, -1);
        } else if (happens(name, exchange, content)) {
            String range = exchange.getRequestHeaders().getFirst("Range");
            int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
            if (range != null) {
                exchange.getResponseHeaders()
                        .set(
                                "Content-Range",
                                "bytes %d-%d/%2$d".formatted(from, content.length - 1));
            }
            exchange.sendResponseHeaders(range == null ? 200 : 206, content.length - from);
            exchange.getResponseBody().write(content, from, content.length - from);
        }
    }

    private synchronized Trouble next(String name) {
        Deque<Trouble> waiting = troubles.get(name);
        return waiting == null ? null : waiting.poll();
    }

    private boolean happens(String name, HttpExchange exchange, byte[] content) throws IOException {
        Trouble trouble = next(name);
        return trouble == null || trouble.happen(exchange, content);
    }

    private String listing() {
        JsonArray siblings = new JsonArray();
        files.forEach(
                (path, content) -> {
                    JsonObject sibling = new JsonObject();
                    sibling.addProperty("rfilename", path);
                    if (describing) {
                        sibling.addProperty("size", content.length);
                        sibling.addProperty("blobId", gitHash(content));
                    }
                    if (describing && isLarge(path)) {
                        JsonObject lfs = new JsonObject();
                        lfs.addProperty("sha256", hash(path));
                        lfs.addProperty("size", content.length);
                        sibling.add("lfs", lfs);
                    }
                    siblings.add(sibling);
                });
        JsonObject answer = new JsonObject();
        answer.addProperty("sha", COMMIT);
        answer.add("siblings", siblings);
        String json = answer.toString();
        return extraSibling == null ? json : json.replaceFirst("\\[", "[" + extraSibling + ",");
    }

    static boolean isLarge(String path) {
        return path.endsWith(".safetensors") || path.endsWith(".parquet");
    }

    String hash(String path) {
        byte[] content = files.get(path);
        return isLarge(path) ? digest("SHA-256", content) : gitHash(content);
    }

    private static String gitHash(byte[] content) {
        byte[] header = ("blob " + content.length + "\0").getBytes(StandardCharsets.UTF_8);
        byte[] whole = Arrays.copyOf(header, header.length + content.length);
        System.arraycopy(content, 0, whole, header.length, content.length);
        return digest("SHA-1", whole);
    }

    private static String digest(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
