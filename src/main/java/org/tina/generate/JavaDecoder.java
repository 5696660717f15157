package org.tina.generate;

import java.util.Arrays;
import java.util.List;
import org.tina.data.Names;
import org.tina.model.CausalLM;
import org.tina.model.ModelConfig;

/**
 * Decoding in Java, for small float32 models on the CPU: the tensor program's {@code sampling.py}
 * as loops over arrays.
 *
 * <p>One step of the miniature with 16 rows is 27 million multiplications and additions, half a
 * millisecond's work, in some 580 operations of libtorch that take 3 microseconds each whatever
 * they do. Loops that the JVM compiles to vector instructions ({@link Loops}) have no such price,
 * and a row's result does not depend on the rows beside it. For larger models libtorch's products
 * are faster.
 *
 * <p>The system property {@code tina.decoder}, {@code java} or {@code program}, decides otherwise.
 *
 * <p>One thread's: it holds the arrays that a step works in. Weights are shared.
 */
final class JavaDecoder {

    /** With twice as many, libtorch is as fast. */
    private static final long MOST_PARAMETERS = 2_000_000;

    private static final List<String> WAYS = List.of("", "java", "program");

    private final ModelConfig config;
    private final ArrayWeights weights;
    private final int queries; // H d
    private final int keys; // K d
    private final float[] frequencies;

    private final float[][] cos; // of each row's angles, [rows][d / 2]
    private final float[][] sin;
    private final float[][] hidden;
    private final float[][] normed;
    private final float[][] qkv;
    private final float[][] attended;
    private final float[][] gateUp;
    private final float[][] gated;
    private final float[][] logits;
    private final float[] head; // one head's query, and then what it attends to
    private final float[] scratch;
    private float[] scores = new float[64];
    private float[] more = new float[64];

    /**
     * @param rows that a step has at most
     */
    JavaDecoder(ModelConfig config, ArrayWeights weights, int rows) {
        this.config = config;
        this.weights = weights;
        queries = config.heads() * config.headDim();
        keys = config.kvHeads() * config.headDim();
        frequencies = new float[config.headDim() / 2];
        for (int i = 0; i < frequencies.length; i++) {
            float exponent = 2f * i / config.headDim();
            frequencies[i] = 1 / (float) Math.pow(config.ropeTheta(), exponent);
        }
        cos = new float[rows][frequencies.length];
        sin = new float[rows][frequencies.length];
        hidden = new float[rows][config.hiddenSize()];
        normed = new float[rows][config.hiddenSize()];
        qkv = new float[rows][queries + 2 * keys];
        attended = new float[rows][queries];
        gateUp = new float[rows][2 * config.intermediateSize()];
        gated = new float[rows][config.intermediateSize()];
        logits = new float[rows][config.vocabSize()];
        head = new float[config.headDim()];
        scratch = new float[config.intermediateSize()];
    }

    /** Whether a model decodes this way. */
    static boolean suits(CausalLM model) {
        String asked = System.getProperty("tina.decoder", "");
        if (!WAYS.contains(asked)) {
            throw Names.unknown("tina.decoder", asked, WAYS.subList(1, 3));
        }
        boolean can = model.device().equals("cpu") && !model.halfPrecision();
        return can
                && (asked.equals("java")
                        || asked.isEmpty() && model.parameters() <= MOST_PARAMETERS);
    }

    /** The rows that a step has at most. */
    int rows() {
        return hidden.length;
    }

    /** An empty cache for one row. */
    KeyValueCache newCache() {
        return new KeyValueCache(config.layers(), config.kvHeads(), config.headDim());
    }

    /** Appends tokens, any number of them, to a cache. */
    void prefill(int[] tokens, KeyValueCache cache) {
        for (int at = 0; at < tokens.length; at += rows()) {
            int n = Math.min(rows(), tokens.length - at);
            KeyValueCache[] same = new KeyValueCache[n];
            Arrays.fill(same, cache);
            forward(n, Arrays.copyOfRange(tokens, at, at + n), same, false);
        }
    }

    /**
     * Appends a token to each of the first n caches.
     *
     * @return {@code [n and more][vocabulary]}: each row's logits of its next token, valid until
     *     the next call
     */
    float[][] step(int n, int[] tokens, KeyValueCache[] caches) {
        forward(n, tokens, caches, true);
        return logits;
    }

    /** Rows of one cache are consecutive tokens, and each sees those before it. */
    private void forward(int n, int[] tokens, KeyValueCache[] caches, boolean toLogits) {
        int[] positions = new int[n];
        for (int r = 0; r < n; r++) {
            positions[r] = caches[r].append();
            for (int i = 0; i < frequencies.length; i++) {
                float angle = positions[r] * frequencies[i];
                cos[r][i] = (float) Math.cos(angle);
                sin[r][i] = (float) Math.sin(angle);
            }
            float[] embedding = weights.embedding()[tokens[r]];
            System.arraycopy(embedding, 0, hidden[r], 0, embedding.length);
        }
        for (int l = 0; l < config.layers(); l++) {
            ArrayWeights.Layer w = weights.layers().get(l);
            norm(n, w.inputNorm());
            for (int r = 0; r < n; r++) {
                System.arraycopy(w.qkvBias(), 0, qkv[r], 0, qkv[r].length);
            }
            Loops.addProduct(normed, w.qkv(), qkv, n);
            for (int r = 0; r < n; r++) {
                rotate(qkv[r], cos[r], sin[r]);
                caches[r].put(l, positions[r], qkv[r], queries, queries + keys);
            }
            if (!toLogits && l == config.layers() - 1) {
                return; // nobody reads what a prompt's last layer gives
            }
            for (int r = 0; r < n; r++) {
                attend(qkv[r], caches[r], l, positions[r] + 1, attended[r]);
            }
            Loops.addProduct(attended, w.output(), hidden, n);
            norm(n, w.postNorm());
            clear(gateUp, n);
            Loops.addProduct(normed, w.gateUp(), gateUp, n);
            for (int r = 0; r < n; r++) {
                swiGlu(gateUp[r], gated[r]);
            }
            Loops.addProduct(gated, w.down(), hidden, n);
        }
        norm(n, weights.norm());
        clear(logits, n);
        Loops.addProduct(normed, weights.head(), logits, n);
    }

    private void norm(int n, float[] weight) {
        for (int r = 0; r < n; r++) {
            Loops.rmsNorm(hidden[r], weight, config.rmsNormEps(), normed[r]);
        }
    }

    private static void clear(float[][] y, int n) {
        for (int r = 0; r < n; r++) {
            Arrays.fill(y[r], 0);
        }
    }

    /** Rotary positions of queries and keys (RoFormer, eq. 34, in Qwen2's half-split layout). */
    private void rotate(float[] x, float[] cos, float[] sin) {
        int half = cos.length;
        for (int at = 0; at < queries + keys; at += 2 * half) {
            for (int i = 0; i < half; i++) {
                float a = x[at + i];
                float b = x[at + half + i];
                x[at + i] = a * cos[i] - b * sin[i];
                x[at + half + i] = b * cos[i] + a * sin[i];
            }
        }
    }

    /** Each query head's softmax(q k / √d) v over the first n tokens of a cache. */
    private void attend(float[] q, KeyValueCache cache, int layer, int n, float[] out) {
        int d = config.headDim();
        if (scores.length < n) {
            scores = new float[2 * n];
            more = new float[2 * n];
        }
        float scale = (float) (1 / Math.sqrt(d));
        for (int h = 0; h < config.heads(); h++) {
            int kv = h * config.kvHeads() / config.heads();
            for (int i = 0; i < d; i++) {
                head[i] = q[h * d + i] * scale;
            }
            Loops.combine(head, cache.keys(layer, kv), d, scores, n);
            Loops.softmax(scores, n, more);
            Loops.combine(scores, cache.values(layer, kv), n, head, d);
            System.arraycopy(head, 0, out, h * d, d);
        }
    }

    /** {@code silu(gate) · up}, with silu(x) = x / (1 + exp(-x)). */
    private void swiGlu(float[] gateUp, float[] out) {
        int inner = out.length;
        for (int j = 0; j < inner; j++) {
            out[j] = -gateUp[j];
        }
        Loops.exp(out, inner, scratch);
        for (int j = 0; j < inner; j++) {
            out[j] = gateUp[j] / (1 + out[j]) * gateUp[inner + j];
        }
    }
}
