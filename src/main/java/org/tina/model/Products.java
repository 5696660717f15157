package org.tina.model;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
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
            fastest = seconds("onednn") < seconds("plain") ? "onednn" : "plain";
        }
        return file(fastest);
    }

    private static String file(String name) {
        return "products_" + name;
    }

    /** The best of a few products of 512 tokens; infinite where there are no such operators. */
    private static double seconds(String name) {
        try (TensorProgram program = TensorProgram.compile(PROBE, file(name), Map.of());
                NDManager manager = Engine.getEngine("PyTorch").newBaseManager()) {
            NDArray x = manager.ones(new Shape(512, 512));
            NDArray w = manager.ones(new Shape(1024, 512));
            double best = Double.POSITIVE_INFINITY;
            for (int i = 0; i < 5; i++) {
                long begin = System.nanoTime();
                program.call(manager, "product", x, w);
                best = Math.min(best, System.nanoTime() - begin);
            }
            return best / 1e9;
        } catch (EngineException e) {
            if (!String.valueOf(e.getMessage()).contains("mkldnn")) {
                throw e;
            }
            return Double.POSITIVE_INFINITY; // a libtorch without oneDNN
        }
    }
}
