package org.tina.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tina.data.Names;
import org.tina.model.ModelConfig;

/**
 * One line of the benchmark: work that both sides do in turn.
 *
 * @param model null for the verifier
 * @param shape null for the verifier
 * @param turns how often each side runs it, after a warm-up
 * @param seconds that all of it takes with the peer on two cores, for the time left
 */
public record Item(String name, Kind kind, RandomModel model, Shape shape, int turns, int seconds) {

    /** What is done, and so what is measured. */
    public enum Kind {
        /** A GRPO step of an adapter: rollout, reference, gradient, update. */
        GRPO,
        /** Sampled completions. */
        GENERATE,
        /** A model directory's way to its first token, in a fresh process each time. */
        LOAD,
        /** Pairs of answers judged. */
        VERIFY
    }

    /**
     * How much of it.
     *
     * @param completions of each prompt
     * @param newTokens of each completion; the most where they end by themselves
     */
    public record Shape(int prompts, int completions, int promptTokens, int newTokens) {
        int rows() {
            return prompts * completions;
        }
    }

    /** Everything, in the order of running. */
    public static List<Item> all() {
        RandomModel mini = RandomModel.MINI;
        RandomModel small = RandomModel.SMALL;
        RandomModel half = RandomModel.HALF_BILLION;
        List<Item> items = new ArrayList<>();
        items.add(new Item("grpo-mini", Kind.GRPO, mini, new Shape(4, 8, 32, 64), 7, 80));
        items.add(new Item("grpo-small", Kind.GRPO, small, new Shape(4, 8, 32, 64), 3, 180));
        for (int batch : new int[] {8, 32, 128}) {
            items.add(generate("generate-mini-", mini, batch, 7, 30));
        }
        for (int batch : new int[] {8, 32, 128}) {
            items.add(generate("generate-small-", small, batch, 3, 70));
        }
        for (int batch : new int[] {1, 4, 16}) {
            items.add(generate("generate-small-bf16-", small.inHalfPrecision(), batch, 5, 30));
        }
        for (int batch : new int[] {1, 4, 16}) {
            items.add(generate("generate-0.5B-", half, batch, 3, 60));
        }
        Shape group = new Shape(1, 8, 512, 1);
        items.add(new Item("group-0.5B", Kind.GENERATE, half, group, 3, 100));
        for (int length : new int[] {256, 512, 1024}) {
            Shape shape = new Shape(4, 8, 32, length);
            items.add(new Item("long-mini-" + length, Kind.GRPO, mini, shape, 2, length / 5));
        }
        for (int length : new int[] {256, 1024}) {
            Shape shape = new Shape(1, 8, 32, length);
            items.add(new Item("long-small-" + length, Kind.GRPO, small, shape, 1, length / 3));
        }
        Shape ragged = new Shape(32, 1, 32, 1024); // 64 tokens in the mean
        items.add(new Item("ragged-mini", Kind.GENERATE, mini.stopping(64), ragged, 3, 30));
        items.add(new Item("ragged-small", Kind.GENERATE, small.stopping(64), ragged, 3, 120));
        Shape first = new Shape(1, 1, 32, 1);
        items.add(new Item("load-1.5B", Kind.LOAD, RandomModel.PAPER, first, 3, 100));
        items.add(new Item("verify", Kind.VERIFY, null, null, 5, 60));
        return items;
    }

    private static Item generate(
            String name, RandomModel model, int batch, int turns, int seconds) {
        Shape shape = new Shape(batch, 1, 32, 64);
        return new Item(name + batch, Kind.GENERATE, model, shape, turns, seconds);
    }

    /** A few that take two minutes together. */
    public static List<Item> quick() {
        return List.of("grpo-mini", "generate-mini-32", "verify").stream()
                .map(name -> matching(name).get(0).withTurns(3))
                .toList();
    }

    /**
     * The item of this name, else those whose names begin so, such as {@code grpo}.
     *
     * @throws IllegalArgumentException if there is none, naming those there are
     */
    public static List<Item> matching(String name) {
        List<Item> all = all();
        List<Item> found = all.stream().filter(item -> item.name.equals(name)).toList();
        if (found.isEmpty()) {
            found = all.stream().filter(item -> item.name.startsWith(name + "-")).toList();
        }
        if (found.isEmpty()) {
            throw Names.unknown("item", name, all.stream().map(Item::name).toList());
        }
        return found;
    }

    /**
     * How often a turn does it: what takes a fraction of a second is done a few times, as in
     * training, where no process has just been woken.
     */
    int repeats() {
        return model == RandomModel.MINI && shape.newTokens <= 64 ? 5 : 1;
    }

    public Item withTurns(int turns) {
        return new Item(name, kind, model, shape, turns, seconds);
    }

    // ---------------------------------------------------------------- what the machine must do

    /** Whether the amount of work is known, so that a limit can be told. */
    boolean hasLimit() {
        return model != null && model.stopEvery() == 0;
    }

    /**
     * Operations of the products with the model's weights and with the adapter: 2 a weight and
     * token forward, 2 more backward. Attention and all else comes on top.
     */
    double operations() {
        double read = (double) shape.prompts * shape.promptTokens; // a prompt once a group
        double made = (double) shape.rows() * shape.newTokens;
        double forward = 2 * (model.layerWeights() * (read + made) + model.headWeights() * made);
        // a step: rollout, reference, forward and backward; frozen weights have no gradient
        return kind == Kind.GRPO ? 4 * forward + 6 * adapterWeights() * (read + made) : forward;
    }

    private double adapterWeights() {
        ModelConfig c = model.config();
        long attended = (long) c.heads() * c.headDim();
        long kv = (long) c.kvHeads() * c.headDim();
        long sides = 7L * c.hiddenSize() + 2 * attended + 2 * kv + 3L * c.intermediateSize();
        return (double) c.layers() * Worker.RANK * sides;
    }

    /** Bytes of weights that must come from memory: all of them for each token that is decoded. */
    double bytes() {
        double weights = (double) model.layerWeights() + model.headWeights();
        return weights * model.bytesPerWeight() * shape.newTokens;
    }

    /**
     * A time as people compare it: seconds, or what is done a second.
     *
     * @param pairs judged in that time, for the verifier
     */
    String show(double seconds, int pairs) {
        if (kind == Kind.VERIFY) {
            return String.format(Locale.ROOT, "%,.0f pairs/s", pairs / seconds);
        }
        boolean rate = kind == Kind.GENERATE && shape.newTokens > 1 && hasLimit();
        return rate
                ? String.format(
                        Locale.ROOT, "%,.0f tok/s", shape.rows() * shape.newTokens / seconds)
                : String.format(Locale.ROOT, "%.3g s", seconds);
    }
}
