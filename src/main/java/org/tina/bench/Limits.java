package org.tina.bench;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.tina.model.TensorProgram;
import org.tina.model.Workers;

/**
 * What the machine can do at best, all cores at work.
 *
 * @param operations a second, of a product of an item's own size with weights that stay in the
 *     caches
 * @param bytes read from memory a second
 */
public record Limits(double operations, double bytes) {

    private static final long READ_FLOATS = 1L << 25; // 128 MB a core, more than caches hold
    private static final long CACHED_FLOATS = 1L << 21; // 8 MB a core
    private static final double SECONDS = 0.5;
    private static final int FLOAT32 = 6;
    private static final int BFLOAT16 = 15;

    /** Measures both, in some seconds. */
    static Limits measure(Item item) {
        Item.Shape shape = item.shape();
        int tokens = // that a product of this work has: a group's, a prompt's or a decoding step's
                item.kind() == Item.Kind.GRPO
                        ? shape.promptTokens() + shape.completions() * shape.newTokens()
                        : shape.newTokens() == 1 ? shape.promptTokens() : shape.rows();
        long hidden = item.model().config().hiddenSize();
        long inner = Math.min(item.model().config().intermediateSize(), CACHED_FLOATS / hidden);
        long[][] factors = {{tokens, hidden}, {inner, hidden}};
        double products = rate("multiply", factors, FLOAT32);
        if (item.model().bytesPerWeight() == 2) { // may be widened where that is faster
            products = Math.max(products, rate("multiply", factors, BFLOAT16));
        }
        double reads = rate("read", new long[][] {{READ_FLOATS}}, FLOAT32);
        return new Limits(
                products * 2.0 * tokens * hidden * inner, reads * READ_FLOATS * Float.BYTES);
    }

    /** Calls a second, of all cores together. */
    private static double rate(String method, long[][] shapes, int dtype) {
        try (NDManager manager = Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
                TensorProgram program = TensorProgram.of(source(), dtype)) {
            List<List<NDArray>> inputs = new ArrayList<>(); // for each core
            for (int core = 0; core < Workers.cores(); core++) {
                List<NDArray> own = new ArrayList<>();
                for (long[] shape : shapes) {
                    own.add(program.call(manager, "normal", shape, dtype).get(0));
                }
                inputs.add(own);
            }
            int times = 1;
            while (true) {
                double seconds = seconds(method, program, manager, inputs, times);
                if (seconds > SECONDS) {
                    return times * inputs.size() / seconds;
                }
                times *= seconds < SECONDS / 8 ? 8 : 2;
            }
        }
    }

    private static double seconds(
            String method,
            TensorProgram program,
            NDManager manager,
            List<List<NDArray>> inputs,
            int times) {
        long begin = System.nanoTime();
        Workers.map(
                inputs.size(),
                inputs,
                own -> {
                    try (NDManager scratch = manager.newSubManager()) {
                        List<Object> arguments = new ArrayList<>(own);
                        arguments.add((long) times);
                        return program.call(scratch, method, arguments.toArray()).size();
                    }
                });
        return (System.nanoTime() - begin) / 1e9;
    }

    private static String source() {
        try (var in = Limits.class.getResourceAsStream("limits.py")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The seconds that an item takes at least: its products, or its weights' way from memory. */
    double floor(Item item) {
        return item.kind() == Item.Kind.LOAD
                ? item.bytes() / bytes
                : Math.max(item.operations() / operations, item.bytes() / bytes);
    }
}
