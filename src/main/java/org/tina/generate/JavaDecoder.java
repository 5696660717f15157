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
 * they do. Loops of vector instructions ({@link Panels}, {@link Loops}) have no such price, and a
 * row's result does not depend on the rows beside it. For larger models libtorch is as fast.
 *
 * <p>The system property {@code tina.decoder}, {@code java} or {@code program}, decides otherwise.
 * It needs {@code java --add-modules jdk.incubator.vector}, which {@code environment/tina} gives.
 *
 * <p>One thread's: it holds the arrays that a step works in. Weights are shared.
 */
final class JavaDecoder {

    /** With twice as many, libtorch is as fast from 32 rows on. */
    private static final long MOST_PARAMETERS = 2_000_000;

    private static final boolean VECTORS =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

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
    private final float[][] query; // of the heads that share a key, [H / K][d]
    private final float[][] value; // what they attend to
    private final float[][] scores; // [H / K][tokens and room]
    private float[] scratch;

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
        hidden = rows(rows, config.hiddenSize());
        normed = rows(rows, config.hiddenSize());
        qkv = rows(rows, queries + 2 * keys);
        attended = rows(rows, queries);
        gateUp = rows(rows, 2 * config.intermediateSize());
        gated = rows(rows, config.intermediateSize());
        logits = rows(rows, config.vocabSize());
        int shared = config.heads() / config.kvHeads();
        query = rows(shared, config.headDim());
        value = rows(shared, config.headDim());
        scores = rows(shared, 64);
        scratch = new float[config.intermediateSize()];
    }

    /** With room for whole panels. */
    private static float[][] rows(int n, int width) {
        return new float[n][Panels.room(width)];
    }

    /** Whether a model decodes this way. */
    static boolean suits(CausalLM model) {
        String asked = System.getProperty("tina.decoder", "");
        if (!WAYS.contains(asked)) {
            throw Names.unknown("tina.decoder", asked, WAYS.subList(1, 3));
        }
        boolean can = VECTORS && model.device().equals("cpu") && !model.halfPrecision();
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
        int width = config.hiddenSize();
        int inner = config.intermediateSize();
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
                System.arraycopy(w.qkvBias(), 0, qkv[r], 0, w.qkvBias().length);
            }
            w.qkv().addProduct(normed, n, width, queries + 2 * keys, qkv);
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
            w.output().addProduct(attended, n, queries, width, hidden);
            norm(n, w.postNorm());
            clear(gateUp, n);
            w.gateUp().addProduct(normed, n, width, 2 * inner, gateUp);
            for (int r = 0; r < n; r++) {
                swiGlu(gateUp[r], gated[r]);
            }
            w.down().addProduct(gated, n, inner, width, hidden);
        }
        norm(n, weights.norm());
        clear(logits, n);
        weights.head().addProduct(normed, n, width, config.vocabSize(), logits);
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
        float scale = (float) (1 / Math.sqrt(d));
        makeRoom(n);
        for (int kv = 0; kv < config.kvHeads(); kv++) {
            int at = kv * query.length * d;
            for (int h = 0; h < query.length; h++) {
                for (int i = 0; i < d; i++) {
                    query[h][i] = q[at + h * d + i] * scale;
                }
            }
            clear(scores, query.length);
            cache.keys(layer, kv).addProduct(query, query.length, d, n, scores);
            for (int h = 0; h < query.length; h++) {
                Loops.softmax(scores[h], n, scratch);
            }
            clear(value, query.length);
            cache.values(layer, kv).addProduct(scores, query.length, n, d, value);
            for (int h = 0; h < query.length; h++) {
                System.arraycopy(value[h], 0, out, at + h * d, d);
            }
        }
    }

    private void makeRoom(int tokens) {
        if (scores[0].length < tokens) {
            for (int h = 0; h < scores.length; h++) {
                scores[h] = new float[Panels.room(2 * tokens)];
            }
        }
        if (scratch.length < tokens) {
            scratch = new float[2 * tokens];
        }
    }

    /** {@code silu(gate) · up}, with silu(x) = x / (1 + exp(-x)). */
    private void swiGlu(float[] gateUp, float[] out) {
        int inner = config.intermediateSize();
        for (int j = 0; j < inner; j++) {
            out[j] = -gateUp[j];
        }
        Loops.exp(out, inner, scratch);
        for (int j = 0; j < inner; j++) {
            out[j] = gateUp[j] / (1 + out[j]) * gateUp[inner + j];
        }
    }
}
