package org.tina.data;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where the Hugging Face cache and the Hub are, by the environment variables of Hugging Face's own
 * tools: {@code HF_HUB_CACHE}, {@code HF_HOME}, {@code XDG_CACHE_HOME}; {@code HF_ENDPOINT}; {@code
 * HF_TOKEN}, {@code HF_TOKEN_PATH}; {@code HF_HUB_OFFLINE}; {@code HF_HUB_DISABLE_SYMLINKS}.
 */
final class HubSettings {

    private static final Set<String> YES = Set.of("1", "ON", "YES", "TRUE");

    private final Map<String, String> environment;
    private final Path home;

    HubSettings(Map<String, String> environment, Path home) {
        this.environment = environment;
        this.home = home;
    }

    /** The cache of models and data sets. */
    Path cache() {
        return directory("HF_HUB_CACHE")
                .or(() -> directory("HUGGINGFACE_HUB_CACHE"))
                .orElseGet(() -> hfHome().resolve("hub"));
    }

    private Path hfHome() {
        return directory("HF_HOME").orElseGet(() -> cacheHome().resolve("huggingface"));
    }

    Path cacheHome() {
        return directory("XDG_CACHE_HOME").orElse(home.resolve(".cache"));
    }

    /** The Hub's address, without a slash at its end. */
    URI endpoint() {
        String address = text("HF_ENDPOINT").orElse("https://huggingface.co");
        try {
            URI endpoint = URI.create(address.replaceAll("/+$", ""));
            if (endpoint.getHost() != null && endpoint.getScheme().matches("https?")) {
                return endpoint;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new IllegalArgumentException(
                "HF_ENDPOINT=%s is no address like https://huggingface.co".formatted(address));
    }

    /**
     * The access token, from {@code HF_TOKEN} or from the file that {@code hf auth login} wrote.
     */
    Optional<String> token() {
        return text("HF_TOKEN").or(() -> text("HUGGING_FACE_HUB_TOKEN")).or(this::tokenInFile);
    }

    private Optional<String> tokenInFile() {
        try {
            return Optional.of(Files.readString(tokenFile()).strip())
                    .filter(token -> !token.isEmpty());
        } catch (IOException e) {
            return Optional.empty(); // nobody has logged in
        }
    }

    Path tokenFile() {
        return directory("HF_TOKEN_PATH").orElseGet(() -> hfHome().resolve("token"));
    }

    boolean offline() {
        return isYes("HF_HUB_OFFLINE") || isYes("TRANSFORMERS_OFFLINE");
    }

    boolean symlinks() {
        return !isYes("HF_HUB_DISABLE_SYMLINKS");
    }

    /**
     * The proxy for the Hub, {@code HTTPS_PROXY} or {@code https_proxy}; Java's own settings win.
     */
    HubProxies proxies() {
        return new HubProxies(
                either("HTTPS_PROXY"), either("HTTP_PROXY"), either("NO_PROXY").orElse(""));
    }

    private Optional<String> either(String name) {
        return Stream.of(name.toLowerCase(Locale.ROOT), name)
                .flatMap(known -> text(known).stream())
                .findFirst();
    }

    private boolean isYes(String name) {
        return text(name).filter(value -> YES.contains(value.toUpperCase(Locale.ROOT))).isPresent();
    }

    private Optional<String> text(String name) {
        return Optional.ofNullable(environment.get(name))
                .map(String::strip)
                .filter(value -> !value.isEmpty());
    }

    /** A path from the environment, where ~ is the home directory as it is for Python. */
    private Optional<Path> directory(String name) {
        return text(name)
                .map(
                        value ->
                                value.startsWith("~/")
                                        ? home.resolve(value.substring(2))
                                        : Path.of(value));
    }
}
