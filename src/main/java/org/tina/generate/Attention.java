package org.tina.generate;

import java.util.Arrays;
import org.tina.model.ModelConfig;

/**
 * One row's query heads that share a key head, against a {@link KeyValueCache}: each head's
 * softmax(q k / √d) v. One thread's: it holds the arrays that it works in.
 */
final class Attention {

    private static final int FIRST_TOKENS = 64;

    private final int d;
    private final float scale;
    private final float[][] query; // [heads][d]
    private final float[][] value; // what they attend to
    private final float[][] scores; // [heads][tokens and room]

    Attention(ModelConfig config) {
        int heads = config.heads() / config.kvHeads();
        d = config.headDim();
        scale = (float) (1 / Math.sqrt(d));
        query = new float[heads][d];
        value = new float[heads][Panels.room(d)];
        scores = new float[heads][Panels.room(FIRST_TOKENS)];
    }

    /**
     * @param q all heads' queries
     * @param head of keys and values
     * @param n tokens of the cache that are seen, the first ones
     * @param out gets these heads' part of all heads' values
     */
    void attend(float[] q, KeyValueCache cache, int layer, int head, int n, float[] out) {
        int heads = query.length;
        int at = head * heads * d;
        makeRoom(n);
        for (int h = 0; h < heads; h++) {
            for (int i = 0; i < d; i++) {
                query[h][i] = q[at + h * d + i] * scale;
            }
            Arrays.fill(scores[h], 0, Panels.room(n), 0);
            Arrays.fill(value[h], 0);
        }
        cache.keys(layer, head).addProduct(query, heads, d, n, scores);
        for (int h = 0; h < heads; h++) {
            Loops.softmax(scores[h], n);
        }
        cache.values(layer, head).addProduct(scores, heads, n, d, value);
        for (int h = 0; h < heads; h++) {
            System.arraycopy(value[h], 0, out, at + h * d, d);
        }
    }

    private void makeRoom(int tokens) {
        if (scores[0].length < tokens) {
            for (int h = 0; h < scores.length; h++) {
                scores[h] = new float[Panels.room(2 * tokens)];
            }
        }
    }
}
