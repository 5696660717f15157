package org.tina.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PanelsTest {

    @Property(tries = 100)
    void aProductIsItsSums(
            @ForAll @IntRange(min = 1, max = 13) int m,
            @ForAll @IntRange(min = 1, max = 23) int inner,
            @ForAll @IntRange(min = 1, max = 100) int columns,
            @ForAll boolean half,
            @ForAll long seed) {
        Random random = new Random(seed);
        float[][] w = matrix(inner, columns, random);
        float[][] x = matrix(m + 1, inner + 2, random);
        float[][] y = matrix(m + 1, Panels.room(columns), random);
        float[][] before = Arrays.stream(y).map(float[]::clone).toArray(float[][]::new);
        Panels panels = panels(w, half);
        panels.addProduct(x, m, inner, columns, y);
        for (int r = 0; r < m; r++) {
            for (int j = 0; j < columns; j++) {
                double sum = before[r][j];
                for (int k = 0; k < inner; k++) {
                    sum += x[r][k] * (half ? bfloat16(w[k][j]) : w[k][j]);
                }
                assertEquals(sum, y[r][j], 1e-5);
            }
        }
        assertArrayEquals(before[m], y[m], "only the first rows change");
    }

    @Property(tries = 20)
    void threadsShareALargeOne(
            @ForAll @IntRange(min = 2, max = 5) int threads,
            @ForAll @IntRange(min = 1000, max = 1100) int columns,
            @ForAll boolean half) {
        Random random = new Random(columns);
        Panels panels = panels(matrix(600, columns, random), half);
        float[][] x = matrix(3, 600, random);
        float[][] alone = new float[3][Panels.room(columns)];
        panels.addProduct(x, 3, 600, columns, alone);
        float[][] shared = new float[3][Panels.room(columns)];
        panels.addProduct(x, 3, 600, columns, shared, new Team(threads));
        assertArrayEquals(alone, shared);
        assertEquals(threads, new Team(threads).pieces(3L * 600 * columns));
    }

    @Property(tries = 50)
    void theFirstRowsAndColumnsAreWhatTheyWereAfterGrowthAndCopy(
            @ForAll @IntRange(min = 1, max = 23) int inner,
            @ForAll @IntRange(min = 1, max = 100) int columns,
            @ForAll @IntRange(min = 0, max = 50) int more,
            @ForAll boolean half,
            @ForAll long seed) {
        Random random = new Random(seed);
        Panels grown = panels(matrix(inner, columns, random), half);
        float[][] x = matrix(3, inner, random);
        float[][] expected = new float[3][Panels.room(columns)];
        grown.addProduct(x, 3, inner, columns, expected);
        grown.makeRoom(inner + more, columns + 2 * more);
        Panels copy = panels(matrix(inner, columns, random), half);
        copy.copy(grown, inner, columns);
        for (Panels one : new Panels[] {grown, copy}) {
            float[][] y = new float[3][Panels.room(columns)];
            one.addProduct(x, 3, inner, columns, y);
            assertArrayEquals(expected, y);
        }
    }

    @Property(tries = 200)
    void aColumnIsWhatWasSetAndTheOthersStay(
            @ForAll @IntRange(min = 0, max = 99) int column,
            @ForAll float value,
            @ForAll boolean half) {
        float[][] w = matrix(3, 100, new Random(1));
        Panels panels = panels(w, half);
        panels.set(1, column, value);
        w[1][column] = value;
        float[] read = new float[3];
        for (int j = 0; j < 100; j++) {
            panels.column(j, 3, read);
            for (int k = 0; k < 3; k++) {
                assertEquals(half ? bfloat16(w[k][j]) : w[k][j], read[k]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0f, -0f})
    void whatIsNoNumberStaysSo(float value) {
        float[] read = new float[1];
        panels(new float[][] {{value}}, true).column(0, 1, read);
        assertEquals(value, read[0]);
    }

    /** The nearest value with 8 significant bits, an even one of two. */
    private static float bfloat16(float value) {
        float step = Math.ulp(value) * 0x1p16f;
        return (float) (Math.rint((double) value / step) * step);
    }

    private static Panels panels(float[][] w, boolean half) {
        Panels out = new Panels(w.length, w[0].length, half);
        for (int k = 0; k < w.length; k++) {
            for (int j = 0; j < w[k].length; j++) {
                out.set(k, j, w[k][j]);
            }
        }
        return out;
    }

    private static float[][] matrix(int rows, int columns, Random random) {
        float[][] out = new float[rows][columns];
        for (float[] row : out) {
            for (int j = 0; j < columns; j++) {
                row[j] = (float) random.nextGaussian();
            }
        }
        return out;
    }
}
