package org.tina.data;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a repository holds at a commit.
 *
 * @param commit its hash
 * @param files all its files
 */
record HubListing(String commit, List<HubFile> files) {

    private static final String COMMIT = "[0-9a-f]{5,64}";
    private static final int NAMED = 8;

    HubListing {
        if (!isCommit(commit)) {
            throw new IllegalArgumentException("\"" + commit + "\" is no commit");
        }
        files = List.copyOf(files);
    }

    static boolean isCommit(String name) {
        return name.matches(COMMIT);
    }

    /**
     * Reads the Hub's answer.
     *
     * @throws IOException if it is none, or names a file outside the repository
     */
    static HubListing parse(String json) throws IOException {
        try {
            JsonObject answer = JsonParser.parseString(json).getAsJsonObject();
            List<HubFile> files = new ArrayList<>();
            for (JsonElement sibling : answer.getAsJsonArray("siblings")) {
                files.add(file(sibling.getAsJsonObject()));
            }
            return new HubListing(answer.get("sha").getAsString(), files);
        } catch (RuntimeException e) { // gson has an exception for each way to be wrong
            throw new IOException("the list of files can't be used: " + e.getMessage(), e);
        }
    }

    private static HubFile file(JsonObject sibling) {
        String path = sibling.get("rfilename").getAsString();
        boolean large = sibling.has("lfs") && sibling.get("lfs").isJsonObject();
        JsonObject described = large ? sibling.getAsJsonObject("lfs") : sibling;
        String key = large ? "sha256" : "blobId";
        return new HubFile(
                path,
                described.has("size") ? described.get("size").getAsLong() : -1,
                described.has(key) ? described.get(key).getAsString() : "");
    }

    Optional<HubFile> file(String path) {
        return files.stream().filter(file -> file.path().equals(path)).findFirst();
    }

    /**
     * Files that another file of the repository names.
     *
     * @throws IOException if there is none of a name
     */
    List<HubFile> named(List<String> paths, HubRepo repo) throws IOException {
        List<HubFile> named = new ArrayList<>();
        for (String path : paths) {
            named.add(
                    file(path)
                            .orElseThrow(
                                    () ->
                                            new IOException(
                                                    "the index of weights of %s names %s, which it doesn't have"
                                                            .formatted(repo, path))));
        }
        return named;
    }

    /** The first few files' names, for an error. */
    String someNames() {
        String names =
                files.stream().limit(NAMED).map(HubFile::path).collect(Collectors.joining(", "));
        return files.size() > NAMED ? "%s, … (%d files)".formatted(names, files.size()) : names;
    }
}
