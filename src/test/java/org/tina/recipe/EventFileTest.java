package org.tina.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tina.grpo.StepMetrics;

/** {@code src/test/python/event_file.py FILE} reads such a file with TensorBoard itself. */
class EventFileTest {
    private static final int TIME = 1 + Double.BYTES;

    @TempDir Path folder;

    @Test
    void aStepIsARecordOfItsFiniteValues() throws Exception {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("reward", 0.5);
        values.put("kl", Double.NaN);
        Path path;
        try (EventFile file = new EventFile(folder)) {
            path = file.path();
            file.add(new StepMetrics(300, values));
        }
        assertTrue(path.getFileName().toString().startsWith("events.out.tfevents."));

        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] version = record(in);
        assertEquals(
                "\u001a\rbrain.Event:2",
                new String(version, TIME, version.length - TIME, StandardCharsets.UTF_8));
        byte[] step = record(in);
        assertEquals(
                "10ac02" // step: 300, seven bits a byte
                        + "2a15" // summary
                        + "0a13" // its only value
                        + "0a0c747261696e2f726577617264" // train/reward
                        + "150000003f", // 0.5
                HexFormat.of().formatHex(step, TIME, step.length));
        assertEquals(0, in.remaining());
    }

    /** The checksums of a file that TensorBoard's own writer made: its first length is 24. */
    @Test
    void checksumsAreThoseOfTensorBoard() throws Exception {
        try (EventFile file = new EventFile(folder)) {
            byte[] head = Files.readAllBytes(file.path());
            assertEquals("1800000000000000a37f4b22", HexFormat.of().formatHex(head, 0, 12));
        }
    }

    private static byte[] record(ByteBuffer in) {
        byte[] content = new byte[(int) in.getLong()];
        in.getInt(); // the length's checksum
        in.get(content);
        in.getInt();
        return content;
    }
}
