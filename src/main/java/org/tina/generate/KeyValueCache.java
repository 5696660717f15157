package org.tina.generate;

import java.util.Arrays;

/**
 * One row's keys and values, for {@link JavaDecoder}. Keys lie with their elements apart, {@code
 * [d][tokens]}, and values token by token, {@code [tokens][d]}: so both of attention's sums add
 * whole arrays.
 */
final class KeyValueCache {

    private static final int FIRST_CAPACITY = 64;

    private final float[][][][] keys; // [layer][kv head][d][capacity]
    private final float[][][][] values; // [layer][kv head][capacity][d]
    private int capacity = FIRST_CAPACITY;
    private int length;

    KeyValueCache(int layers, int kvHeads, int headDim) {
        keys = new float[layers][kvHeads][headDim][capacity];
        values = new float[layers][kvHeads][capacity][headDim];
    }

    /** Forgets all tokens. */
    void clear() {
        length = 0;
    }

    /** Takes over the tokens of another one, in place of its own. */
    void copy(KeyValueCache other) {
        makeRoom(other.length);
        length = other.length;
        for (int l = 0; l < keys.length; l++) {
            for (int h = 0; h < keys[l].length; h++) {
                for (int i = 0; i < keys[l][h].length; i++) {
                    System.arraycopy(other.keys[l][h][i], 0, keys[l][h][i], 0, length);
                }
                for (int t = 0; t < length; t++) {
                    float[] value = other.values[l][h][t];
                    System.arraycopy(value, 0, values[l][h][t], 0, value.length);
                }
            }
        }
    }

    /** Makes room for one more token and gives its position. */
    int append() {
        makeRoom(length + 1);
        return length++;
    }

    private void makeRoom(int tokens) {
        if (tokens <= capacity) {
            return;
        }
        int before = capacity;
        capacity = Math.max(tokens, 2 * before);
        for (int l = 0; l < keys.length; l++) {
            for (int h = 0; h < keys[l].length; h++) {
                float[][] key = keys[l][h];
                for (int i = 0; i < key.length; i++) {
                    key[i] = Arrays.copyOf(key[i], capacity);
                }
                values[l][h] = Arrays.copyOf(values[l][h], capacity);
                for (int t = before; t < capacity; t++) {
                    values[l][h][t] = new float[key.length];
                }
            }
        }
    }

    /** Stores a token's keys and values of all heads, which begin at these places of x. */
    void put(int layer, int position, float[] x, int keysAt, int valuesAt) {
        for (int h = 0; h < keys[layer].length; h++) {
            float[][] key = keys[layer][h];
            int d = key.length;
            for (int i = 0; i < d; i++) {
                key[i][position] = x[keysAt + h * d + i];
            }
            System.arraycopy(x, valuesAt + h * d, values[layer][h][position], 0, d);
        }
    }

    /** {@code [d][tokens and room]} */
    float[][] keys(int layer, int head) {
        return keys[layer][head];
    }

    /** {@code [tokens and room][d]} */
    float[][] values(int layer, int head) {
        return values[layer][head];
    }
}
