package org.tina.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class PanelsTest {

    @Property(tries = 100)
    void aProductIsItsSums(
            @ForAll @IntRange(min = 1, max = 13) int m,
            @ForAll @IntRange(min = 1, max = 23) int inner,
            @ForAll @IntRange(min = 1, max = 100) int columns,
            @ForAll long seed) {
        Random random = new Random(seed);
        float[][] w = matrix(inner, columns, random);
        float[][] x = matrix(m + 1, inner + 2, random);
        float[][] y = matrix(m + 1, Panels.room(columns), random);
        float[][] before = Arrays.stream(y).map(float[]::clone).toArray(float[][]::new);
        panels(w).addProduct(x, m, inner, columns, y);
        for (int r = 0; r < m; r++) {
            for (int j = 0; j < columns; j++) {
                double sum = before[r][j];
                for (int k = 0; k < inner; k++) {
                    sum += x[r][k] * w[k][j];
                }
                assertEquals(sum, y[r][j], 1e-5);
            }
        }
        assertArrayEquals(before[m], y[m], "only the first rows change");
    }

    @Property(tries = 50)
    void theFirstRowsAndColumnsAreWhatTheyWereAfterGrowthAndCopy(
            @ForAll @IntRange(min = 1, max = 23) int inner,
            @ForAll @IntRange(min = 1, max = 100) int columns,
            @ForAll @IntRange(min = 0, max = 50) int more,
            @ForAll long seed) {
        Random random = new Random(seed);
        Panels grown = panels(matrix(inner, columns, random));
        float[][] x = matrix(3, inner, random);
        float[][] expected = new float[3][Panels.room(columns)];
        grown.addProduct(x, 3, inner, columns, expected);
        grown.makeRoom(inner + more, columns + 2 * more);
        Panels copy = panels(matrix(inner, columns, random));
        copy.copy(grown, inner, columns);
        for (Panels one : new Panels[] {grown, copy}) {
            float[][] y = new float[3][Panels.room(columns)];
            one.addProduct(x, 3, inner, columns, y);
            assertArrayEquals(expected, y);
        }
    }

    private static Panels panels(float[][] w) {
        Panels out = new Panels(w.length, w[0].length);
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
