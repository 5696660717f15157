package org.tina.generate;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A matrix {@code [rows][columns]} in panels of {@link #WIDTH} columns, each row after row in one
 * array: the order in which a product reads it. A panel stays in the processor's first cache for
 * all rows of the other factor, and every sum stays in a register until it is complete: twice as
 * fast as {@code y[j] += x * w[j]} in loops that HotSpot makes vectors of, and for few rows as fast
 * as libtorch's products, without their price a call.
 *
 * <p>Needs Java's module {@code jdk.incubator.vector}.
 */
final class Panels {

    private static final VectorSpecies<Float> VECTOR = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = VECTOR.length();

    /** Columns of a panel: two vectors. */
    static final int WIDTH = 2 * LANES;

    private float[][] panels = {}; // [columns / WIDTH, rounded up][rows · WIDTH]

    /** Zeros. */
    Panels(int rows, int columns) {
        makeRoom(rows, columns);
    }

    /** The length of an array that takes whole panels. */
    static int room(int columns) {
        return (columns + WIDTH - 1) / WIDTH * WIDTH;
    }

    /** Grows to at least that size; what is in it stays. */
    void makeRoom(int rows, int columns) {
        int before = panels.length;
        panels = Arrays.copyOf(panels, Math.max(before, room(columns) / WIDTH));
        for (int p = 0; p < panels.length; p++) {
            if (p >= before) {
                panels[p] = new float[rows * WIDTH];
            } else if (panels[p].length < rows * WIDTH) {
                panels[p] = Arrays.copyOf(panels[p], rows * WIDTH);
            }
        }
    }

    void set(int row, int column, float value) {
        panels[column / WIDTH][row * WIDTH + column % WIDTH] = value;
    }

    /** Takes over that much of another one, which there is room for. */
    void copy(Panels other, int rows, int columns) {
        for (int p = 0; p * WIDTH < columns; p++) {
            System.arraycopy(other.panels[p], 0, panels[p], 0, rows * WIDTH);
        }
    }

    /**
     * Adds a product: {@code y[r][j] += Σ x[r][k] w[k][j]}.
     *
     * @param m rows of x and y, the first ones
     * @param inner rows of this matrix w, the first ones
     * @param columns of this matrix, the first ones; y's rows have {@link #room} for them
     */
    void addProduct(float[][] x, int m, int inner, int columns, float[][] y) {
        for (int p = 0; p * WIDTH < columns; p++) {
            int r = 0;
            for (; r + 4 <= m; r += 4) {
                fourRows(x, r, inner, panels[p], y, p * WIDTH);
            }
            for (; r < m; r += 2) {
                int s = Math.min(r + 1, m - 1); // the last of an odd number is its own partner
                twoRows(x[r], x[s], inner, panels[p], y[r], y[s], p * WIDTH);
            }
        }
    }

    /** Eight sums: as many as hide the latency of a multiply-add. */
    private static void fourRows(float[][] x, int r, int inner, float[] w, float[][] y, int at) {
        float[] x0 = x[r];
        float[] x1 = x[r + 1];
        float[] x2 = x[r + 2];
        float[] x3 = x[r + 3];
        FloatVector a0 = FloatVector.fromArray(VECTOR, y[r], at);
        FloatVector a1 = FloatVector.fromArray(VECTOR, y[r], at + LANES);
        FloatVector b0 = FloatVector.fromArray(VECTOR, y[r + 1], at);
        FloatVector b1 = FloatVector.fromArray(VECTOR, y[r + 1], at + LANES);
        FloatVector c0 = FloatVector.fromArray(VECTOR, y[r + 2], at);
        FloatVector c1 = FloatVector.fromArray(VECTOR, y[r + 2], at + LANES);
        FloatVector d0 = FloatVector.fromArray(VECTOR, y[r + 3], at);
        FloatVector d1 = FloatVector.fromArray(VECTOR, y[r + 3], at + LANES);
        for (int k = 0; k < inner; k++) {
            FloatVector w0 = FloatVector.fromArray(VECTOR, w, k * WIDTH);
            FloatVector w1 = FloatVector.fromArray(VECTOR, w, k * WIDTH + LANES);
            FloatVector factor = FloatVector.broadcast(VECTOR, x0[k]);
            a0 = factor.fma(w0, a0);
            a1 = factor.fma(w1, a1);
            factor = FloatVector.broadcast(VECTOR, x1[k]);
            b0 = factor.fma(w0, b0);
            b1 = factor.fma(w1, b1);
            factor = FloatVector.broadcast(VECTOR, x2[k]);
            c0 = factor.fma(w0, c0);
            c1 = factor.fma(w1, c1);
            factor = FloatVector.broadcast(VECTOR, x3[k]);
            d0 = factor.fma(w0, d0);
            d1 = factor.fma(w1, d1);
        }
        a0.intoArray(y[r], at);
        a1.intoArray(y[r], at + LANES);
        b0.intoArray(y[r + 1], at);
        b1.intoArray(y[r + 1], at + LANES);
        c0.intoArray(y[r + 2], at);
        c1.intoArray(y[r + 2], at + LANES);
        d0.intoArray(y[r + 3], at);
        d1.intoArray(y[r + 3], at + LANES);
    }

    private static void twoRows(
            float[] x0, float[] x1, int inner, float[] w, float[] y0, float[] y1, int at) {
        FloatVector a0 = FloatVector.fromArray(VECTOR, y0, at);
        FloatVector a1 = FloatVector.fromArray(VECTOR, y0, at + LANES);
        FloatVector b0 = FloatVector.fromArray(VECTOR, y1, at);
        FloatVector b1 = FloatVector.fromArray(VECTOR, y1, at + LANES);
        for (int k = 0; k < inner; k++) {
            FloatVector w0 = FloatVector.fromArray(VECTOR, w, k * WIDTH);
            FloatVector w1 = FloatVector.fromArray(VECTOR, w, k * WIDTH + LANES);
            FloatVector factor = FloatVector.broadcast(VECTOR, x0[k]);
            a0 = factor.fma(w0, a0);
            a1 = factor.fma(w1, a1);
            factor = FloatVector.broadcast(VECTOR, x1[k]);
            b0 = factor.fma(w0, b0);
            b1 = factor.fma(w1, b1);
        }
        a0.intoArray(y0, at);
        a1.intoArray(y0, at + LANES);
        b0.intoArray(y1, at);
        b1.intoArray(y1, at + LANES);
    }
}
