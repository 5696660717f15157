package org.tina.grpo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.tina.model.Policy;

/**
 * AdamW over a policy's flat vector, with gradient clipping (Loshchilov and Hutter 2019, algorithm
 * 2; torch's defaults are beta1 0.9, beta2 0.999, eps 1e-8). Weight decay applies to matrices, not
 * to norms and biases.
 *
 * <p>Holds native memory, two vectors of the policy's length.
 */
public final class AdamW implements AutoCloseable {

    /**
     * @param beta1 in [0, 1), decay of the gradient's mean
     * @param beta2 in [0, 1), decay of its square
     * @param eps above 0
     * @param weightDecay at least 0
     * @param maxGradNorm the gradient is scaled down to this norm; 0 leaves it
     */
    public record Settings(
            double beta1, double beta2, double eps, double weightDecay, double maxGradNorm) {

        public Settings {
            require(beta1 >= 0 && beta1 < 1, "adam_beta1", beta1, "in [0, 1)");
            require(beta2 >= 0 && beta2 < 1, "adam_beta2", beta2, "in [0, 1)");
            require(eps > 0, "adam_epsilon", eps, "above 0");
            require(weightDecay >= 0, "weight_decay", weightDecay, "at least 0");
            require(maxGradNorm >= 0, "max_grad_norm", maxGradNorm, "at least 0");
        }

        /** torch's defaults without weight decay, clipping at 1. */
        public static Settings defaults() {
            return new Settings(0.9, 0.999, 1e-8, 0, 1);
        }

        private static void require(boolean holds, String key, double value, String allowed) {
            if (!holds) {
                throw new IllegalArgumentException(key + " is " + value + ", must be " + allowed);
            }
        }
    }

    private final Policy policy;
    private final Settings settings;
    private final NDManager manager;
    private NDArray mean;
    private NDArray square;
    private final NDArray decay;
    private int step;

    public AdamW(Policy policy, Settings settings) {
        this.policy = policy;
        this.settings = settings;
        manager = policy.newManager();
        var program = policy.model().program();
        mean = program.call(manager, "zeros", policy.theta()).get(0);
        square = program.call(manager, "zeros", policy.theta()).get(0);
        decay = manager.create(policy.decay((float) settings.weightDecay()));
    }

    /**
     * Updates the policy in place.
     *
     * @param gradient as long as the policy's vector; clipped in place
     * @return the gradient's norm before clipping; if it is not finite, nothing has changed
     */
    public double step(NDArray gradient, double learningRate) {
        double[] hyper = {
            step + 1,
            learningRate,
            settings.beta1,
            settings.beta2,
            settings.eps,
            settings.maxGradNorm
        };
        try (NDManager scratch = manager.newSubManager()) {
            NDArray norm =
                    policy.model()
                            .program()
                            .call(
                                    scratch,
                                    "adamw",
                                    policy.theta(),
                                    gradient,
                                    mean,
                                    square,
                                    decay,
                                    hyper)
                            .get(0);
            double value = norm.getFloat();
            if (Double.isFinite(value)) { // the program leaves everything as it was otherwise
                step++;
                policy.changed();
            }
            return value;
        }
    }

    /** Updates so far. */
    int steps() {
        return step;
    }

    /** A copy of the gradient's mean. */
    float[] mean() {
        return copy(mean);
    }

    /** A copy of its square's mean. */
    float[] square() {
        return copy(square);
    }

    private float[] copy(NDArray vector) {
        try (NDManager scratch = manager.newSubManager()) {
            return policy.model().program().call(scratch, "give", vector).get(0).toFloatArray();
        }
    }

    /** Goes on from an earlier optimizer's state; the vectors are as long as the policy's. */
    void restore(int steps, float[] mean, float[] square) {
        NDArray[] old = {this.mean, this.square};
        step = steps;
        this.mean = taken(mean);
        this.square = taken(square);
        for (NDArray vector : old) {
            vector.close();
        }
    }

    private NDArray taken(float[] values) {
        try (NDManager scratch = manager.newSubManager()) {
            NDArray array = scratch.create(values);
            return policy.model().program().call(manager, "take", array).get(0);
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
