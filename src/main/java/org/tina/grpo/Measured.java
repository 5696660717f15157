package org.tina.grpo;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tina.generate.Completion;
import org.tina.model.Policy.Gradient;
import org.tina.reward.WeightedReward;

/**
 * What a step produced, as TRL's metrics.
 *
 * @param completions of the step, all groups
 * @param scores {@code [rewards][completions]}, NaN for no value
 * @param totals {@code [groups][completions]}
 * @param gradient of the last update; sums over {@code learned} tokens; null if nothing could be
 *     learned
 */
record Measured(
        List<WeightedReward> rewards,
        List<Completion> completions,
        double[][] scores,
        double[][] totals,
        Gradient gradient,
        long learned,
        double gradNorm,
        double learningRate) {

    StepMetrics metrics(int step, double epoch, long tokensSeen, double seconds) {
        Map<String, Double> out = new LinkedHashMap<>();
        out.put(
                "reward",
                Arrays.stream(totals).flatMapToDouble(Arrays::stream).average().orElse(Double.NaN));
        out.put(
                "reward_std",
                Arrays.stream(totals).mapToDouble(Advantages::std).average().orElse(Double.NaN));
        out.put("frac_reward_zero_std", share(totals));
        for (int r = 0; r < rewards.size(); r++) {
            double[] values = Arrays.stream(scores[r]).filter(v -> !Double.isNaN(v)).toArray();
            out.put("rewards/" + rewards.get(r).name() + "/mean", Advantages.mean(values));
            out.put("rewards/" + rewards.get(r).name() + "/std", Advantages.std(values));
        }
        int[] all = completions.stream().mapToInt(Completion::length).toArray();
        int[] ended =
                completions.stream()
                        .filter(Completion::finished)
                        .mapToInt(Completion::length)
                        .toArray();
        lengths(out, "completions/%s_length", all);
        lengths(out, "completions/%s_terminated_length", ended);
        out.put("completions/clipped_ratio", 1 - (double) ended.length / all.length);
        Gradient g = gradient == null ? new Gradient(null, 0, 0, 0, 0, 0, 0) : gradient;
        double tokens = Math.max(1, learned);
        out.put("loss", g.loss());
        out.put("kl", g.kl() / tokens);
        out.put("entropy", g.entropy() / tokens);
        out.put("clip_ratio/low_mean", g.clippedLow() / tokens);
        out.put("clip_ratio/high_mean", g.clippedHigh() / tokens);
        out.put("clip_ratio/region_mean", (g.clippedLow() + g.clippedHigh()) / tokens);
        out.put("grad_norm", gradNorm);
        out.put("learning_rate", learningRate);
        out.put("num_tokens", (double) tokensSeen);
        out.put("epoch", epoch);
        out.put("step_time", seconds);
        return new StepMetrics(step, out);
    }

    /** Groups whose completions all have the same reward, from which an advantage can't be made. */
    private static double share(double[][] totals) {
        return (double) Arrays.stream(totals).filter(g -> Advantages.std(g) < 1e-8).count()
                / totals.length;
    }

    private static void lengths(Map<String, Double> out, String name, int[] lengths) {
        out.put(name.formatted("mean"), Arrays.stream(lengths).average().orElse(Double.NaN));
        out.put(
                name.formatted("min"),
                Arrays.stream(lengths).asDoubleStream().min().orElse(Double.NaN));
        out.put(
                name.formatted("max"),
                Arrays.stream(lengths).asDoubleStream().max().orElse(Double.NaN));
    }
}
