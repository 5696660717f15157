package org.tina.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;

/**
 * Single requests to the Hub, and what its refusals mean in words. It follows redirects by itself:
 * the access token goes to the Hub alone, never to the host that large files are redirected to.
 */
final class HubClient {

    private static final int MOST_REDIRECTS = 8;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504);

    private final HubSettings settings;
    private final URI endpoint;
    private final Duration patience;
    private final HttpClient http;
    private volatile boolean reached;

    /**
     * @param patience how long an answer, or more of it, may take to come
     */
    HubClient(HubSettings settings, Duration patience) {
        this.settings = settings;
        this.endpoint = settings.endpoint();
        this.patience = patience;
        this.http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1) // a connection a file
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(patience)
                        .proxy(settings.proxies())
                        .build();
    }

    /** The Hub's listing of a repository, as JSON. */
    String listing(HubRepo repo) throws IOException, InterruptedException {
        HttpResponse<InputStream> answer =
                send(repo, "", "GET", resolve(repo.listingPath()), Optional.empty());
        try (InputStream body = answer.body()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        } catch (InterruptedIOException e) {
            throw new InterruptedException();
        } catch (IOException e) {
            throw cut(e);
        }
    }

    /**
     * A file with the size and the hash that the Hub tells when it is asked for the file itself.
     */
    HubFile described(HubRepo repo, String commit, HubFile file)
            throws IOException, InterruptedException {
        URI address = resolve(repo.filePath(commit, file.path()));
        HttpResponse<InputStream> answer =
                send(repo, file.path(), "HEAD", address, Optional.empty());
        answer.body().close();
        String size =
                header(answer, "X-Linked-Size")
                        .or(() -> header(answer, "Content-Length"))
                        .orElse("-1");
        String tag = header(answer, "X-Linked-Etag").or(() -> header(answer, "ETag")).orElse("");
        try {
            HubFile described =
                    new HubFile(
                            file.path(),
                            Long.parseLong(size),
                            tag.replaceFirst("^W/", "").replace("\"", ""));
            if (described.isKnown()) {
                return described;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new IOException(
                "%s of %s: the server tells neither size nor hash (size %s, tag %s)"
                        .formatted(file.path(), repo, size, tag));
    }

    /**
     * A file's bytes from a position on, if the server can do that (206), else all of them (200);
     * none if it has no more (416).
     */
    HttpResponse<InputStream> file(HubRepo repo, String commit, HubFile file, long from)
            throws IOException, InterruptedException {
        Optional<String> range = from == 0 ? Optional.empty() : Optional.of("bytes=" + from + "-");
        return send(repo, file.path(), "GET", resolve(repo.filePath(commit, file.path())), range);
    }

    /** Whether an answer begins at the position that was asked for. */
    static boolean continues(HttpResponse<?> answer, long from) {
        String range = header(answer, "Content-Range").orElse("");
        return answer.statusCode() == 206 && range.startsWith("bytes " + from + "-");
    }

    /** A connection that broke while a body came. */
    static TransientException cut(IOException e) {
        return new TransientException("the connection broke: " + e.getMessage(), e);
    }

    private URI resolve(String path) {
        return URI.create(endpoint + "/" + path);
    }

    private HttpResponse<InputStream> send(
            HubRepo repo, String path, String method, URI address, Optional<String> range)
            throws IOException, InterruptedException {
        URI uri = address;
        for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
            HttpResponse<InputStream> answer = sendOnce(method, uri, range);
            Optional<URI> next =
                    REDIRECTS.contains(answer.statusCode())
                            ? redirection(answer)
                            : Optional.empty();
            if (next.isEmpty()) {
                return accepted(repo, path, answer);
            }
            if (method.equals("HEAD") && !isHub(next.get())) {
                return answer; // the Hub itself tells size and hash, not the host of the bytes
            }
            answer.body().close();
            uri = next.get();
        }
        throw new IOException(address + " redirects without end");
    }

    private static Optional<URI> redirection(HttpResponse<?> answer) throws IOException {
        Optional<String> location = header(answer, "Location");
        try {
            Optional<URI> next = location.map(answer.uri()::resolve);
            if (next.isEmpty() || String.valueOf(next.get().getScheme()).matches("https?")) {
                return next;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new IOException(
                "%s redirects to \"%s\", which is no address of the web"
                        .formatted(answer.uri().getHost(), location.get()));
    }

    private HttpResponse<InputStream> sendOnce(String method, URI uri, Optional<String> range)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .header("User-Agent", "tina-java")
                        .timeout(patience);
        range.ifPresent(bytes -> request.header("Range", bytes));
        if (isHub(uri)) {
            settings.token().ifPresent(t -> request.header("Authorization", "Bearer " + t));
        }
        try {
            HttpResponse<InputStream> answer =
                    http.send(request.build(), head -> new TimedBody(patience));
            reached = true;
            return answer;
        } catch (IOException e) {
            throw unreachable(uri, e);
        }
    }

    private boolean isHub(URI uri) {
        return endpoint.getScheme().equals(uri.getScheme())
                && endpoint.getHost().equalsIgnoreCase(uri.getHost())
                && endpoint.getPort() == uri.getPort();
    }

    private IOException unreachable(URI uri, IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException
                    || cause instanceof UnknownHostException) {
                String message =
                        ("no network: the host %s is not found (behind a proxy set HTTPS_PROXY,"
                                        + " for a mirror HF_ENDPOINT; HF_HUB_OFFLINE=1 takes what"
                                        + " the cache has)")
                                .formatted(uri.getHost());
                return reached ? new TransientException(message, e) : new IOException(message, e);
            }
        }
        String reason = e.getMessage() == null ? "no connection" : e.getMessage();
        return new TransientException(uri.getHost() + " doesn't answer: " + reason, e);
    }

    // ---------------------------------------------------------------- what an answer means

    private HttpResponse<InputStream> accepted(
            HubRepo repo, String path, HttpResponse<InputStream> answer) throws IOException {
        int status = answer.statusCode();
        if (status == 200 || status == 206 || status == 416) {
            return answer;
        }
        answer.body().close();
        String host = answer.uri().getHost();
        if (PASSING.contains(status)) {
            String meaning = status == 429 ? "429, too many requests" : String.valueOf(status);
            throw new TransientException(
                    host + " answers " + meaning,
                    header(answer, "Retry-After").map(this::wait),
                    null);
        }
        if (!isHub(answer.uri()) && (status == 401 || status == 403)) {
            throw new TransientException( // addresses of bytes run out; a new one is asked for
                    "%s refuses %s with %d".formatted(host, path, status), null);
        }
        throw new IOException(refusal(repo, path, status, answer));
    }

    private String refusal(
            HubRepo repo, String path, int status, HttpResponse<InputStream> answer) {
        String code = header(answer, "X-Error-Code").orElse("");
        String page = endpoint + "/" + repo.page();
        if (code.equals("GatedRepo")) {
            return "%s is gated: accept its conditions at %s%s"
                    .formatted(
                            repo,
                            page,
                            settings.token().isPresent()
                                    ? " with the account of your token"
                                    : ", then set HF_TOKEN to a token of that account");
        }
        if (code.equals("RevisionNotFound")) {
            return "%s has no revision %s; %s/tree/main lists them"
                    .formatted(repo.at("main"), repo.revision(), page);
        }
        if (code.equals("EntryNotFound") || (status == 404 && !path.isEmpty())) {
            return repo + " has no file " + path;
        }
        if (status == 404 || code.equals("RepoNotFound")) {
            return "there is no %s on %s, or it is private: is the name right? %s"
                    .formatted(repo, endpoint, tokenAdvice());
        }
        if (status == 401 || status == 403) {
            return "%s is not open to you (%d): it doesn't exist, is private or gated (see %s). %s"
                    .formatted(repo, status, page, tokenAdvice());
        }
        return "%s answers %d for %s %s %s"
                .formatted(
                        answer.uri().getHost(),
                        status,
                        repo,
                        path,
                        header(answer, "X-Error-Message").orElse(""))
                .strip();
    }

    private String tokenAdvice() {
        return settings.token().isPresent()
                ? "The token in HF_TOKEN or %s may be wrong or lack the right to read it"
                        .formatted(settings.tokenFile())
                : "No token is set: HF_TOKEN, or the file %s".formatted(settings.tokenFile());
    }

    /** Seconds, or a date. */
    private Duration wait(String retryAfter) {
        try {
            if (retryAfter.matches("\\d{1,9}")) {
                return Duration.ofSeconds(Long.parseLong(retryAfter));
            }
            ZonedDateTime then =
                    ZonedDateTime.parse(retryAfter, DateTimeFormatter.RFC_1123_DATE_TIME);
            Duration left = Duration.between(ZonedDateTime.now(), then);
            return left.isNegative() ? Duration.ZERO : left;
        } catch (DateTimeParseException e) {
            return Duration.ZERO;
        }
    }

    private static Optional<String> header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name);
    }
}
