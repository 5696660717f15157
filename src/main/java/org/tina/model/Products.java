package org.tina.model;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tina.data.Names;

/**
 * The file with the program's matrix products. oneDNN's operators are twice as fast as torch's BLAS
 * on one maker's processors and may be slower on another's, so both are tried, once a process, with
 * a product as training has them. The system property {@code tina.products}, {@code onednn} or
 * {@code plain}, decides otherwise.
 */
final class Products {

    private static final List<String> NAMES = List.of("onednn", "plain");

    private static final String PROBE =
            """
            class Program(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              def product(self: __torch__.Program, x: Tensor, w: Tensor) -> Tensor:
                return __torch__.products.linear(x, w, None)
            """;

    private static final int TURNS = 30;

    private static String fastest;

    private Products() {}

    /** The file for a device. */
    static synchronized String on(String device) {
        String asked = System.getProperty("tina.products");
        if (asked != null && !NAMES.contains(asked)) {
            throw Names.unknown("tina.products", asked, NAMES);
        }
        if (asked != null || !device.equals("cpu")) {
            return file(asked == null ? "plain" : asked);
        }
        if (fastest == null) {
            fastest = measure();
        }
        return file(fastest);
    }

    private static String file(String name) {
        return "products_" + name;
    }

    /** The faster one, by the best of many short products in turn: the machine may be busy. */
    private static String measure() {
        Map<String, Double> best = new HashMap<>();
        Map<String, TensorProgram> programs = new HashMap<>();
        Engine torch = Engine.getEngine("PyTorch"); // loads libtorch before JniUtils calls it
        int threads = JniUtils.getNumThreads();
        JniUtils.setNumThreads(1);
        try (NDManager manager = torch.newBaseManager()) {
            NDArray x = manager.ones(new Shape(128, 512));
            NDArray w = manager.ones(new Shape(512, 512));
            for (String name : NAMES) {
                compile(name).ifPresent(program -> programs.put(name, program));
            }
            for (int i = 0; i < TURNS; i++) {
                programs.forEach(
                        (name, program) -> {
                            long begin = System.nanoTime();
                            program.call(manager, "product", x, w);
                            best.merge(name, (double) (System.nanoTime() - begin), Math::min);
                        });
            }
        } finally {
            JniUtils.setNumThreads(threads);
            programs.values().forEach(TensorProgram::close);
        }
        return Collections.min(best.entrySet(), Map.Entry.comparingByValue()).getKey();
    }

    /** Nothing where libtorch has no such operators. */
    private static Optional<TensorProgram> compile(String name) {
        try {
            return Optional.of(TensorProgram.compile(PROBE, file(name), Map.of()));
        } catch (EngineException e) {
            if (!String.valueOf(e.getMessage()).contains("mkldnn")) {
                throw e;
            }
            return Optional.empty();
        }
    }
}
