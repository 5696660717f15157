package org.tina.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * A model with one flat float32 vector of trainable parameters, so that an optimizer step, a
 * checkpoint or an average over machines is one operation on one array. {@link #frozen} has none,
 * {@link #full} has all of the model's, {@code LoraAdapter} those of its low-rank matrices.
 *
 * <p>Holds native memory: close it, before its model.
 */
public class Policy implements AutoCloseable {

    /** What the tensor program should read theta as. */
    protected enum Kind {
        FROZEN,
        LORA,
        FULL
    }

    /**
     * The objective of {@link #gradient}: per token {@code -min(ρA, clip(ρ, 1-epsilonLow,
     * 1+epsilonHigh)A) + beta·KL}, with log-probabilities at the given temperature.
     *
     * @param temperature above 0
     * @param delta an upper bound of the unclipped ratio, 0 for none
     * @param beta weight of the KL penalty, 0 for none
     */
    public record Objective(
            double temperature, double epsilonLow, double epsilonHigh, double delta, double beta) {}

    /**
     * What one group adds to the loss.
     *
     * @param theta the gradient, as long as the policy's vector, owned by the caller
     * @param loss sum over tokens of weight × loss
     * @param weightedLogProb sum over tokens of weight × the target's log-probability
     * @param entropy sum over tokens, in nats
     * @param kl sum over tokens of the estimated KL to the reference, 0 when beta is 0
     * @param clippedLow tokens with negative advantage whose ratio lies under the range
     * @param clippedHigh tokens with positive advantage whose ratio lies above it
     */
    public record Gradient(
            NDArray theta,
            double loss,
            double weightedLogProb,
            double entropy,
            double kl,
            double clippedLow,
            double clippedHigh) {}

    /**
     * How a policy sees a group's completion tokens.
     *
     * @param logProbs {@code [M]}, of each token
     * @param entropies {@code [M]}, in nats, of the distribution that each token was drawn from
     */
    public record Scores(float[] logProbs, float[] entropies) {}

    private static final float[] NOTHING = {};

    private final CausalLM model;
    private final NDManager manager;
    private final Kind kind;
    private final int rank;
    private final long[] pieces;
    private final double scale;
    private final double dropout;
    private NDArray theta;
    private NDList merged;

    /**
     * @param pieces sizes of one layer's pieces of theta, in the tensor program's order
     * @param theta the starting values; every layer's pieces, then those of the top
     */
    protected Policy(
            CausalLM model,
            Kind kind,
            int rank,
            long[] pieces,
            double scale,
            double dropout,
            float[] theta) {
        this.model = model;
        this.kind = kind;
        this.rank = rank;
        this.pieces = pieces;
        this.scale = scale;
        this.dropout = dropout;
        this.manager = model.manager().newSubManager();
        if (theta == null) {
            this.theta = model.program().call(manager, "flatten").get(0);
        } else {
            setParameters(theta);
        }
    }

    /** The model as it is, nothing to train. */
    public static Policy frozen(CausalLM model) {
        return new Policy(model, Kind.FROZEN, 1, new long[0], 0, 0, NOTHING);
    }

    /**
     * The model with every parameter trainable, in float32, beside the loaded weights, which stay
     * as the reference.
     */
    public static Policy full(CausalLM model) {
        ModelConfig c = model.config();
        long hidden = c.hiddenSize();
        long qkv = (long) (c.heads() + 2 * c.kvHeads()) * c.headDim();
        long attended = (long) c.heads() * c.headDim();
        long inner = c.intermediateSize();
        long[] pieces = {
            hidden, qkv * hidden, qkv, hidden * attended, hidden, 2 * inner * hidden, hidden * inner
        };
        return new Policy(model, Kind.FULL, 1, pieces, 0, 0, null);
    }

    public CausalLM model() {
        return model;
    }

    /**
     * The model without this policy's training, which GRPO takes as its reference. Close it too.
     */
    public Policy reference() {
        return frozen(model);
    }

    /** The number of trainable parameters. */
    public long size() {
        return theta.size();
    }

    /** A manager for tensors that live beside this policy; close it before the policy. */
    public NDManager newManager() {
        return manager.newSubManager();
    }

    /**
     * The weight decay of each parameter, or one value for all: matrices decay, norms and biases do
     * not, as in transformers' trainer.
     */
    public float[] decay(float weightDecay) {
        if (kind != Kind.FULL || weightDecay == 0) {
            return new float[] {weightDecay};
        }
        float[] out = new float[Math.toIntExact(size())];
        Arrays.fill(out, weightDecay);
        int at = 0;
        for (int layer = 0; layer < model.config().layers(); layer++) {
            for (int i = 0; i < pieces.length; i++) {
                if (i == 0 || i == 2 || i == 4) { // input norm, qkv bias, post norm
                    Arrays.fill(out, at, at + (int) pieces[i], 0);
                }
                at += (int) pieces[i];
            }
        }
        int norm = at + model.config().vocabSize() * model.config().hiddenSize();
        Arrays.fill(out, norm, norm + model.config().hiddenSize(), 0);
        return out;
    }

    /** A copy of the trainable parameters. */
    public float[] parameters() {
        try (NDManager scratch = manager.newSubManager()) {
            return model.program().call(scratch, "give", theta).get(0).toFloatArray();
        }
    }

    /**
     * Replaces the trainable parameters; the vector must have the length of {@link #parameters}.
     */
    public void setParameters(float[] values) {
        if (theta != null && values.length != theta.size()) {
            throw new IllegalArgumentException(
                    "the policy has " + theta.size() + " parameters, not " + values.length);
        }
        try (NDManager scratch = manager.newSubManager()) {
            NDArray array = scratch.create(values, new Shape(values.length));
            NDArray old = theta;
            theta = model.program().call(manager, "take", array).get(0);
            if (old != null) {
                old.close();
            }
        }
        changed();
    }

    /**
     * The live vector, for an optimizer that updates it in place and then calls {@link #changed}.
     */
    public NDArray theta() {
        return theta;
    }

    /** Tells the policy that its vector was updated in place: what was merged from it is stale. */
    public void changed() {
        if (merged != null) {
            merged.close();
            merged = null;
        }
    }

    /**
     * Log-probabilities of a group's completion tokens.
     *
     * @param temperature divides the logits, above 0
     * @return {@code [M]}
     */
    public float[] logProbs(Group group, double temperature) {
        return ofTargets("log_probs", group, temperature);
    }

    /**
     * Log-probabilities and entropies of a group's completion tokens, in one forward pass.
     *
     * @param temperature divides the logits, above 0
     */
    public Scores scores(Group group, double temperature) {
        float[] both = ofTargets("scores", group, temperature);
        int m = both.length / 2;
        return new Scores(Arrays.copyOf(both, m), Arrays.copyOfRange(both, m, 2 * m));
    }

    private float[] ofTargets(String method, Group group, double temperature) {
        long[] shape = {group.promptLength(), group.completionLength(), model.chunk()};
        try (NDManager scratch = manager.newSubManager()) {
            return model.program()
                    .call(
                            scratch,
                            method,
                            theta,
                            plan(0),
                            scales(),
                            shape,
                            group.tokens(),
                            group.rows(),
                            group.targets(),
                            temperature)
                    .get(0)
                    .toFloatArray();
        }
    }

    /** Logits {@code [length][vocabulary]} after each token of a text. */
    public float[][] logits(int[] tokens) {
        long[] ids = Arrays.stream(tokens).asLongStream().toArray();
        long[] rows = LongStream.range(0, ids.length).toArray();
        try (NDManager scratch = manager.newSubManager()) {
            NDArray logits =
                    model.program()
                            .call(
                                    scratch,
                                    "logits",
                                    theta,
                                    plan(0),
                                    scales(),
                                    new long[] {ids.length, 0},
                                    ids,
                                    rows)
                            .get(0);
            float[] flat = logits.toFloatArray();
            int vocabulary = flat.length / ids.length;
            float[][] out = new float[ids.length][];
            for (int i = 0; i < out.length; i++) {
                out[i] = Arrays.copyOfRange(flat, i * vocabulary, (i + 1) * vocabulary);
            }
            return out;
        }
    }

    /**
     * The gradient of {@code Σ weight · loss} over a group's completion tokens.
     *
     * @param out owns the gradient
     * @param advantages, weights {@code [M]}
     * @param reference log-probabilities of the reference, {@code [M]}, or empty when beta is 0
     * @param old log-probabilities of the policy that sampled, {@code [M]}, or empty when it is
     *     this one
     * @param seed of the adapter's dropout
     * @param checkpointing keep only each layer's input and compute the layer again in the backward
     *     pass
     */
    public Gradient gradient(
            NDManager out,
            Group group,
            float[] advantages,
            float[] weights,
            float[] reference,
            float[] old,
            Objective objective,
            int seed,
            boolean checkpointing) {
        long[] shape = {
            group.promptLength(), group.completionLength(), model.chunk(), checkpointing ? 1 : 0
        };
        double[] o = {
            objective.temperature,
            objective.epsilonLow,
            objective.epsilonHigh,
            objective.delta,
            objective.beta
        };
        NDList result =
                model.program()
                        .call(
                                out,
                                "gradient",
                                theta,
                                plan(seed),
                                scales(),
                                shape,
                                group.tokens(),
                                group.rows(),
                                group.targets(),
                                advantages,
                                weights,
                                reference,
                                old,
                                o);
        try (NDArray statistics = result.get(1)) {
            float[] s = statistics.toFloatArray();
            return new Gradient(result.get(0), s[0], s[1], s[2], s[3], s[4], s[5]);
        }
    }

    /**
     * The arguments with which decoding runs this policy: theta, plan, scale and the list of
     * weights.
     */
    public Object[] decodingArguments() {
        long[] plan = adapterIsBeside() ? plan(0) : new long[] {Kind.FROZEN.ordinal(), 1, 0};
        if (decodesWithModelsWeights()) {
            return new Object[] {theta, plan, scales(), model.decodingWeights()};
        }
        if (merged == null) {
            merged = model.packed(mergedWeights(), manager);
        }
        return new Object[] {theta, plan, scales(), merged};
    }

    /**
     * Whether decoding runs on the model's own weights, with an adapter beside them or none, and
     * not on {@link #mergedWeights}.
     */
    public boolean decodesWithModelsWeights() {
        return kind == Kind.FROZEN || adapterIsBeside();
    }

    /**
     * A float32 policy decodes with its adapter merged into copies of the weights that it touches
     * (the model's own stay untouched, so nothing drifts); a half-precision one keeps the adapter
     * beside the weights, as rounding W + BA would lose what little the adapter has learned.
     */
    private boolean adapterIsBeside() {
        return kind == Kind.LORA && model.halfPrecision();
    }

    /**
     * The adapter that decoding keeps beside the weights, empty where there is none: for q, k and v
     * together, the output, gate and up together, and down of each layer a float32 A {@code [rank,
     * in]}, scaled by alpha / r, and B {@code [out, rank]}. The caller closes them.
     */
    public NDList adapterBeside() {
        return adapterIsBeside()
                ? model.program().call(manager, "low_ranks", theta, plan(0), scales())
                : new NDList();
    }

    /**
     * The policy's weights with the adapter folded in, as the tensor program's merge lists them;
     * the caller closes them.
     */
    public NDList mergedWeights() {
        return model.program().call(manager, "merge", theta, plan(0), scales());
    }

    private long[] plan(int seed) {
        long[] plan = new long[3 + pieces.length];
        plan[0] = kind.ordinal();
        plan[1] = rank;
        plan[2] = seed;
        System.arraycopy(pieces, 0, plan, 3, pieces.length);
        return plan;
    }

    private double[] scales() {
        return new double[] {scale, dropout};
    }

    @Override
    public void close() {
        manager.close();
    }
}
