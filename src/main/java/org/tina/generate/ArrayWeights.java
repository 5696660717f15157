package org.tina.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tina.model.Policy;

/**
 * A policy's weights as Java arrays. Matrices are {@code [in][out]}, the transpose of torch's.
 *
 * @param embedding {@code [vocabulary][hidden]}
 * @param head {@code [hidden][vocabulary]}
 */
record ArrayWeights(List<Layer> layers, float[][] embedding, float[] norm, Panels head) {

    /**
     * @param qkv {@code [hidden][(H + 2K) d]}: queries, keys, values
     * @param gateUp {@code [hidden][2 F]}
     */
    record Layer(
            float[] inputNorm,
            Panels qkv,
            float[] qkvBias,
            Panels output,
            float[] postNorm,
            Panels gateUp,
            Panels down) {}

    /** Those of a float32 policy on the CPU, its adapter folded in. */
    static ArrayWeights of(Policy policy) {
        try (NDList merged = policy.mergedWeights()) {
            return of(merged);
        }
    }

    private static ArrayWeights of(NDList merged) {
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i + 7 < merged.size(); i += 7) {
            layers.add(
                    new Layer(
                            merged.get(i).toFloatArray(),
                            transposed(merged.get(i + 1)),
                            merged.get(i + 2).toFloatArray(),
                            transposed(merged.get(i + 3)),
                            merged.get(i + 4).toFloatArray(),
                            transposed(merged.get(i + 5)),
                            transposed(merged.get(i + 6))));
        }
        int top = merged.size() - 3;
        return new ArrayWeights(
                layers,
                rows(merged.get(top)),
                merged.get(top + 1).toFloatArray(),
                transposed(merged.get(top + 2)));
    }

    private static Panels transposed(NDArray matrix) {
        float[] flat = matrix.toFloatArray();
        int columns = (int) matrix.getShape().get(1);
        int rows = flat.length / columns;
        Panels out = new Panels(columns, rows);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                out.set(c, r, flat[r * columns + c]);
            }
        }
        return out;
    }

    private static float[][] rows(NDArray matrix) {
        float[] flat = matrix.toFloatArray();
        int columns = (int) matrix.getShape().get(1);
        float[][] out = new float[flat.length / columns][];
        for (int i = 0; i < out.length; i++) {
            out[i] = Arrays.copyOfRange(flat, i * columns, (i + 1) * columns);
        }
        return out;
    }
}
