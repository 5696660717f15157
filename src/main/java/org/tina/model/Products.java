package org.tina.model;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tina.data.Names;

/**
 * Which file {@code products_*.py} has the program's matrix products. oneDNN's operators are twice
 * as fast as torch's BLAS on one processor and slower on another, its packed matrices may pay where
 * the rest does not, and some processors lack what it needs for bfloat16: there products in
 * float32, of matrices widened on the way, are six times as fast. So all are tried, once a process
 * and type, with a product as training has them and one as decoding has them. The system property
 * {@code tina.products}, {@code onednn}, {@code packed}, {@code plain} or {@code widened}, decides
 * otherwise.
 */
final class Products {

    private static final List<String> NAMES = List.of("onednn", "packed", "plain", "widened");

    private static final String PROBE =
            """
            class Program(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              def ones(self: __torch__.Program, rows: Tensor, columns: Tensor, dtype: Tensor) -> Tensor:
                return torch.ones([int(rows), int(columns)], dtype=int(dtype))
              def pack(self: __torch__.Program, w: Tensor) -> Tensor:
                return __torch__.products.packed(w, 32)
              def product(self: __torch__.Program, x: Tensor, w: Tensor) -> Tensor:
                return __torch__.products.linear(x, w, None)
            """;

    private static final int TURNS = 30;

    private static final int FLOAT32 = 6; // torch's number

    private static final Map<Integer, String> FASTEST = new HashMap<>();

    /** A way to multiply, with one product of training and one of decoding. */
    private static final class Candidate implements AutoCloseable {
        private final TensorProgram program;
        private final NDManager manager;
        private final NDArray[] training;
        private final NDArray[] decoding;
        private double bestTraining = Double.MAX_VALUE;
        private double bestDecoding = Double.MAX_VALUE;

        Candidate(String name, NDManager manager, int dtype) {
            this.manager = manager;
            program = TensorProgram.compile(PROBE, name, Map.of());
            training = new NDArray[] {ones(128, 512, dtype), ones(512, 512, dtype)};
            NDArray packed = program.call(manager, "pack", ones(3072, 512, dtype)).get(0);
            decoding = new NDArray[] {ones(8, 512, dtype), packed};
        }

        private NDArray ones(long rows, long columns, int dtype) {
            return program.call(manager, "ones", rows, columns, dtype).get(0);
        }

        void turn() {
            bestTraining = Math.min(bestTraining, nanoseconds(training));
            bestDecoding = Math.min(bestDecoding, nanoseconds(decoding));
        }

        private double nanoseconds(NDArray... factors) {
            long begin = System.nanoTime();
            program.call(manager, "product", (Object[]) factors).close();
            return System.nanoTime() - begin;
        }

        /** The two products take about as long, so that neither decides alone. */
        double time() {
            return bestTraining + bestDecoding;
        }

        @Override
        public void close() {
            program.close();
        }
    }

    private Products() {}

    /**
     * The way for a device.
     *
     * @param dtype torch's number of the type that is multiplied
     */
    static synchronized String on(String device, int dtype) {
        String asked = System.getProperty("tina.products");
        if (asked != null && !NAMES.contains(asked)) {
            throw Names.unknown("tina.products", asked, NAMES);
        }
        if (asked != null || !device.equals("cpu")) {
            return asked == null ? "plain" : asked;
        }
        return FASTEST.computeIfAbsent(dtype, Products::measure);
    }

    /** The fastest one, by the best of many short products in turn: the machine may be busy. */
    private static String measure(int dtype) {
        Engine torch = Engine.getEngine("PyTorch"); // loads libtorch before JniUtils calls it
        int threads = JniUtils.getNumThreads();
        JniUtils.setNumThreads(1);
        Map<String, Candidate> candidates = new HashMap<>();
        try (NDManager manager = torch.newBaseManager()) {
            // the last one is of use to half precision only
            for (String name : NAMES.subList(0, dtype == FLOAT32 ? 3 : 4)) {
                candidate(name, manager, dtype).ifPresent(c -> candidates.put(name, c));
            }
            for (int i = 0; i < TURNS; i++) {
                candidates.values().forEach(Candidate::turn);
            }
        } finally {
            JniUtils.setNumThreads(threads);
            candidates.values().forEach(Candidate::close);
        }
        return Collections.min(
                candidates.keySet(), Comparator.comparing(name -> candidates.get(name).time()));
    }

    /** Nothing where libtorch has no such operators, or the processor cannot run them. */
    private static Optional<Candidate> candidate(String name, NDManager manager, int dtype) {
        try {
            Candidate candidate = new Candidate(name, manager, dtype);
            candidate.turn();
            return Optional.of(candidate);
        } catch (EngineException e) {
            if (!String.valueOf(e.getMessage()).contains("mkldnn")) {
                throw e;
            }
            return Optional.empty();
        }
    }
}
