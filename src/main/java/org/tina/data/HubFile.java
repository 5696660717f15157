package org.tina.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * A file of a repository on the Hub.
 *
 * @param path below the repository's root, with slashes; never leads out of it
 * @param size in bytes, -1 if not known
 * @param hash its name in the cache: sha256 of its bytes for large files, git's sha1 for small
 *     ones, the server's own tag if it speaks neither, empty if not known
 */
record HubFile(String path, long size, String hash) {

    HubFile {
        if (!isRelative(path)) {
            throw new IllegalArgumentException(
                    "the Hub names a file that would lie outside its folder: \"" + path + "\"");
        }
        if (!hash.matches("[\\w-]{0,128}")) {
            throw new IllegalArgumentException(
                    "the Hub names a hash of %s that is none: \"%s\"".formatted(path, hash));
        }
    }

    /** Whether a name from elsewhere stays below the directory that it is resolved against. */
    static boolean isRelative(String path) {
        return path.chars().noneMatch(c -> c < ' ' || c == '\\')
                && !path.matches("[A-Za-z]:.*") // a drive of Windows
                && Arrays.stream(path.split("/", -1))
                        .noneMatch(part -> part.isBlank() || part.equals(".") || part.equals(".."));
    }

    boolean isKnown() {
        return size >= 0 && !hash.isEmpty();
    }

    /** A digest that {@link #hash} can be compared with once it has seen the file's bytes. */
    MessageDigest digest() {
        try {
            if (hash.length() == 64) {
                return MessageDigest.getInstance("SHA-256");
            }
            MessageDigest git = MessageDigest.getInstance("SHA-1");
            git.update(("blob " + size + "\0").getBytes(StandardCharsets.UTF_8));
            return git;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has both
        }
    }

    /** Whether the hash is one of the content; a server's own tag can't be checked. */
    boolean isChecked() {
        return hash.matches("[0-9a-f]{40}|[0-9a-f]{64}");
    }
}
