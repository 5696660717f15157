package org.tina.study;

import java.util.List;
import java.util.stream.DoubleStream;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.QRDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
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

    /**
     * B and Aᵀ are turned into the small triangles of their QR decompositions, as the orthogonal
     * parts leave singular values alone: {@code B·A = Q₁(R₁R₂ᵀ)Q₂ᵀ}.
     */
    private static List<Double> singular(float[][] a, float[][] b, double scale) {
        RealMatrix r1 = triangle(matrix(b));
        RealMatrix r2 = triangle(matrix(a).transpose());
        double[] values =
                new SingularValueDecomposition(r1.multiply(r2.transpose())).getSingularValues();
        return DoubleStream.of(values).map(v -> StudyRun.rounded(v * scale)).boxed().toList();
    }

    private static RealMatrix triangle(RealMatrix tall) {
        RealMatrix r = new QRDecomposition(tall).getR();
        int rows = Math.min(tall.getRowDimension(), tall.getColumnDimension());
        return r.getSubMatrix(0, rows - 1, 0, tall.getColumnDimension() - 1);
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
