package org.tina.grpo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.function.BiFunction;
import org.tina.model.Policy;
import org.tina.model.Policy.Gradient;
import org.tina.model.Workers;

/**
 * Adds the gradients of many micro-batches, several at a time, in their order, so that the sum does
 * not depend on which thread is faster and no more than a few gradients exist at once.
 */
public final class GradientSum {

    private GradientSum() {}

    /**
     * Computes each input's gradient and adds them up.
     *
     * @param inputs at least one
     * @param work gives an input's gradient, owned by the manager it is handed
     * @return the sum; its {@code theta} is owned by {@code out}
     */
    public static <I> Gradient over(
            Policy policy, NDManager out, List<I> inputs, BiFunction<NDManager, I, Gradient> work) {
        NDArray theta = null;
        double[] s = new double[6];
        int atOnce = policy.model().groupsAtOnce();
        for (int i = 0; i < inputs.size(); i += atOnce) {
            List<I> few = inputs.subList(i, Math.min(i + atOnce, inputs.size()));
            try (NDManager scratch = out.newSubManager()) {
                for (Gradient g : Workers.map(atOnce, few, input -> work.apply(scratch, input))) {
                    if (theta == null) {
                        theta = g.theta();
                        theta.attach(out);
                    } else {
                        policy.model().program().call(scratch, "add", theta, g.theta());
                    }
                    double[] parts = {
                        g.loss(),
                        g.weightedLogProb(),
                        g.entropy(),
                        g.kl(),
                        g.clippedLow(),
                        g.clippedHigh()
                    };
                    for (int k = 0; k < s.length; k++) {
                        s[k] += parts[k];
                    }
                }
            }
        }
        return new Gradient(theta, s[0], s[1], s[2], s[3], s[4], s[5]);
    }
}
