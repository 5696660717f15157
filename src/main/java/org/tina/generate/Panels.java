package org.tina.generate;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * A matrix {@code [rows][columns]} in panels of {@link #WIDTH} columns, each row after row in one
 * array: the order in which a product reads it. A panel stays in the processor's first cache for
 * all rows of the other factor, and every sum stays in a register until it is complete: twice as
 * fast as {@code y[j] += x * w[j]} in loops that HotSpot makes vectors of, and for few rows as fast
 * as libtorch's products, without their price a call.
 *
 * <p>Values are float32, a bit pattern an int, or bfloat16, two in an int: the lower half is a
 * value of the panel's first vector of columns, the upper half one of its second. A bfloat16 is the
 * upper half of a float32, so that one instruction makes a vector of floats of either: products
 * have the speed of float32's on processors without bfloat16 instructions, for half the memory.
 *
 * <p>Needs Java's module {@code jdk.incubator.vector}.
 */
final class Panels {

    private static final VectorSpecies<Float> VECTOR = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> BITS =
            VectorSpecies.of(int.class, VECTOR.vectorShape());
    private static final int LANES = VECTOR.length();
    private static final int UPPER = 0xffff0000; // the half of an int

    /** Columns of a panel: two vectors. */
    static final int WIDTH = 2 * LANES;

    private final boolean half;
    private final int stride; // ints of a panel's row
    private int rows;
    private int[] values = {}; // [columns / WIDTH, rounded up][rows][stride]

    /**
     * Zeros.
     *
     * @param half whether values are bfloat16, else float32
     */
    Panels(int rows, int columns, boolean half) {
        this.half = half;
        stride = half ? LANES : WIDTH;
        makeRoom(rows, columns);
    }

    /** The length of an array that takes whole panels. */
    static int room(int columns) {
        return (columns + WIDTH - 1) / WIDTH * WIDTH;
    }

    /** Grows to at least that size; what is in it stays. */
    void makeRoom(int rows, int columns) {
        int before = this.rows == 0 ? 0 : values.length / (this.rows * stride);
        int panels = Math.max(before, room(columns) / WIDTH);
        if (rows <= this.rows) {
            values = Arrays.copyOf(values, panels * this.rows * stride);
            return;
        }
        int[] grown = new int[panels * rows * stride];
        for (int p = 0; p < before; p++) {
            System.arraycopy(
                    values, p * this.rows * stride, grown, p * rows * stride, this.rows * stride);
        }
        this.rows = rows;
        values = grown;
    }

    /** Where a column's panel begins. */
    private int panel(int column) {
        return column / WIDTH * rows * stride;
    }

    void set(int row, int column, float value) {
        int bits = half ? rounded(value) : Float.floatToRawIntBits(value);
        set(panel(column) + row * stride, column % WIDTH, bits);
    }

    private void set(int at, int lane, int bits) {
        if (!half) {
            values[at + lane] = bits;
        } else if (lane < LANES) {
            values[at + lane] = values[at + lane] & UPPER | bits >>> 16;
        } else {
            values[at + lane - LANES] = values[at + lane - LANES] & ~UPPER | bits;
        }
    }

    /** The bits of the nearest bfloat16, the even one of two, as a float's. */
    private static int rounded(float value) {
        int bits = Float.floatToIntBits(value);
        return Float.isNaN(value) ? bits : bits + 0x7fff + (bits >>> 16 & 1) & UPPER;
    }

    /**
     * Sets whole columns from one on.
     *
     * @param from values in this matrix's type, column after column
     */
    void setColumns(int first, ByteBuffer from) {
        int n = from.remaining() / rows / (half ? Short.BYTES : Float.BYTES);
        IntStream.rangeClosed(first / WIDTH, (first + n - 1) / WIDTH)
                .parallel()
                .forEach(
                        p -> {
                            int to = Math.min(first + n, (p + 1) * WIDTH);
                            for (int column = Math.max(first, p * WIDTH); column < to; column++) {
                                setColumn(column, from, column - first);
                            }
                        });
    }

    private void setColumn(int column, ByteBuffer from, int n) {
        int panel = panel(column);
        int lane = column % WIDTH;
        if (half) {
            short[] bits = new short[rows];
            from.asShortBuffer().get(n * rows, bits);
            for (int row = 0; row < rows; row++) {
                set(panel + row * stride, lane, bits[row] << 16);
            }
        } else {
            int[] bits = new int[rows];
            from.asIntBuffer().get(n * rows, bits);
            for (int row = 0; row < rows; row++) {
                set(panel + row * stride, lane, bits[row]);
            }
        }
    }

    /** Reads the first values of a column into y. */
    void column(int column, int rows, float[] y) {
        int panel = panel(column);
        int lane = column % WIDTH;
        for (int row = 0; row < rows; row++) {
            int bits = values[panel + row * stride + (half ? lane % LANES : lane)];
            y[row] = Float.intBitsToFloat(half ? lane < LANES ? bits << 16 : bits & UPPER : bits);
        }
    }

    /** Takes over that much of another one, which there is room for. */
    void copy(Panels other, int rows, int columns) {
        for (int at = 0; at < columns; at += WIDTH) {
            System.arraycopy(other.values, other.panel(at), values, panel(at), rows * stride);
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
        addProduct(x, m, inner, 0, columns, y);
    }

    /** The same, its columns shared among threads where they are many. */
    void addProduct(float[][] x, int m, int inner, int columns, float[][] y, Team team) {
        int pieces = team.pieces((long) m * inner * columns);
        int width = room((columns + pieces - 1) / pieces);
        Team.run(
                pieces,
                i -> addProduct(x, m, inner, i * width, Math.min(columns, (i + 1) * width), y));
    }

    private void addProduct(float[][] x, int m, int inner, int from, int to, float[][] y) {
        for (int at = from; at < to; at += 4 * WIDTH) {
            int end = Math.min(to, at + 4 * WIDTH);
            int r = m / 4 * 4;
            for (int p = at; p < end; p += WIDTH) {
                for (int s = 0; s < r; s += 4) {
                    fourRows(x, s, inner, y, p);
                }
            }
            int last = (end - 1) / WIDTH * WIDTH; // takes the place of those that are not there
            for (; r + 2 <= m; r += 2) {
                for (int p = at; p < end; p += 2 * WIDTH) {
                    int q = Math.min(p + WIDTH, last);
                    fourTiles(x, r, r + 1, inner, y, p, p, q, q);
                }
            }
            if (r < m) {
                int q = Math.min(at + WIDTH, last);
                int s = Math.min(at + 2 * WIDTH, last);
                fourTiles(x, r, r, inner, y, at, q, s, last);
            }
        }
    }

    /** Four rows by a panel: eight sums, as many as hide the latency of a multiply-add. */
    private void fourRows(float[][] x, int r, int inner, float[][] y, int at) {
        int[] w = values;
        int panel = panel(at);
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
            FloatVector w0 = first(w, panel, k, half);
            FloatVector w1 = second(w, panel, k, half);
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

    /**
     * As many sums of fewer rows: panels a and c by row r, b and d by row s. What streams from
     * memory comes in four places at once, which is faster than one after the other.
     */
    private void fourTiles(
            float[][] x, int r, int s, int inner, float[][] y, int a, int b, int c, int d) {
        int[] w = values;
        float[] x0 = x[r];
        float[] x1 = x[s];
        float[] y0 = y[r];
        float[] y1 = y[s];
        int w0 = panel(a);
        int w1 = panel(b);
        int w2 = panel(c);
        int w3 = panel(d);
        FloatVector a0 = FloatVector.fromArray(VECTOR, y0, a);
        FloatVector a1 = FloatVector.fromArray(VECTOR, y0, a + LANES);
        FloatVector b0 = FloatVector.fromArray(VECTOR, y1, b);
        FloatVector b1 = FloatVector.fromArray(VECTOR, y1, b + LANES);
        FloatVector c0 = FloatVector.fromArray(VECTOR, y0, c);
        FloatVector c1 = FloatVector.fromArray(VECTOR, y0, c + LANES);
        FloatVector d0 = FloatVector.fromArray(VECTOR, y1, d);
        FloatVector d1 = FloatVector.fromArray(VECTOR, y1, d + LANES);
        for (int k = 0; k < inner; k++) {
            FloatVector factor0 = FloatVector.broadcast(VECTOR, x0[k]);
            FloatVector factor1 = FloatVector.broadcast(VECTOR, x1[k]);
            a0 = factor0.fma(first(w, w0, k, half), a0);
            a1 = factor0.fma(second(w, w0, k, half), a1);
            b0 = factor1.fma(first(w, w1, k, half), b0);
            b1 = factor1.fma(second(w, w1, k, half), b1);
            c0 = factor0.fma(first(w, w2, k, half), c0);
            c1 = factor0.fma(second(w, w2, k, half), c1);
            d0 = factor1.fma(first(w, w3, k, half), d0);
            d1 = factor1.fma(second(w, w3, k, half), d1);
        }
        a0.intoArray(y0, a);
        a1.intoArray(y0, a + LANES);
        b0.intoArray(y1, b);
        b1.intoArray(y1, b + LANES);
        c0.intoArray(y0, c);
        c1.intoArray(y0, c + LANES);
        d0.intoArray(y1, d);
        d1.intoArray(y1, d + LANES);
    }

    private static FloatVector first(int[] w, int panel, int row, boolean half) {
        return half
                ? IntVector.fromArray(BITS, w, panel + row * LANES)
                        .lanewise(VectorOperators.LSHL, 16)
                        .reinterpretAsFloats()
                : IntVector.fromArray(BITS, w, panel + row * WIDTH).reinterpretAsFloats();
    }

    private static FloatVector second(int[] w, int panel, int row, boolean half) {
        return half
                ? IntVector.fromArray(BITS, w, panel + row * LANES)
                        .lanewise(VectorOperators.AND, UPPER)
                        .reinterpretAsFloats()
                : IntVector.fromArray(BITS, w, panel + row * WIDTH + LANES).reinterpretAsFloats();
    }
}
