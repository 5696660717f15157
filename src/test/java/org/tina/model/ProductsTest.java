package org.tina.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tina.lora.LoraAdapter;
import org.tina.lora.LoraConfig;

/**
 * The way to multiply that was chosen for this machine, and those that every machine can go, run in
 * their type and multiply: with matrices as they are and with those laid out for decoding, of sizes
 * at which they take their fast paths.
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
                all = [(__torch__.model.mm(x, torch.t(w)), product), (__torch__.model.add_(y.clone(), x, w), product + y)]
                turned = torch.t(torch.contiguous(torch.t(w)))
                for v in [w, turned, __torch__.products.packed(w, 32)]:
                  all.extend([(__torch__.products.linear(x, v, b), product + b), (__torch__.products.linear(x, v, None), product), (__torch__.products.plus(y, x, v), product + y)])
                out: List[Tensor] = []
                for fast, exact in all:
                  assert fast.dtype == x.dtype
                  out.append(torch.to(torch.norm(torch.sub(torch.to(fast, 7), exact)) / torch.norm(exact), 6))
                return torch.stack(out)
            """;

    @AfterEach
    void useTheFastest() {
        System.clearProperty("tina.products");
    }

    private static void use(String way) {
        if (way == null) {
            System.clearProperty("tina.products");
        } else {
            System.setProperty("tina.products", way);
        }
    }

    @ParameterizedTest
    @CsvSource({
        ", 6, 1, 1e-6",
        ", 6, 16, 1e-6",
        ", 15, 1, 5e-3",
        ", 15, 16, 5e-3",
        "plain, 15, 16, 5e-3",
        "widened, 6, 16, 1e-6",
        "widened, 15, 1, 5e-3",
        "widened, 15, 16, 5e-3",
        "widened, 15, 100, 5e-3"
    })
    void products(String way, int dtype, int rows, float tolerance) {
        use(way);
        try (TensorProgram program = TensorProgram.of(ERRORS, dtype);
                NDManager manager = Engine.getEngine("PyTorch").newBaseManager()) {
            float[] errors = program.call(manager, "errors", rows, dtype).get(0).toFloatArray();
            assertEquals(11, errors.length);
            for (float error : errors) {
                assertEquals(0, error, tolerance);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void widenedGradientsAreThoseOfBfloat16(boolean full) {
        Function<CausalLM, Policy> policy =
                model ->
                        full ? Policy.full(model) : LoraAdapter.inject(model, LoraConfig.tina(), 1);
        float[] plain = gradient("plain", policy);
        float[] widened = gradient("widened", policy);
        double error = 0;
        double size = 0;
        for (int i = 0; i < plain.length; i++) {
            error += Math.pow(plain[i] - widened[i], 2);
            size += Math.pow(plain[i], 2);
        }
        assertTrue(size > 0);
        assertEquals(0, Math.sqrt(error / size), 2e-2);
    }

    /** Of three completions, with parameters that are not those of the start. */
    private static float[] gradient(String way, Function<CausalLM, Policy> kind) {
        use(way);
        Group group =
                Group.of(
                        new int[] {20, 21, 22, 23, 24},
                        List.of(
                                new int[] {30, 31, 32, 33, 34, 35},
                                new int[] {40, 41, 42},
                                new int[] {50}));
        Path directory = Path.of("src/test/resources/references/grouped/model");
        try (CausalLM model = CausalLM.load(directory, "cpu");
                Policy policy = kind.apply(model);
                NDManager manager = policy.newManager()) {
            float[] parameters = policy.parameters();
            for (int i = 0; i < parameters.length; i++) {
                parameters[i] += 0.02f * (float) Math.sin(i);
            }
            policy.setParameters(parameters);
            float[] ones = new float[10];
            Arrays.fill(ones, 1);
            return policy.gradient(
                            manager,
                            group,
                            ones,
                            ones,
                            policy.logProbs(group, 1),
                            new float[0],
                            new Policy.Objective(1, 0.2, 0.2, 0, 0.1),
                            1,
                            false)
                    .theta()
                    .toFloatArray();
        }
    }

    @Test
    void aWayThatThereIsNotIsNamed() {
        use("widend");
        var error = assertThrows(IllegalArgumentException.class, () -> TensorProgram.of(ERRORS, 6));
        assertTrue(error.getMessage().contains("'widened'"), error::getMessage);
    }
}
