package org.tina.lora;

import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.tina.model.ModelConfig;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * The shape of a LoRA adapter: {@code y = W x + s B A dropout(x)} with A {@code [rank, in]}, B
 * {@code [out, rank]} (Hu et al. 2021, section 4.1).
 *
 * @param rank at least 1
 * @param alpha above 0; the scale s is alpha / rank, or alpha / √rank with rsLoRA
 * @param dropout in [0, 1); dropped places are drawn with replacement at exactly this rate, and
 *     modules that read the same input (q, k and v; gate and up) share them
 * @param targets the linear layers that get an adapter, at least one
 * @param rsLora rank-stabilised scaling (Kalajdzievski 2023)
 */
public record LoraConfig(
        int rank, double alpha, double dropout, Set<LoraTarget> targets, boolean rsLora) {

    public LoraConfig {
        require(rank >= 1, "lora_r", rank, "at least 1");
        require(alpha > 0 && Double.isFinite(alpha), "lora_alpha", alpha, "above 0");
        require(dropout >= 0 && dropout < 1, "lora_dropout", dropout, "in [0, 1)");
        require(
                !targets.isEmpty(),
                "lora_target_modules",
                targets,
                "at least one of " + LoraTarget.names());
        targets = EnumSet.copyOf(targets);
    }

    /**
     * Tina's adapter: rank 32, alpha 128, dropout 0.05, on all seven projections (the paper's
     * section 3).
     */
    public static LoraConfig tina() {
        return new LoraConfig(32, 128, 0.05, EnumSet.allOf(LoraTarget.class), false);
    }

    /** The factor s before B A. */
    public double scale() {
        return rsLora ? alpha / Math.sqrt(rank) : alpha / rank;
    }

    /** The number of values in all its matrices A and B on a model of this shape. */
    public long parameters(ModelConfig model) {
        return targets.stream().mapToLong(target -> parameters(target, model)).sum()
                * model.layers();
    }

    private long parameters(LoraTarget target, ModelConfig model) {
        return (long) rank * (target.in(model) + target.out(model));
    }

    /**
     * What the adapter touches in a model of this shape, for a notebook: a row for each target,
     * with the shapes of the frozen W and of A and B in one layer, and the parameters of A and B in
     * all layers.
     */
    public Table table(ModelConfig model) {
        StringColumn module = StringColumn.create("module");
        StringColumn frozen = StringColumn.create("W");
        StringColumn a = StringColumn.create("A");
        StringColumn b = StringColumn.create("B");
        IntColumn layers = IntColumn.create("layers");
        LongColumn parameters = LongColumn.create("parameters");
        for (LoraTarget target : targets) {
            int in = target.in(model);
            int out = target.out(model);
            module.append(target.path());
            frozen.append(out + " × " + in);
            a.append(rank + " × " + in);
            b.append(out + " × " + rank);
            layers.append(model.layers());
            parameters.append(parameters(target, model) * model.layers());
        }
        return Table.create("LoRA, rank " + rank, module, frozen, a, b, layers, parameters);
    }

    public LoraConfig withRank(int rank) {
        return new LoraConfig(rank, alpha, dropout, targets, rsLora);
    }

    public LoraConfig withAlpha(double alpha) {
        return new LoraConfig(rank, alpha, dropout, targets, rsLora);
    }

    public LoraConfig withDropout(double dropout) {
        return new LoraConfig(rank, alpha, dropout, targets, rsLora);
    }

    public LoraConfig withRsLora(boolean rsLora) {
        return new LoraConfig(rank, alpha, dropout, targets, rsLora);
    }

    /**
     * Targets by name, such as {@code "q_proj", "v_proj"}, or {@code "all-linear"} for all seven.
     */
    public LoraConfig withTargets(String... names) {
        return withTargets(List.of(names));
    }

    /** Targets by name, such as {@code q_proj}, or {@code all-linear} for all seven. */
    public LoraConfig withTargets(Collection<String> names) {
        EnumSet<LoraTarget> targets = EnumSet.noneOf(LoraTarget.class);
        names.forEach(name -> targets.addAll(LoraTarget.named(name)));
        return new LoraConfig(rank, alpha, dropout, targets, rsLora);
    }

    private static void require(boolean holds, String key, Object value, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException(key + " is " + value + ", must be " + allowed);
        }
    }
}
