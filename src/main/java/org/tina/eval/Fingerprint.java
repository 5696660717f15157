package org.tina.eval;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Short texts that tell whether weights or prompts are still the same. */
final class Fingerprint {

    private static final int CHARACTERS = 16;

    /**
     * What is read of a file's beginning and end: training moves all weights, so it shows there.
     */
    private static final int BYTES = 1 << 20;

    private Fingerprint() {}

    static String of(List<String> texts) {
        MessageDigest digest = digest();
        for (String text : texts) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
            digest.update(bytes);
        }
        return text(digest);
    }

    static String of(float[] values) {
        MessageDigest digest = digest();
        ByteBuffer buffer = ByteBuffer.allocate(BYTES);
        for (int i = 0; i < values.length; ) {
            buffer.clear();
            int count = Math.min(BYTES / Float.BYTES, values.length - i);
            buffer.asFloatBuffer().put(values, i, count);
            digest.update(buffer.limit(count * Float.BYTES));
            i += count;
        }
        return text(digest);
    }

    /** Of the weights of a model directory. */
    static String ofModel(Path directory) {
        MessageDigest digest = digest();
        try (var files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                if (file.toString().endsWith(".safetensors")) {
                    addEnds(file, digest);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": can't be read", e);
        }
        return text(digest);
    }

    private static void addEnds(Path file, MessageDigest digest) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(size).flip());
            for (long from : new long[] {0, Math.max(0, size - BYTES)}) {
                ByteBuffer buffer = ByteBuffer.allocate(BYTES);
                while (buffer.hasRemaining()
                        && channel.read(buffer, from + buffer.position()) >= 0) {}
                digest.update(buffer.flip());
            }
        }
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String text(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest()).substring(0, CHARACTERS);
    }
}
