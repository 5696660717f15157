package org.tina.data;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * One repository's place in the Hugging Face cache, in the layout of Hugging Face's own tools:
 *
 * <pre>
 * models--owner--name/refs/main                     the commit that main was at
 * models--owner--name/blobs/HASH                    a file's bytes
 * models--owner--name/blobs/HASH.incomplete         those that came so far
 * models--owner--name/snapshots/COMMIT/config.json  a link to the bytes
 * .locks/models--owner--name/HASH.lock              held by whoever downloads them
 * </pre>
 *
 * Beside it, {@code listings/COMMIT.json} is the Hub's list of files, our own addition: it tells
 * without network whether all files of a kind are there.
 */
final class HubCache {

    /** Held while a file is downloaded. */
    @FunctionalInterface
    interface Lock extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    private static final Duration LOCK_PAUSE = Duration.ofMillis(200);

    /** Locks that this process holds: the system's locks are between processes only. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path root;
    private final HubRepo repo;
    private final Path folder;
    private final boolean symlinks;
    private final boolean offline;

    HubCache(HubSettings settings, HubRepo repo) {
        this.root = settings.cache();
        this.repo = repo;
        this.folder = root.resolve(repo.folder());
        this.symlinks = settings.symlinks();
        this.offline = settings.offline();
    }

    /** The folder of all repositories. */
    Path root() {
        return root;
    }

    /** The commit that the repository's revision stands for, as far as is known here. */
    Optional<String> commit() throws IOException {
        Path reference = folder.resolve("refs").resolve(repo.revision());
        if (Files.isRegularFile(reference)) {
            return Optional.of(Files.readString(reference).strip()).filter(HubListing::isCommit);
        }
        return Optional.of(repo.revision())
                .filter(HubListing::isCommit)
                .filter(commit -> Files.isDirectory(snapshot(commit)));
    }

    void writeCommit(String commit) throws IOException {
        Path reference = folder.resolve("refs").resolve(repo.revision());
        boolean isWritten =
                Files.isRegularFile(reference) && Files.readString(reference).equals(commit);
        if (!repo.revision().equals(commit) && !isWritten) {
            AtomicFile.writeString(reference, commit);
        }
    }

    Path snapshot(String commit) {
        return folder.resolve("snapshots").resolve(commit);
    }

    /** All files of a snapshot, with slashes. */
    private static List<String> files(Path snapshot) throws IOException {
        try (Stream<Path> files = Files.walk(snapshot)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> snapshot.relativize(file).toString().replace('\\', '/'))
                    .toList();
        }
    }

    Optional<HubListing> listing(String commit) throws IOException {
        Path file = folder.resolve("listings").resolve(commit + ".json");
        return Files.exists(file)
                ? Optional.of(HubListing.parse(Files.readString(file)))
                : Optional.empty();
    }

    void writeListing(String commit, String json) throws IOException {
        AtomicFile.writeString(folder.resolve("listings").resolve(commit + ".json"), json);
    }

    /**
     * What is missing of a selection; nothing if all of it is here. What Python downloaded has no
     * listing: whether all files of a pattern are here only the Hub can tell, or nobody can.
     */
    List<String> missing(HubSelection selection) throws IOException {
        Optional<String> commit = commit();
        if (commit.isEmpty() || !Files.isDirectory(snapshot(commit.get()))) {
            return List.of("all files");
        }
        Path snapshot = snapshot(commit.get());
        Optional<HubListing> listing = listing(commit.get());
        if (listing.isEmpty()) {
            List<String> missing = selection.missing(snapshot, files(snapshot));
            boolean enough = selection.isCertain() || offline || !missing.isEmpty();
            return enough ? missing : List.of("the Hub's list of files");
        }
        List<HubFile> wanted = new ArrayList<>(selection.files(repo, listing.get()));
        wanted.addAll(listing.get().named(selection.named(snapshot), repo));
        List<String> missing = new ArrayList<>();
        for (HubFile file : wanted) {
            if (!has(commit.get(), file)) {
                missing.add(file.path());
            }
        }
        return missing;
    }

    /** Bytes that are still to come of files. */
    long bytesToCome(List<HubFile> files) throws IOException {
        long bytes = 0;
        for (HubFile file : files) {
            if (!hasBlob(file)) {
                Path incomplete = incomplete(file);
                bytes += file.size() - (Files.exists(incomplete) ? Files.size(incomplete) : 0);
            }
        }
        return bytes;
    }

    /** Bytes that the disk has free. */
    long freeBytes() throws IOException {
        Files.createDirectories(folder);
        return Files.getFileStore(folder).getUsableSpace();
    }

    IOException noSpace(long needed, IOException cause) throws IOException {
        return new IOException(
                "no space in %s: %s needs %s more, %s are free. Make room, or let HF_HOME name a directory on another disk"
                        .formatted(
                                root,
                                repo,
                                DownloadState.size(needed),
                                DownloadState.size(freeBytes())),
                cause);
    }

    // ---------------------------------------------------------------- files

    Path blob(HubFile file) {
        return folder.resolve("blobs").resolve(file.hash());
    }

    Path incomplete(HubFile file) {
        return folder.resolve("blobs").resolve(file.hash() + ".incomplete");
    }

    /** Whether the snapshot has the file, in its full length where that is known. */
    boolean has(String commit, HubFile file) throws IOException {
        return isWhole(snapshot(commit).resolve(file.path()), file);
    }

    boolean hasBlob(HubFile file) throws IOException {
        return isWhole(blob(file), file);
    }

    private static boolean isWhole(Path path, HubFile file) throws IOException {
        return Files.exists(path) && (file.size() < 0 || Files.size(path) == file.size());
    }

    /**
     * Lets the snapshot's file be the blob: a relative link, or what comes nearest where there are
     * no links.
     */
    void link(String commit, HubFile file) throws IOException {
        Path target = snapshot(commit).resolve(file.path());
        Path blob = blob(file);
        Files.createDirectories(target.getParent());
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            if (Files.exists(target) && Files.isSameFile(target, blob)) {
                return;
            }
            Files.delete(target);
        }
        try {
            if (symlinks) {
                Files.createSymbolicLink(target, target.getParent().relativize(blob));
            } else {
                Files.createLink(target, blob);
            }
        } catch (FileAlreadyExistsException e) {
            // another process was faster
        } catch (UnsupportedOperationException | FileSystemException e) {
            AtomicFile.write(target, out -> Files.copy(blob, out));
        }
    }

    /**
     * Takes the lock of a file's download, waiting while another thread or process has it. Where
     * the file system has no locks there is none: a blob is renamed into place only when it is
     * whole and its hash is right, so that at worst it is downloaded twice.
     */
    Lock lock(HubFile file, BackOff.Sleeper sleeper) throws IOException, InterruptedException {
        Path path = root.resolve(".locks").resolve(repo.folder()).resolve(file.hash() + ".lock");
        Files.createDirectories(path.getParent());
        while (!HELD.add(path)) {
            sleeper.sleep(LOCK_PAUSE);
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            while (isTaken(channel)) {
                sleeper.sleep(LOCK_PAUSE);
            }
            FileChannel held = channel;
            return () -> {
                try {
                    held.close();
                } finally {
                    HELD.remove(path);
                }
            };
        } catch (IOException | InterruptedException | RuntimeException e) {
            HELD.remove(path);
            if (channel != null) {
                channel.close();
            }
            throw e;
        }
    }

    private static boolean isTaken(FileChannel channel) {
        try {
            FileLock lock = channel.tryLock();
            return lock == null;
        } catch (IOException e) {
            return false; // no locks here
        }
    }
}
