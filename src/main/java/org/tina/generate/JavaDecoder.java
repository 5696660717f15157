package org.tina.generate;

import java.util.Arrays;
import java.util.List;
import org.tina.data.Names;
import org.tina.model.CausalLM;
import org.tina.model.ModelConfig;
import org.tina.model.Policy;

/**
 * Decoding in Java on the CPU, where that is faster than libtorch: the tensor program's {@code
 * sampling.py} as loops over arrays.
 *
 * <p>That is so for small float32 models. One step of the miniature with 16 rows is 27 million
 * multiplications and additions, half a millisecond's work, in some 580 operations of libtorch that
 * take 3 microseconds each whatever they do. Loops of vector instructions ({@link Panels}, {@link
 * Loops}) have no such price, and a row's result does not depend on the rows beside it. Larger
 * models, up to two gigabytes, come from memory for each step, and where few rows share that {@link
 * Panels} read them faster on some processors. On those without instructions for bfloat16 it is so
 * for all bfloat16 models of that size: libtorch reads such weights at a third of the memory's
 * speed, {@link Panels} at nearly all of it. States are float32 then, keys and values bfloat16.
 *
 * <p>The system property {@code tina.decoder}, {@code java} or {@code program}, decides otherwise.
 * It needs {@code java --add-modules jdk.incubator.vector}, which {@code environment/tina} gives.
 *
 * <p>One thread's: it holds the arrays that a step works in, and shares large products with a
 * {@link Team}. Weights are shared.
 */
final class JavaDecoder {

    /** With twice as many, libtorch is as fast from 32 rows on. */
    private static final long SMALL = 2_000_000; // float32 parameters

    /**
     * Rows a step. With 40 and 165 million float32 parameters one takes half of libtorch's time,
     * four take seven to nine tenths, 16 as much and 64 more, where libtorch's best products are
     * {@code packed}; elsewhere it was not measured.
     */
    private static final int FEW_ROWS = 8;

    private static final boolean VECTORS =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

    private static final List<String> WAYS = List.of("", "java", "program");

    private final ModelConfig config;
    private final ArrayWeights weights;
    private final boolean half;
    private final Team team;
    private final int queries; // H d
    private final int keys; // K d
    private final float[] frequencies;
    private final Attention[] attention; // of each thread

    private float[][] cos = {}; // of a position's angles, [positions so far][d / 2]
    private float[][] sin = {};
    private final float[][] hidden;
    private final float[][] normed;
    private final float[][] qkv;
    private final float[][] attended;
    private final float[][] gateUp;
    private final float[][] gated;
    private final float[][] logits;
    private float[][] low = {}; // what an adapter's A makes

    /**
     * @param rows that a step has at most
     */
    JavaDecoder(CausalLM model, ArrayWeights weights, int rows, Team team) {
        this.weights = weights;
        this.team = team;
        config = model.config();
        half = model.halfPrecision();
        queries = config.heads() * config.headDim();
        keys = config.kvHeads() * config.headDim();
        frequencies = new float[config.headDim() / 2];
        for (int i = 0; i < frequencies.length; i++) {
            float exponent = 2f * i / config.headDim();
            frequencies[i] = 1 / (float) Math.pow(config.ropeTheta(), exponent);
        }
        attention = new Attention[team.threads()];
        Arrays.setAll(attention, i -> new Attention(config));
        hidden = rows(rows, config.hiddenSize());
        normed = rows(rows, config.hiddenSize());
        qkv = rows(rows, queries + 2 * keys);
        attended = rows(rows, queries);
        gateUp = rows(rows, 2 * config.intermediateSize());
        gated = rows(rows, config.intermediateSize());
        logits = rows(rows, config.vocabSize());
    }

    /** With room for whole panels. */
    private static float[][] rows(int n, int width) {
        return new float[n][Panels.room(width)];
    }

    /**
     * Whether a policy decodes this way.
     *
     * @param rows that a step has
     * @throws IllegalStateException if it was asked for and cannot be
     */
    static boolean suits(Policy policy, int rows) {
        String asked = System.getProperty("tina.decoder", "");
        if (!WAYS.contains(asked)) {
            throw Names.unknown("tina.decoder", asked, WAYS.subList(1, 3));
        }
        String obstacle = obstacle(policy.model());
        if (asked.equals("java") && obstacle != null) {
            throw new IllegalStateException("tina.decoder is java, but " + obstacle);
        }
        return asked.isEmpty() ? obstacle == null && isFaster(policy, rows) : asked.equals("java");
    }

    private static boolean isFaster(Policy policy, int rows) {
        CausalLM model = policy.model();
        if (!model.halfPrecision() && model.parameters() <= SMALL) {
            return true;
        }
        if (!model.mayBeLaidOut()) {
            return false;
        }
        return model.halfPrecision()
                ? model.products().equals("widened")
                // weights that change are laid out anew each time
                : rows <= FEW_ROWS
                        && policy.decodesWithModelsWeights()
                        && model.products().equals("packed");
    }

    private static String obstacle(CausalLM model) {
        if (!model.device().equals("cpu")) {
            return "the model is on " + model.device();
        }
        if (!VECTORS) {
            return "Java was not started with --add-modules jdk.incubator.vector";
        }
        long heap = Runtime.getRuntime().maxMemory();
        if (model.bytes() > heap / 2) {
            return "weights of %,d MB need a Java heap of twice that, and it has %,d MB: start with TINA_HEAP=%dg"
                    .formatted(model.bytes() >> 20, heap >> 20, (2 * model.bytes() >> 30) + 1);
        }
        return null;
    }

    /**
     * The rows that a step should have at most: few where caches and states then stay in the
     * processor's cache, more where weights come from memory, once for all rows.
     */
    static int rowsAStep(CausalLM model) {
        return model.parameters() <= SMALL ? 8 : 32;
    }

    /** Tokens whose keys and values take a sixth of the heap. */
    static int tokensInHeap(CausalLM model) {
        ModelConfig config = model.config();
        long values = 2L * config.layers() * config.kvHeads() * config.headDim();
        long bytes = values * (model.halfPrecision() ? Short.BYTES : Float.BYTES);
        return (int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / 6 / bytes);
    }

    /** The rows that a step has at most. */
    int rows() {
        return hidden.length;
    }

    /** An empty cache for one row. */
    KeyValueCache newCache() {
        return new KeyValueCache(config.layers(), config.kvHeads(), config.headDim(), half);
    }

    /** Appends tokens, any number of them, to a cache. */
    void prefill(int[] tokens, KeyValueCache cache) {
        for (int at = 0; at < tokens.length; at += rows()) {
            Batch.stopIfInterrupted();
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
        long seen = 0; // tokens, of all rows
        for (int r = 0; r < n; r++) {
            positions[r] = caches[r].append();
            seen += positions[r] + 1;
            makeAngles(positions[r] + 1);
            weights.embedding().weight().column(tokens[r], config.hiddenSize(), hidden[r]);
        }
        for (int l = 0; l < config.layers(); l++) {
            ArrayWeights.Layer w = weights.layers().get(l);
            norm(n, w.inputNorm());
            for (int r = 0; r < n; r++) {
                System.arraycopy(w.qkvBias(), 0, qkv[r], 0, w.qkvBias().length);
            }
            add(w.qkv(), normed, n, qkv);
            for (int r = 0; r < n; r++) {
                rotate(qkv[r], cos[positions[r]], sin[positions[r]]);
                caches[r].put(l, positions[r], qkv[r], queries, queries + keys);
            }
            if (!toLogits && l == config.layers() - 1) {
                return; // nobody reads what a prompt's last layer gives
            }
            attend(n, caches, l, positions, seen);
            add(w.output(), attended, n, hidden);
            norm(n, w.postNorm());
            clear(gateUp, n);
            add(w.gateUp(), normed, n, gateUp);
            for (int r = 0; r < n; r++) {
                Loops.swiGlu(gateUp[r], config.intermediateSize(), gated[r]);
            }
            add(w.down(), gated, n, hidden);
        }
        norm(n, weights.norm());
        clear(logits, n);
        add(weights.head(), normed, n, logits);
    }

    /** Those of the first positions, each computed once. */
    private void makeAngles(int positions) {
        int known = cos.length;
        if (positions <= known) {
            return;
        }
        int n = Math.max(positions, 2 * known);
        cos = Arrays.copyOf(cos, n);
        sin = Arrays.copyOf(sin, n);
        for (int p = known; p < n; p++) {
            cos[p] = new float[frequencies.length];
            sin[p] = new float[frequencies.length];
            for (int i = 0; i < frequencies.length; i++) {
                float angle = p * frequencies[i];
                cos[p][i] = (float) Math.cos(angle);
                sin[p][i] = (float) Math.sin(angle);
            }
        }
    }

    /** {@code y += x W}, and what an adapter adds. */
    private void add(ArrayWeights.Linear linear, float[][] x, int n, float[][] y) {
        linear.weight().addProduct(x, n, linear.in(), linear.out(), y, team);
        ArrayWeights.LowRank adapter = linear.adapter();
        if (adapter != null) {
            if (low.length == 0 || low[0].length < adapter.rank()) {
                low = rows(rows(), adapter.rank());
            }
            clear(low, n);
            adapter.a().addProduct(x, n, linear.in(), adapter.rank(), low, team);
            adapter.b().addProduct(low, n, adapter.rank(), linear.out(), y, team);
        }
    }

    private void attend(int n, KeyValueCache[] caches, int layer, int[] positions, long seen) {
        int heads = config.kvHeads();
        team.each(
                n * heads,
                2 * queries * seen,
                (thread, i) -> {
                    int r = i / heads;
                    attention[thread].attend(
                            qkv[r], caches[r], layer, i % heads, positions[r] + 1, attended[r]);
                });
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
}
