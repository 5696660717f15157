package org.tina.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.tina.model.CausalLM;
import org.tina.model.ModelConfig;
import org.tina.model.Policy;

/**
 * A policy's weights as Java arrays. Matrices are {@code [in][out]}, the transpose of torch's.
 *
 * @param embedding {@code [hidden][vocabulary]}, the head itself where they are tied
 */
record ArrayWeights(List<Layer> layers, Linear embedding, float[] norm, Linear head) {

    /** Models' own weights, which stay as they are. */
    private static final Map<CausalLM, ArrayWeights> OWN = new WeakHashMap<>();

    /**
     * @param qkv to {@code (H + 2K) d}: queries, keys, values
     * @param gateUp to {@code 2 F}
     */
    record Layer(
            float[] inputNorm,
            Linear qkv,
            float[] qkvBias,
            Linear output,
            float[] postNorm,
            Linear gateUp,
            Linear down) {}

    /** A matrix, and what an adapter adds to it or null. */
    record Linear(Panels weight, int in, int out, LowRank adapter) {

        private Linear with(LowRank other) {
            return new Linear(weight, in, out, other);
        }
    }

    /** {@code x A B}, with A {@code [in][rank]} and B {@code [rank][out]}. */
    record LowRank(Panels a, Panels b, int rank) {}

    /** What a policy on the CPU decodes with. */
    static ArrayWeights of(Policy policy) {
        CausalLM model = policy.model();
        if (!policy.decodesWithModelsWeights()) {
            return read(policy);
        }
        ArrayWeights own;
        synchronized (OWN) {
            own = OWN.get(model);
            if (own == null) {
                try (Policy frozen = Policy.frozen(model)) {
                    own = read(frozen);
                }
                OWN.put(model, own);
            }
        }
        try (NDList adapter = policy.adapterBeside()) {
            return adapter.isEmpty() ? own : own.with(adapter, new Reader(model));
        }
    }

    private static ArrayWeights read(Policy policy) {
        ModelConfig config = policy.model().config();
        Reader reader = new Reader(policy.model());
        List<Layer> layers = new ArrayList<>();
        try (NDList merged = policy.mergedWeights()) {
            int each = (merged.size() - 3) / config.layers(); // 7, or 12: q, k, v stand apart
            int qkv = each == 7 ? 1 : 3;
            int gateUp = each == 7 ? 1 : 2;
            for (int l = 0; l < config.layers(); l++) {
                Iterator<NDArray> next = merged.subList(l * each, (l + 1) * each).iterator();
                layers.add(
                        new Layer(
                                reader.vector(next, 1),
                                reader.linear(next, qkv),
                                reader.vector(next, qkv),
                                reader.linear(next, 1),
                                reader.vector(next, 1),
                                reader.linear(next, gateUp),
                                reader.linear(next, 1)));
            }
            Iterator<NDArray> top = merged.subList(merged.size() - 3, merged.size()).iterator();
            Linear embedding = reader.linear(top, 1);
            float[] norm = reader.vector(top, 1);
            Linear head = config.tiedEmbeddings() ? embedding : reader.linear(top, 1);
            return new ArrayWeights(layers, embedding, norm, head);
        }
    }

    private ArrayWeights with(NDList adapter, Reader reader) {
        Iterator<NDArray> next = adapter.iterator();
        List<Layer> adapted = new ArrayList<>();
        for (Layer layer : layers) {
            adapted.add(
                    new Layer(
                            layer.inputNorm,
                            layer.qkv.with(reader.lowRank(next)),
                            layer.qkvBias,
                            layer.output.with(reader.lowRank(next)),
                            layer.postNorm,
                            layer.gateUp.with(reader.lowRank(next)),
                            layer.down.with(reader.lowRank(next))));
        }
        return new ArrayWeights(adapted, embedding, norm, head);
    }

    /** Makes arrays of a model's tensors. */
    private record Reader(CausalLM model) {

        /** Of vectors, one after the other. */
        float[] vector(Iterator<NDArray> next, int n) {
            try (NDManager scratch = model.newManager()) {
                return call(scratch, "vector", take(next, n)).toFloatArray();
            }
        }

        /** Of matrices side by side. */
        Linear linear(Iterator<NDArray> next, int n) {
            NDList stacked = take(next, n);
            int out = stacked.stream().mapToInt(w -> (int) w.getShape().get(0)).sum();
            int in = (int) stacked.get(0).getShape().get(1);
            return new Linear(panels(stacked, in, out, model.halfPrecision()), in, out, null);
        }

        /** Of A and B, float32. */
        LowRank lowRank(Iterator<NDArray> next) {
            NDList a = take(next, 1);
            NDList b = take(next, 1);
            int rank = (int) a.get(0).getShape().get(0);
            if (rank == 0) {
                return null;
            }
            int in = (int) a.get(0).getShape().get(1);
            int out = (int) b.get(0).getShape().get(0);
            return new LowRank(panels(a, in, rank, false), panels(b, rank, out, false), rank);
        }

        private Panels panels(NDList stacked, int in, int out, boolean half) {
            Panels panels = new Panels(in, out, half);
            int first = 0;
            for (NDArray matrix : stacked) {
                ByteBuffer bits = ((PtNDArray) matrix).toByteBuffer(true);
                panels.setColumns(first, bits.order(ByteOrder.nativeOrder()));
                first += (int) matrix.getShape().get(0);
            }
            return panels;
        }

        private NDArray call(NDManager scratch, String method, Object... arguments) {
            return model.program().call(scratch, method, arguments).get(0);
        }

        private static NDList take(Iterator<NDArray> next, int n) {
            NDList out = new NDList();
            for (int i = 0; i < n; i++) {
                out.add(next.next());
            }
            return out;
        }
    }
}
