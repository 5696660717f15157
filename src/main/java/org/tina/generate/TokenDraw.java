package org.tina.generate;

import java.util.Arrays;

/** Draws tokens from logits, as the tensor program's {@code sample} does. One thread's. */
final class TokenDraw {

    private final SamplingParams params;
    private final int vocabulary;
    private final float temperature;
    private final boolean[] banned;
    private final float[] p;
    private final long[] order;
    private float logProb;

    TokenDraw(SamplingParams params, int vocabulary) {
        this.params = params;
        this.vocabulary = vocabulary;
        temperature = params.temperature() == 0 ? 1 : (float) params.temperature();
        banned = new boolean[vocabulary];
        params.banned().forEach(token -> banned[token] = true);
        p = new float[Panels.room(vocabulary)];
        order = new long[vocabulary];
    }

    /**
     * @param z logits, {@code [vocabulary and more]}
     * @param uniform in (0, 1)
     */
    int token(float[] z, float uniform) {
        for (int v = 0; v < vocabulary; v++) {
            p[v] = z[v] / temperature;
        }
        double normalizer = Loops.softmax(p, vocabulary);
        if (Double.isNaN(normalizer)) {
            logProb = Float.NaN;
            return 0;
        }
        for (int v : params.banned()) {
            p[v] = 0;
        }
        int token = params.temperature() == 0 ? mostLikely(z) : pick(uniform);
        logProb = (float) (z[token] / temperature - normalizer);
        return token;
    }

    /**
     * The last token's log-probability at the temperature, before any ban or filter; NaN if there
     * is no distribution, as a logit is not a number.
     */
    float logProb() {
        return logProb;
    }

    private int mostLikely(float[] z) {
        int best = -1;
        for (int v = 0; v < vocabulary; v++) {
            if (!banned[v] && (best < 0 || z[v] > z[best])) {
                best = v;
            }
        }
        return best;
    }

    /** The first token at which the cumulative sum exceeds that share of the total. */
    private int pick(float uniform) {
        boolean all = params.topK() == 0 && params.topP() == 1 && params.minP() == 0;
        int n = all ? vocabulary : filter();
        float total = 0;
        for (int i = 0; i < n; i++) {
            total += all ? p[i] : p[token(order[i])];
        }
        float wanted = uniform * total;
        float cumulative = 0;
        for (int i = 0; i < n; i++) {
            int token = all ? i : token(order[i]);
            cumulative += p[token];
            if (cumulative > wanted) {
                return token;
            }
        }
        return all ? n - 1 : token(order[n - 1]);
    }

    /**
     * Puts what top-k, top-p and min-p leave into {@code order}, the most likely first; gives their
     * number.
     */
    private int filter() {
        float largest = 0;
        double total = 0;
        for (int v = 0; v < vocabulary; v++) {
            largest = Math.max(largest, p[v]);
            total += p[v];
        }
        // all tokens below this share together are less than what top-p cuts off, so none is left
        double least = params.topK() > 0 ? 0 : (1 - params.topP()) / vocabulary * total;
        int n = 0;
        for (int v = 0; v < vocabulary; v++) {
            if (p[v] > 0 && p[v] >= least) { // a positive float's bits are in its order
                order[n++] = ~((long) Float.floatToRawIntBits(p[v]) << 32 | ~v & 0xffffffffL);
            }
        }
        Arrays.sort(order, 0, n);
        if (params.topK() > 0) {
            n = Math.min(n, params.topK());
            total = 0;
            for (int i = 0; i < n; i++) {
                total += p[token(order[i])];
            }
        }
        double before = 0;
        int kept = 0;
        while (kept < n
                && (kept == 0
                        || before < params.topP() * total
                                && p[token(order[kept])] >= params.minP() * largest)) {
            before += p[token(order[kept++])];
        }
        return kept;
    }

    /** Of an entry of {@code order}. */
    private static int token(long entry) {
        return (int) entry;
    }
}
