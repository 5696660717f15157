package org.tina.generate;

/**
 * One row's keys and values, for {@link JavaDecoder}. Keys lie with a column a token, {@code
 * [d][tokens]}, and values with a row a token, {@code [tokens][d]}: so both of attention's products
 * are those of {@link Panels}.
 */
final class KeyValueCache {

    private static final int FIRST_CAPACITY = 64;

    private final int headDim;
    private final Panels[][] keys; // [layer][kv head]
    private final Panels[][] values;
    private int capacity = FIRST_CAPACITY;
    private int length;

    /**
     * @param half whether in bfloat16, else float32
     */
    KeyValueCache(int layers, int kvHeads, int headDim, boolean half) {
        this.headDim = headDim;
        keys = new Panels[layers][kvHeads];
        values = new Panels[layers][kvHeads];
        for (int l = 0; l < layers; l++) {
            for (int h = 0; h < kvHeads; h++) {
                keys[l][h] = new Panels(headDim, capacity, half);
                values[l][h] = new Panels(capacity, headDim, half);
            }
        }
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
                keys[l][h].copy(other.keys[l][h], headDim, length);
                values[l][h].copy(other.values[l][h], length, headDim);
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
        capacity = Math.max(tokens, 2 * capacity);
        for (int l = 0; l < keys.length; l++) {
            for (int h = 0; h < keys[l].length; h++) {
                keys[l][h].makeRoom(headDim, capacity);
                values[l][h].makeRoom(capacity, headDim);
            }
        }
    }

    /** Stores a token's keys and values of all heads, which begin at these places of x. */
    void put(int layer, int position, float[] x, int keysAt, int valuesAt) {
        for (int h = 0; h < keys[layer].length; h++) {
            for (int i = 0; i < headDim; i++) {
                keys[layer][h].set(i, position, x[keysAt + h * headDim + i]);
                values[layer][h].set(position, i, x[valuesAt + h * headDim + i]);
            }
        }
    }

    /** {@code [d][tokens and room]} */
    Panels keys(int layer, int head) {
        return keys[layer][head];
    }

    /** {@code [tokens and room][d]} */
    Panels values(int layer, int head) {
        return values[layer][head];
    }
}
