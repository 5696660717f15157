package org.tina.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The way to multiply that was chosen for this machine runs in its type, and multiplies: with
 * matrices as they are and with those laid out for decoding, of sizes at which it takes its fast
 * paths.
 */
class ProductsTest {

    private static final String ERRORS =
            """
            class Program(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              def errors(self: __torch__.Program, rows: Tensor, dtype: Tensor) -> Tensor:
                x = torch.to(torch.randn([int(rows), 512]), int(dtype))
                w = torch.to(torch.randn([3072, 512]), int(dtype))
                b = torch.to(torch.randn([3072]), int(dtype))
                y = torch.to(torch.randn([int(rows), 3072]), int(dtype))
                product = torch.mm(torch.to(x, 7), torch.t(torch.to(w, 7)))
                out: List[Tensor] = []
                for v in [w, __torch__.products.packed(w, 32)]:
                  for fast, exact in [(__torch__.products.linear(x, v, b), product + b), (__torch__.products.linear(x, v, None), product), (__torch__.products.plus(y, x, v), product + y)]:
                    out.append(torch.to(torch.norm(torch.sub(torch.to(fast, 7), exact)) / torch.norm(exact), 6))
                return torch.stack(out)
            """;

    @ParameterizedTest
    @CsvSource({"6, 1, 1e-6", "6, 16, 1e-6", "15, 1, 5e-3", "15, 16, 5e-3"})
    void chosenOnesMultiply(int dtype, int rows, float tolerance) {
        try (TensorProgram program = TensorProgram.of(ERRORS, dtype);
                NDManager manager = Engine.getEngine("PyTorch").newBaseManager()) {
            float[] errors = program.call(manager, "errors", rows, dtype).get(0).toFloatArray();
            assertEquals(6, errors.length);
            for (float error : errors) {
                assertEquals(0, error, tolerance);
            }
        }
    }
}
