package org.tina.study;

import java.util.Arrays;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;

/**
 * The singular value decomposition of an adapter's update {@code s · B·A}, without ever making the
 * large matrix: {@code B·A = Q₁(R₁R₂ᵀ)Q₂ᵀ} with the orthonormal columns Q₁ of B and Q₂ of Aᵀ. The
 * small middle has the singular values, and Q₁ turns its left vectors into the update's.
 *
 * @param left the left singular vectors, {@code [out][rank]}; zero where the update has no further
 *     direction
 * @param singular the singular values, the largest first, as many as the rank; fewer where the
 *     matrix is smaller
 */
public record LowRank(RealMatrix left, double[] singular) {

    /** Of {@code scale · b·a}, a {@code [rank][in]} and b {@code [out][rank]}. */
    public static LowRank of(RealMatrix a, RealMatrix b, double scale) {
        RealMatrix q1 = orthonormal(b);
        RealMatrix q2 = orthonormal(a.transpose());
        RealMatrix middle = q1.transpose().multiply(b).multiply(a.multiply(q2));
        SingularValueDecomposition svd = new SingularValueDecomposition(middle);
        int most = Math.min(b.getRowDimension(), a.getColumnDimension());
        return new LowRank(
                q1.multiply(svd.getU()),
                Arrays.stream(svd.getSingularValues()).limit(most).map(v -> v * scale).toArray());
    }

    /**
     * Gram and Schmidt's method, twice for accuracy; a column that depends on others becomes 0. The
     * library's QR decomposition makes a square Q, which for a matrix of 8,960 rows is too large.
     */
    private static RealMatrix orthonormal(RealMatrix matrix) {
        int rows = matrix.getRowDimension();
        double[][] columns = matrix.transpose().getData();
        for (int c = 0; c < columns.length; c++) {
            double before = norm(columns[c]);
            for (int again = 0; again < 2; again++) {
                for (int d = 0; d < c; d++) {
                    double along = dot(columns[c], columns[d]);
                    for (int i = 0; i < rows; i++) {
                        columns[c][i] -= along * columns[d][i];
                    }
                }
            }
            double left = norm(columns[c]);
            double factor = left > 1e-10 * before ? 1 / left : 0;
            for (int i = 0; i < rows; i++) {
                columns[c][i] *= factor;
            }
        }
        return new Array2DRowRealMatrix(columns, false).transpose();
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double norm(double[] a) {
        return Math.sqrt(dot(a, a));
    }
}
