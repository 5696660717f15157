package org.tina.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tina.data.Names;

/**
 * One line of the benchmark: work that both sides do in turn.
 *
 * @param model null for the verifier
 * @param prompts of {@code promptTokens} tokens, each with {@code completions} completions of
 *     {@code newTokens} tokens
 * @param turns how often each side runs it, after a warm-up
 * @param seconds that it takes with the peer on two cores, for the time left
 */
public record Item(
        String name,
        Kind kind,
        RandomModel model,
        int prompts,
        int completions,
        int promptTokens,
        int newTokens,
        int turns,
        int seconds) {

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

    /** Everything, in the order of running. */
    public static List<Item> all() {
        RandomModel mini = RandomModel.MINI;
        RandomModel small = RandomModel.SMALL;
        List<Item> items = new ArrayList<>();
        items.add(new Item("grpo-mini", Kind.GRPO, mini, 4, 8, 32, 64, 9, 40));
        items.add(new Item("grpo-small", Kind.GRPO, small, 4, 8, 32, 64, 5, 280));
        for (int batch : new int[] {8, 32, 128}) {
            items.add(generate("generate-mini-" + batch, mini, batch, 9, 20));
        }
        for (int batch : new int[] {8, 32, 128}) {
            items.add(generate("generate-small-" + batch, small, batch, 5, 90));
        }
        for (int batch : new int[] {1, 4, 16}) {
            String name = "generate-small-bf16-" + batch;
            items.add(generate(name, small.inHalfPrecision(), batch, 5, 30));
        }
        for (int batch : new int[] {1, 4, 16}) {
            String name = "generate-0.5B-" + batch;
            items.add(generate(name, RandomModel.HALF_BILLION, batch, 5, 120));
        }
        items.add(
                new Item(
                        "group-0.5B",
                        Kind.GENERATE,
                        RandomModel.HALF_BILLION,
                        1,
                        8,
                        512,
                        1,
                        5,
                        160));
        for (int length : new int[] {256, 512, 1024}) {
            int expected = length / 3;
            items.add(
                    new Item(
                            "long-mini-" + length, Kind.GRPO, mini, 4, 8, 32, length, 3, expected));
        }
        for (int length : new int[] {256, 1024}) {
            items.add(
                    new Item(
                            "long-small-" + length, Kind.GRPO, small, 1, 8, 32, length, 3, length));
        }
        items.add(ragged("ragged-mini", mini, 60));
        items.add(ragged("ragged-small", small, 250));
        items.add(new Item("load-1.5B", Kind.LOAD, RandomModel.PAPER, 1, 1, 32, 1, 3, 120));
        items.add(new Item("verify", Kind.VERIFY, null, 0, 0, 0, 0, 5, 30));
        return items;
    }

    /** A few that take two minutes together. */
    public static List<Item> quick() {
        return List.of(named("grpo-mini"), named("generate-mini-32"), named("verify")).stream()
                .map(item -> item.withTurns(3))
                .toList();
    }

    private static Item generate(
            String name, RandomModel model, int batch, int turns, int seconds) {
        return new Item(name, Kind.GENERATE, model, batch, 1, 32, 64, turns, seconds);
    }

    /** Most rows end early: after 64 tokens in the mean, 1,024 at most. */
    private static Item ragged(String name, RandomModel model, int seconds) {
        return new Item(name, Kind.GENERATE, model.stoppingEvery(64), 32, 1, 32, 1024, 5, seconds);
    }

    private static Item named(String name) {
        return matching(name).get(0);
    }

    /**
     * Items by name or by the beginning of their names, such as {@code grpo}.
     *
     * @throws IllegalArgumentException if there is none, naming those there are
     */
    public static List<Item> matching(String name) {
        List<Item> all = all();
        List<Item> exact = all.stream().filter(item -> item.name.equals(name)).toList();
        List<Item> found =
                exact.isEmpty()
                        ? all.stream().filter(item -> item.name.startsWith(name + "-")).toList()
                        : exact;
        if (found.isEmpty()) {
            throw Names.unknown("item", name, all.stream().map(Item::name).toList());
        }
        return found;
    }

    public Item withTurns(int turns) {
        return new Item(
                name, kind, model, prompts, completions, promptTokens, newTokens, turns, seconds);
    }

    int rows() {
        return prompts * completions;
    }

    // ---------------------------------------------------------------- what the machine must do

    /**
     * Operations of the products with the model's weights and with the adapter: 2 a weight and
     * token forward, 2 more backward. Attention and all else comes on top.
     */
    double operations() {
        double layers = model.layerWeights();
        double head = model.headWeights();
        double read = (double) prompts * promptTokens; // once a group
        double made = (double) rows() * newTokens;
        double forward = 2 * (layers * (read + made) + head * made);
        if (kind != Kind.GRPO) {
            return forward;
        }
        int rollout = 1;
        int reference = 1;
        int learning = 2; // forward and backward, where the weights themselves have no gradient
        return (rollout + reference + learning) * forward + 6 * adapterWeights() * (read + made);
    }

    private double adapterWeights() {
        var c = model.config();
        long attended = (long) c.heads() * c.headDim();
        long kv = (long) c.kvHeads() * c.headDim();
        long sides = 7L * c.hiddenSize() + 2 * attended + 2 * kv + 3L * c.intermediateSize();
        return (double) c.layers() * Worker.RANK * sides;
    }

    /** Bytes of weights that must come from memory: all of them for each token that is decoded. */
    double bytes() {
        double weights = (double) model.layerWeights() + model.headWeights();
        return weights * model.bytesPerWeight() * newTokens;
    }

    /** Whether the amount of work is the same in each turn, so that a limit can be told. */
    boolean hasLimit() {
        return model != null && model.stopEvery() == 0;
    }

    /** A time as people compare it: seconds a step, tokens or pairs a second. */
    String show(double seconds, int pairs) {
        return switch (kind) {
            case GRPO, LOAD -> String.format(Locale.ROOT, "%.3g s", seconds);
            case GENERATE ->
                    newTokens == 1 || model.stopEvery() > 0
                            ? String.format(Locale.ROOT, "%.3g s", seconds)
                            : String.format(
                                    Locale.ROOT, "%,.0f tok/s", rows() * newTokens / seconds);
            case VERIFY -> String.format(Locale.ROOT, "%,.0f pairs/s", pairs / seconds);
        };
    }
}
