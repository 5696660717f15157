package org.tina.data;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A repository on the Hugging Face Hub at one revision.
 *
 * @param kind whether it holds a model or a data set
 * @param id such as {@code deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B}
 * @param revision a branch, a tag or a commit
 */
public record HubRepo(Kind kind, String id, String revision) {

    /** What a repository holds. */
    public enum Kind {
        MODEL("models", ""),
        DATASET("datasets", "datasets/");

        private final String plural;
        private final String pagePrefix;

        Kind(String plural, String pagePrefix) {
            this.plural = plural;
            this.pagePrefix = pagePrefix;
        }

        @Override
        public String toString() {
            return this == MODEL ? "model" : "data set";
        }
    }

    private static final String MAIN = "main";
    private static final String ID = "[\\w-][\\w.-]*(/[\\w-][\\w.-]*)?";

    /**
     * @throws IllegalArgumentException if the id is not like {@code owner/name}, or the revision is
     *     no name of a branch, tag or commit
     */
    public HubRepo {
        if (!id.matches(ID)) {
            throw new IllegalArgumentException(
                    "\"%s\" is no Hugging Face id like owner/name".formatted(id));
        }
        if (!HubFile.isRelative(revision)) {
            throw new IllegalArgumentException(
                    "revision \"%s\" of %s is no branch, tag or commit".formatted(revision, id));
        }
    }

    /** A model, {@code owner/name} or {@code owner/name@revision}. */
    public static HubRepo model(String id) {
        return of(Kind.MODEL, id);
    }

    /** A data set, {@code owner/name} or {@code owner/name@revision}. */
    public static HubRepo dataset(String id) {
        return of(Kind.DATASET, id);
    }

    private static HubRepo of(Kind kind, String id) {
        int at = id.indexOf('@');
        return at < 0
                ? new HubRepo(kind, id, MAIN)
                : new HubRepo(kind, id.substring(0, at), id.substring(at + 1));
    }

    /** The same repository at another revision. */
    public HubRepo at(String otherRevision) {
        return new HubRepo(kind, id, otherRevision);
    }

    /** The command that brings it into the cache. */
    public String command() {
        return "environment/tina download "
                + id
                + (kind == Kind.DATASET ? " --dataset" : "")
                + (revision.equals(MAIN) ? "" : " --revision " + revision);
    }

    /** Its folder in the cache: {@code models--owner--name}. */
    String folder() {
        return kind.plural + "--" + id.replace("/", "--");
    }

    /** Its page, below the Hub's address: {@code owner/name}, {@code datasets/owner/name}. */
    String page() {
        return kind.pagePrefix + id;
    }

    /** Where the Hub lists its files, with sizes and hashes. */
    String listingPath() {
        return "api/%s/%s/revision/%s?blobs=true".formatted(kind.plural, id, encoded(revision));
    }

    /** Where the Hub has a file. */
    String filePath(String commit, String path) {
        String segments =
                Arrays.stream(path.split("/"))
                        .map(HubRepo::encoded)
                        .collect(Collectors.joining("/"));
        return "%s/resolve/%s/%s".formatted(page(), commit, segments);
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** {@code model owner/name}, with the revision if it is not main. */
    @Override
    public String toString() {
        return kind + " " + id + (revision.equals(MAIN) ? "" : "@" + revision);
    }
}
