package org.tina.study;

import java.util.List;
import java.util.stream.DoubleStream;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import org.tina.lora.LoraAdapter;

/**
 * How strong an adapter's update of one matrix is in each of its directions.
 *
 * @param layer from 0
 * @param module as {@code q_proj}
 * @param singular the singular values of {@code alpha/r · B·A}, the largest first, as many as the
 *     rank; fewer where the matrix is smaller
 */
public record Spectrum(int layer, String module, List<Double> singular) {

    /** One a matrix that the adapter updates, layer after layer. */
    public static List<Spectrum> of(LoraAdapter adapter) {
        double scale = adapter.config().scale();
        return adapter.updates().stream()
                .map(u -> new Spectrum(u.layer(), u.module(), singular(u.a(), u.b(), scale)))
                .toList();
    }

    private static List<Double> singular(float[][] a, float[][] b, double scale) {
        double[] values = LowRank.of(matrix(a), matrix(b), scale).singular();
        return DoubleStream.of(values).map(StudyRun::rounded).boxed().toList();
    }

    private static RealMatrix matrix(float[][] values) {
        double[][] out = new double[values.length][];
        for (int i = 0; i < out.length; i++) {
            float[] row = values[i];
            out[i] = new double[row.length];
            for (int j = 0; j < row.length; j++) {
                out[i][j] = row[j];
            }
        }
        return new Array2DRowRealMatrix(out, false);
    }
}
