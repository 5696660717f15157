package org.tina.lora;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tina.model.CausalLM;
import org.tina.model.ModelConfig;
import org.tina.model.ModelFormatException;
import org.tina.model.Policy;
import org.tina.model.SafeTensors;

/**
 * A policy whose trainable parameters are the low-rank matrices A and B beside the frozen model's
 * linear layers.
 *
 * <p>New adapters start as PEFT's do: A Kaiming-uniform, B zero, so that the policy starts as the
 * model itself.
 */
public final class LoraAdapter extends Policy {

    /**
     * One matrix of the adapter: its name in PEFT's files, its shape and its place in the flat
     * vector.
     */
    private record Matrix(String name, int rows, int columns, int offset) {
        int size() {
            return rows * columns;
        }

        /** Its rows in the flat vector. */
        float[][] of(float[] values) {
            float[][] out = new float[rows][];
            for (int i = 0; i < rows; i++) {
                int at = offset + i * columns;
                out[i] = Arrays.copyOfRange(values, at, at + columns);
            }
            return out;
        }
    }

    /**
     * The tensor program's pieces of a layer: the stacked As of modules that read one input, then
     * each B.
     */
    private static final List<List<LoraTarget>> SITES =
            List.of(
                    List.of(LoraTarget.Q_PROJ, LoraTarget.K_PROJ, LoraTarget.V_PROJ),
                    List.of(LoraTarget.O_PROJ),
                    List.of(LoraTarget.GATE_PROJ, LoraTarget.UP_PROJ),
                    List.of(LoraTarget.DOWN_PROJ));

    private final LoraConfig config;

    private LoraAdapter(CausalLM model, LoraConfig config, float[] parameters) {
        super(
                model,
                Kind.LORA,
                config.rank(),
                pieces(model.config(), config),
                config.scale(),
                config.dropout(),
                parameters);
        this.config = config;
    }

    /** A new adapter beside a model, with seed 42 for A. */
    public static LoraAdapter inject(CausalLM model, LoraConfig config) {
        return inject(model, config, 42);
    }

    /** A new adapter beside a model: A uniform in ±1/√in (Kaiming-uniform with a = √5), B zero. */
    public static LoraAdapter inject(CausalLM model, LoraConfig config, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Matrix> matrices = matrices(model.config(), config);
        float[] values = new float[total(matrices)];
        for (Matrix matrix : matrices) {
            if (matrix.name().contains("lora_A")) {
                double bound = 1 / Math.sqrt(matrix.columns());
                for (int i = 0; i < matrix.size(); i++) {
                    values[matrix.offset() + i] = (float) random.nextDouble(-bound, bound);
                }
            }
        }
        return new LoraAdapter(model, config, values);
    }

    /**
     * Reads an adapter that PEFT or {@link #save} wrote.
     *
     * @param directory holds adapter_config.json and adapter_model.safetensors
     * @throws ModelFormatException for a file that is not such an adapter, or one for another model
     */
    public static LoraAdapter load(CausalLM model, Path directory) {
        LoraConfig config = PeftConfig.read(directory);
        SafeTensors file = SafeTensors.open(directory.resolve(PeftConfig.WEIGHTS));
        List<Matrix> matrices = matrices(model.config(), config);
        float[] values = new float[total(matrices)];
        Map<String, SafeTensors.Entry> left = new LinkedHashMap<>(file.entries());
        for (Matrix matrix : matrices) {
            SafeTensors.Entry entry = left.remove(matrix.name());
            if (entry == null) {
                throw new ModelFormatException(
                        file.path(),
                        matrix.name() + " is missing; is the adapter for another model?");
            }
            long[] shape = entry.shape();
            if (shape.length != 2 || shape[0] != matrix.rows() || shape[1] != matrix.columns()) {
                throw new ModelFormatException(
                        file.path(),
                        "%s has shape %s, this model and rank need [%d, %d]; is the adapter for another model?"
                                .formatted(
                                        matrix.name(),
                                        Arrays.toString(shape),
                                        matrix.rows(),
                                        matrix.columns()));
            }
            System.arraycopy(file.floats(matrix.name()), 0, values, matrix.offset(), matrix.size());
        }
        if (!left.isEmpty()) {
            throw new ModelFormatException(
                    file.path(), left.keySet().iterator().next() + " has no place in this model");
        }
        return new LoraAdapter(model, config, values);
    }

    public LoraConfig config() {
        return config;
    }

    /**
     * The two matrices that update one of the model's: {@code W + alpha/r · B·A}.
     *
     * @param layer from 0
     * @param module as {@code q_proj}
     * @param a {@code [rank][in]}
     * @param b {@code [out][rank]}
     */
    public record Update(int layer, String module, float[][] a, float[][] b) {}

    /** Copies of the adapter's matrices, layer after layer. */
    public List<Update> updates() {
        float[] values = parameters();
        Map<String, float[][]> byName = new LinkedHashMap<>();
        for (Matrix matrix : matrices(model().config(), config)) {
            byName.put(matrix.name(), matrix.of(values));
        }
        List<Update> out = new ArrayList<>();
        for (int layer = 0; layer < model().config().layers(); layer++) {
            for (LoraTarget target : config.targets()) {
                float[][] a = byName.get(name(layer, target, true));
                float[][] b = byName.get(name(layer, target, false));
                out.add(new Update(layer, target.key(), a, b));
            }
        }
        return out;
    }

    /**
     * A copy that corrects the model more or less: {@code W + strength · alpha/r · B·A}, by as much
     * larger B's.
     *
     * @param strength 0 gives the model itself, 1 this adapter, -1 its opposite; finite
     */
    public LoraAdapter scaled(double strength) {
        if (!Double.isFinite(strength)) {
            throw new IllegalArgumentException("strength is " + strength + ", must be finite");
        }
        float[] values = parameters();
        for (Matrix matrix : matrices(model().config(), config)) {
            if (matrix.name().contains("lora_B")) {
                for (int i = matrix.offset(); i < matrix.offset() + matrix.size(); i++) {
                    values[i] *= (float) strength;
                }
            }
        }
        return new LoraAdapter(model(), config, values);
    }

    /** Writes the adapter as PEFT does; each file appears whole or not at all. */
    public void save(Path directory) throws IOException {
        float[] values = parameters();
        List<SafeTensors.Tensor> tensors = new ArrayList<>();
        for (Matrix matrix : matrices(model().config(), config)) {
            float[] part = new float[matrix.size()];
            System.arraycopy(values, matrix.offset(), part, 0, part.length);
            long[] shape = {matrix.rows(), matrix.columns()};
            tensors.add(
                    SafeTensors.Tensor.of(matrix.name(), SafeTensors.DType.F32, shape, () -> part));
        }
        Files.createDirectories(directory);
        SafeTensors.write(directory.resolve(PeftConfig.WEIGHTS), Map.of("format", "pt"), tensors);
        PeftConfig.write(directory, config, model().name());
    }

    // ---------------------------------------------------------------- layout of the flat vector

    private static List<Matrix> matrices(ModelConfig model, LoraConfig config) {
        List<Matrix> out = new ArrayList<>();
        int offset = 0;
        for (int layer = 0; layer < model.layers(); layer++) {
            for (List<LoraTarget> site : SITES) {
                for (boolean a : new boolean[] {true, false}) {
                    for (LoraTarget target : site) {
                        if (config.targets().contains(target)) {
                            int rows = a ? config.rank() : target.out(model);
                            int columns = a ? target.in(model) : config.rank();
                            out.add(new Matrix(name(layer, target, a), rows, columns, offset));
                            offset = Math.addExact(offset, rows * columns);
                        }
                    }
                }
            }
        }
        return out;
    }

    private static String name(int layer, LoraTarget target, boolean a) {
        String matrix = a ? ".lora_A.weight" : ".lora_B.weight";
        return "base_model.model.model.layers." + layer + "." + target.path() + matrix;
    }

    private static long[] pieces(ModelConfig model, LoraConfig config) {
        List<Long> out = new ArrayList<>();
        for (List<LoraTarget> site : SITES) {
            long stacked = 0;
            for (LoraTarget target : site) {
                stacked +=
                        config.targets().contains(target)
                                ? (long) config.rank() * target.in(model)
                                : 0;
            }
            out.add(stacked);
            for (LoraTarget target : site) {
                out.add(
                        config.targets().contains(target)
                                ? (long) target.out(model) * config.rank()
                                : 0);
            }
        }
        return out.stream().mapToLong(Long::longValue).toArray();
    }

    private static int total(List<Matrix> matrices) {
        Matrix last = matrices.get(matrices.size() - 1);
        return last.offset() + last.size();
    }
}
