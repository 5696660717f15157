package org.tina.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The backward pass is written out for speed. It is held to autograd over a layer in the plainest
 * form, on the third call and from pool threads: libtorch once specialised a program wrongly on its
 * later calls.
 */
class LayerBackwardTest {

    private static final int PROMPT = 5;
    private static final int COMPLETION = 7;
    private static final int N = PROMPT + 3 * COMPLETION;
    private static final int HIDDEN = 24;
    private static final int INNER = 40;
    private static final int HEADS = 6;
    private static final int SIZE = 8;
    private static final int RANK = 4;

    @ParameterizedTest
    @CsvSource({
        "plain, 2, false, 0", "plain, 2, false, 0.2", "plain, 3, true, 0",
        "onednn, 2, false, 0", "onednn, 6, false, 0.2", "onednn, 1, true, 0"
    })
    void isAutograds(String products, int kvHeads, boolean full, double dropout)
            throws IOException {
        String main;
        try (var in = getClass().getResourceAsStream("layer_by_autograd.py")) {
            main = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        try (TensorProgram program = TensorProgram.compile(main, products, Map.of());
                NDManager manager = Engine.getEngine("PyTorch").newBaseManager()) {
            Engine.getEngine("PyTorch").setRandomSeed(1);
            int qkv = (HEADS + 2 * kvHeads) * SIZE;
            int attended = HEADS * SIZE;
            int kv = kvHeads * SIZE;
            NDArray h = random(manager, 1, N, HIDDEN);
            NDArray dy = random(manager, 1, N, HIDDEN);
            NDList weights =
                    new NDList(
                            random(manager, 1, HIDDEN),
                            random(manager, 0.2, qkv, HIDDEN),
                            random(manager, 0.2, qkv),
                            random(manager, 0.2, HIDDEN, attended),
                            random(manager, 1, HIDDEN),
                            random(manager, 0.2, 2 * INNER, HIDDEN),
                            random(manager, 0.2, HIDDEN, INNER));
            NDList adapter =
                    new NDList(
                            random(manager, 0.3, 3 * RANK, HIDDEN),
                            random(manager, 0.3, attended, RANK),
                            random(manager, 0.3, kv, RANK),
                            random(manager, 0.3, kv, RANK),
                            random(manager, 0.3, RANK, attended),
                            random(manager, 0.3, HIDDEN, RANK),
                            random(manager, 0.3, 2 * RANK, HIDDEN),
                            random(manager, 0.3, INNER, RANK),
                            random(manager, 0.3, INNER, RANK),
                            random(manager, 0.3, RANK, INNER),
                            random(manager, 0.3, HIDDEN, RANK));
            long[] ints = {PROMPT, COMPLETION, HEADS, kvHeads, full ? 1 : 0, 11};
            double[] floats = {1.7, dropout};
            Workers.map(
                    2,
                    List.of(1, 2, 3, 4, 5, 6),
                    call -> {
                        try (NDManager scratch = manager.newSubManager()) {
                            assertSame(
                                    program.call(
                                            scratch, "check", h, dy, weights, adapter, ints,
                                            floats),
                                    full ? weights.size() : adapter.size());
                        }
                        return null;
                    });
        }
    }

    private static NDArray random(NDManager manager, double deviation, long... shape) {
        return manager.randomNormal(new Shape(shape)).mul(deviation);
    }

    /** Output, gradient of the input and one of each learning tensor, twice. */
    private static void assertSame(NDList results, int learning) {
        int n = 2 + learning;
        assertEquals(2 * n, results.size());
        for (int i = 0; i < n; i++) {
            float[] ours = results.get(i).toFloatArray();
            float[] autograd = results.get(n + i).toFloatArray();
            assertEquals(autograd.length, ours.length);
            double difference = 0;
            double size = 0;
            for (int k = 0; k < ours.length; k++) {
                difference += Math.pow(ours[k] - autograd[k], 2);
                size += Math.pow(autograd[k], 2);
            }
            double error = Math.sqrt(difference / size);
            assertTrue(error < 1e-5, "result " + i + " differs by " + error);
        }
    }
}
