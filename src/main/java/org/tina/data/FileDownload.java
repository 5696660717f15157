package org.tina.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.Callable;

/**
 * Brings one file into the cache. Bytes are kept as they come, so that after a cut, an interrupt or
 * a crash the rest is enough; only a file whose hash is right becomes visible.
 */
final class FileDownload implements Callable<Void> {

    private static final int CORRUPTED_TRIES = 3;
    private static final int CHUNK = 1 << 18;
    private static final String NO_SPACE =
            "(?i).*(no space left|not enough space|disk full|quota).*";

    private final HubClient client;
    private final HubRepo repo;
    private final HubCache cache;
    private final String commit;
    private final HubFile file;
    private final DownloadMeter meter;
    private final BackOff.Sleeper sleeper;
    private final BackOff backOff;
    private MessageDigest digest;
    private long counted; // bytes that are here

    FileDownload(
            HubClient client,
            HubRepo repo,
            HubCache cache,
            String commit,
            HubFile file,
            DownloadMeter meter,
            BackOff.Sleeper sleeper) {
        this.client = client;
        this.repo = repo;
        this.cache = cache;
        this.commit = commit;
        this.file = file;
        this.meter = meter;
        this.sleeper = sleeper;
        this.backOff = new BackOff(sleeper, meter::note);
    }

    @Override
    public Void call() throws IOException, InterruptedException {
        try (HubCache.Lock lock = cache.lock(file, this::waitForOthers)) {
            meter.note("");
            if (cache.hasBlob(file)) {
                meter.find(file.size());
            } else {
                download();
            }
            cache.link(commit, file);
        }
        return null;
    }

    private void waitForOthers(Duration pause) throws InterruptedException {
        meter.note(file.path() + " is being downloaded by someone else");
        sleeper.sleep(pause);
    }

    private void download() throws IOException, InterruptedException {
        Path incomplete = cache.incomplete(file);
        Files.createDirectories(incomplete.getParent());
        for (int corrupted = 0; corrupted < CORRUPTED_TRIES; corrupted++) {
            String hash = backOff.retry(() -> complete(incomplete));
            if (!file.isChecked() || hash.equals(file.hash())) {
                Files.move(
                        incomplete,
                        cache.blob(file),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
                return;
            }
            Files.delete(incomplete);
        }
        throw new IOException(
                ("%s of %s came damaged %d times: its hash is not %s. Nothing of it is kept; try"
                                + " later or from another network")
                        .formatted(file.path(), repo, CORRUPTED_TRIES, file.hash()));
    }

    /** Receives what is missing of the file, and returns the hash of all of it. */
    private String complete(Path incomplete) throws IOException, InterruptedException {
        try (FileChannel out =
                FileChannel.open(
                        incomplete,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            if (out.size() > file.size()) {
                out.truncate(0);
            }
            digest = file.digest();
            digestWhatIsThere(out);
            count(out.size());
            if (out.size() < file.size()) {
                receive(out);
            }
            return HexFormat.of().formatHex(digest.digest());
        }
    }

    private void receive(FileChannel out) throws IOException, InterruptedException {
        long from = out.size();
        HttpResponse<InputStream> answer = client.file(repo, commit, file, from);
        try (InputStream body = answer.body()) {
            if (answer.statusCode() == 416) {
                out.truncate(0);
                throw new TransientException("the server has no more than is here", null);
            }
            if (from > 0 && !HubClient.continues(answer, from)) {
                out.truncate(0); // the server sends all of it again
                digest = file.digest();
                count(0);
            }
            byte[] chunk = new byte[CHUNK];
            while (counted < file.size()) {
                int length = read(body, chunk);
                digest.update(chunk, 0, length);
                write(out, ByteBuffer.wrap(chunk, 0, length));
                meter.receive(length);
                counted += length;
                backOff.progressed();
            }
        }
    }

    /** At least one byte, none beyond the file's size. */
    private int read(InputStream body, byte[] chunk) throws IOException, InterruptedException {
        try {
            int length = body.read(chunk, 0, (int) Math.min(CHUNK, file.size() - counted));
            if (length < 0) {
                throw new EOFException("%d of %d bytes".formatted(counted, file.size()));
            }
            return length;
        } catch (InterruptedIOException e) {
            throw new InterruptedException();
        } catch (IOException e) {
            throw HubClient.cut(e);
        }
    }

    private void write(FileChannel out, ByteBuffer bytes) throws IOException {
        try {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).matches(NO_SPACE)) {
                throw cache.noSpace(file.size() - counted, e);
            }
            throw e;
        }
    }

    private void digestWhatIsThere(FileChannel channel) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        while (channel.read(chunk) >= 0) {
            digest.update(chunk.flip());
            chunk.clear();
        }
    }

    /** So much of the file is here now. */
    private void count(long bytes) {
        meter.find(bytes - counted);
        counted = bytes;
    }
}
