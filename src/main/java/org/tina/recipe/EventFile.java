package org.tina.recipe;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.zip.CRC32C;
import org.tina.grpo.StepMetrics;

/**
 * A run's metrics as an event file, which TensorBoard shows and others read: {@code tensorboard
 * --logdir runs}. Names are those of transformers' Trainer, {@code train/reward}.
 *
 * <p>The file is a sequence of records, each framed by its length and two checksums; a record is an
 * {@code Event} in the encoding of protocol buffers, whose few fields are written here by hand:
 *
 * <pre>
 * Event   { 1: double wall_time, 2: int64 step, 3: string file_version, 5: Summary }
 * Summary { 1: repeated Value }        Value { 1: string tag, 2: float simple_value }
 * </pre>
 */
final class EventFile implements AutoCloseable {
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;

    private final Path path;
    private final OutputStream out;

    /** A new file in a run's directory. */
    EventFile(Path directory) throws IOException {
        Instant now = Instant.now();
        path = directory.resolve("events.out.tfevents." + now.toEpochMilli() + "." + host());
        out = new BufferedOutputStream(Files.newOutputStream(path));
        ByteArrayOutputStream event = event(now);
        bytes(event, 3, "brain.Event:2".getBytes(StandardCharsets.UTF_8));
        write(event);
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    Path path() {
        return path;
    }

    /** Adds a step; what has no value (NaN) is left out. */
    void add(StepMetrics metrics) throws IOException {
        ByteArrayOutputStream summary = new ByteArrayOutputStream();
        metrics.values()
                .forEach(
                        (name, number) -> {
                            if (Double.isFinite(number)) {
                                bytes(summary, 1, value("train/" + name, number));
                            }
                        });
        ByteArrayOutputStream event = event(Instant.now());
        key(event, 2, VARINT);
        varint(event, metrics.step());
        bytes(event, 5, summary.toByteArray());
        write(event);
    }

    private static ByteArrayOutputStream event(Instant time) {
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        key(event, 1, FIXED_64);
        event.writeBytes(little(8).putDouble(time.toEpochMilli() / 1e3).array());
        return event;
    }

    private static byte[] value(String tag, double number) {
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        bytes(value, 1, tag.getBytes(StandardCharsets.UTF_8));
        key(value, 2, FIXED_32);
        value.writeBytes(little(4).putFloat((float) number).array());
        return value.toByteArray();
    }

    private static void bytes(ByteArrayOutputStream message, int field, byte[] content) {
        key(message, field, BYTES);
        varint(message, content.length);
        message.writeBytes(content);
    }

    private static void key(ByteArrayOutputStream message, int field, int type) {
        varint(message, field << 3 | type);
    }

    /** Seven bits a byte, the lowest first; the top bit says that more follow. */
    private static void varint(ByteArrayOutputStream message, int number) {
        for (int rest = number; ; rest >>>= 7) {
            if (rest < 0x80) {
                message.write(rest);
                return;
            }
            message.write(rest & 0x7f | 0x80);
        }
    }

    private void write(ByteArrayOutputStream event) throws IOException {
        byte[] length = little(8).putLong(event.size()).array();
        out.write(length);
        out.write(little(4).putInt(checksum(length)).array());
        out.write(event.toByteArray());
        out.write(little(4).putInt(checksum(event.toByteArray())).array());
        out.flush();
    }

    /** CRC-32C, rotated and moved, so that checksums of data with checksums in it differ. */
    private static int checksum(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
