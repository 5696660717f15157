package org.tina.analysis;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import org.tina.model.JsonFile;
import org.tina.model.ModelFormatException;
import org.tina.model.SafeTensors;
import org.tina.study.LowRank;
import org.tina.study.Spectrum;
import org.tina.study.StudyRun;
import tech.tablesaw.api.Table;

/**
 * What an adapter has learned, seen in the singular values σ of each update {@code s · B·A}.
 * Adapters are read from PEFT's directories without their base model, real Tina adapters too.
 *
 * <ul>
 *   <li><b>Effective rank</b>: {@code exp(−Σ p ln p)} with {@code p = σ / Σσ} (Roy and Vetterli
 *       2007): r for r equal values, 1 for a single one.
 *   <li><b>Participation</b>: {@code (Σσ²)² / Σσ⁴}, the same idea on the energies.
 *   <li><b>Likeness</b> of two updates: {@code ‖U₁ᵀU₂‖² / k} over their k leading left singular
 *       vectors (Hu et al. 2021, section 7.2): 1 for the same output directions, {@code k / out} on
 *       average for random ones.
 * </ul>
 */
public final class Spectra {
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final Pattern LORA_A =
            Pattern.compile("(.*\\.layers\\.(\\d+)\\..*?(\\w+))\\.lora_A\\.weight");
    private static final int LEADING = 4;

    /** An update of one matrix. */
    private record Update(int layer, String module, RealMatrix left, double[] singular) {}

    private Spectra() {}

    /**
     * One row a matrix of an adapter: {@code layer}, {@code module}, {@code rank}, {@code largest}
     * (σ), {@code norm} (Frobenius's, √Σσ²), {@code effective rank}, {@code participation}.
     *
     * @param adapter a directory with adapter_config.json and adapter_model.safetensors
     */
    public static Table of(Path adapter) {
        Rows rows = new Rows("spectra of " + adapter.getFileName());
        for (Update update : read(adapter).values()) {
            add(rows.row(), update.layer, update.module, update.singular);
        }
        return rows.table();
    }

    /** The adapters at the end of a study's runs: {@code arm}, {@code seed}, then as of one. */
    public static Table of(List<StudyRun> log) {
        Rows rows = new Rows("spectra");
        for (StudyRun run : log) {
            for (Spectrum spectrum : run.spectra()) {
                rows.row().text("arm", run.arm()).whole("seed", run.seed());
                double[] singular =
                        spectrum.singular().stream().mapToDouble(Double::doubleValue).toArray();
                add(rows, spectrum.layer(), spectrum.module(), singular);
            }
        }
        return rows.table();
    }

    private static void add(Rows rows, int layer, String module, double[] singular) {
        double squares = Arrays.stream(singular).map(v -> v * v).sum();
        rows.whole("layer", layer).text("module", module).whole("rank", singular.length);
        rows.number("largest", singular[0]).number("norm", Math.sqrt(squares));
        rows.number("effective rank", effectiveRank(singular));
        rows.number("participation", participation(singular));
    }

    /**
     * All singular values of an adapter: {@code layer}, {@code module}, {@code index} (from 1),
     * {@code singular}.
     */
    public static Table values(Path adapter) {
        Rows rows = new Rows("singular values of " + adapter.getFileName());
        for (Update update : read(adapter).values()) {
            for (int i = 0; i < update.singular.length; i++) {
                rows.row().whole("layer", update.layer).text("module", update.module);
                rows.whole("index", i + 1).number("singular", update.singular[i]);
            }
        }
        return rows.table();
    }

    /**
     * How far two adapters of one model, of any ranks, write into the same directions, over at most
     * 4 leading ones: {@code layer}, {@code module}, {@code directions} (k), {@code likeness} in
     * [0, 1], {@code chance} (that of random directions). Matrices that only one adapter has are
     * left out.
     */
    public static Table likeness(Path one, Path other) {
        Map<String, Update> others = read(other);
        Rows rows = new Rows("likeness of " + one.getFileName() + " and " + other.getFileName());
        read(one)
                .forEach(
                        (name, a) -> {
                            Update b = others.get(name);
                            if (b == null) {
                                return;
                            }
                            if (a.left.getRowDimension() != b.left.getRowDimension()) {
                                throw new IllegalArgumentException(
                                        "%s and %s: %s has other sizes, they are of different models"
                                                .formatted(one, other, name));
                            }
                            int k = Math.min(LEADING, Math.min(directions(a), directions(b)));
                            rows.row().whole("layer", a.layer).text("module", a.module);
                            rows.whole("directions", k);
                            rows.number("likeness", k == 0 ? Double.NaN : likeness(a, b, k));
                            rows.number("chance", (double) k / a.left.getRowDimension());
                        });
        return rows.table();
    }

    private static double likeness(Update a, Update b, int k) {
        int last = a.left.getRowDimension() - 1;
        RealMatrix product =
                a.left.getSubMatrix(0, last, 0, k - 1)
                        .transpose()
                        .multiply(b.left.getSubMatrix(0, last, 0, k - 1));
        double norm = product.getFrobeniusNorm();
        return norm * norm / k;
    }

    /** Those with a singular value above nothing. */
    private static int directions(Update update) {
        double least = 1e-6 * update.singular[0];
        return (int) Arrays.stream(update.singular).filter(v -> v > least).count();
    }

    /** {@code exp(−Σ p ln p)}, p = σ / Σσ; NaN if all are 0. */
    public static double effectiveRank(double[] singular) {
        double sum = Arrays.stream(singular).sum();
        double entropy =
                Arrays.stream(singular)
                        .map(v -> v / sum)
                        .map(p -> p == 0 ? 0 : -p * Math.log(p))
                        .sum();
        return Math.exp(entropy);
    }

    /** {@code (Σσ²)² / Σσ⁴}; NaN if all are 0. */
    public static double participation(double[] singular) {
        double squares = Arrays.stream(singular).map(v -> v * v).sum();
        double fourth = Arrays.stream(singular).map(v -> v * v * v * v).sum();
        return squares * squares / fourth;
    }

    // ---------------------------------------------------------------- from the files

    private static Map<String, Update> read(Path adapter) {
        JsonFile config = JsonFile.read(adapter.resolve("adapter_config.json"));
        int rank = config.integer("r", 8);
        double alpha = config.number("lora_alpha", 8);
        double scale = config.bool("use_rslora", false) ? alpha / Math.sqrt(rank) : alpha / rank;
        SafeTensors file = SafeTensors.open(adapter.resolve(WEIGHTS));
        Map<String, Update> updates = new LinkedHashMap<>();
        for (String name : file.entries().keySet().stream().sorted(Spectra::byLayer).toList()) {
            Matcher a = LORA_A.matcher(name);
            if (a.matches()) {
                String b = a.group(1) + ".lora_B.weight";
                if (!file.entries().containsKey(b)) {
                    throw new ModelFormatException(file.path(), b + " is missing");
                }
                LowRank product = LowRank.of(matrix(file, name), matrix(file, b), scale);
                int layer = Integer.parseInt(a.group(2));
                Update update = new Update(layer, a.group(3), product.left(), product.singular());
                updates.put(a.group(1), update);
            }
        }
        if (updates.isEmpty()) {
            throw new ModelFormatException(file.path(), "holds no lora_A and lora_B of layers");
        }
        return updates;
    }

    private static int byLayer(String one, String other) {
        Matcher a = LORA_A.matcher(one);
        Matcher b = LORA_A.matcher(other);
        int first = a.matches() ? Integer.parseInt(a.group(2)) : -1;
        int second = b.matches() ? Integer.parseInt(b.group(2)) : -1;
        return first != second ? Integer.compare(first, second) : one.compareTo(other);
    }

    private static RealMatrix matrix(SafeTensors file, String name) {
        long[] shape = file.entry(name).shape();
        if (shape.length != 2) {
            throw new ModelFormatException(file.path(), name + " is no matrix");
        }
        float[] values = file.floats(name);
        double[][] out = new double[(int) shape[0]][(int) shape[1]];
        for (int i = 0; i < values.length; i++) {
            out[i / out[0].length][i % out[0].length] = values[i];
        }
        return new Array2DRowRealMatrix(out, false);
    }
}
