package org.tina.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import org.tina.model.CausalLM;
import org.tina.model.TensorProgram;

/**
 * One decoding batch: rows of a key/value cache that share a clock (see the tensor program's {@code
 * sampling.py}). Between native calls of a few steps, finished rows leave, waiting groups enter,
 * and the cache is moved when the clock reaches its end or when many of its rows are dead.
 */
final class Batch {

    private static final int MOST_STEPS = 32;
    private static final double SECONDS_A_CALL = 0.4; // a native call cannot be interrupted
    private static final int FIRST_WIDTH = 128;
    private static final int PREFILL_TOKENS = 8192;

    /** A completion in the making. */
    static final class Row {
        private final int[] prompt;
        private final int promptIndex;
        private final int number;
        private final SplittableRandom random;
        private final List<Integer> tokens = new ArrayList<>();
        private final List<Float> logProbs = new ArrayList<>();
        private int start;
        private boolean finished;
        private Completion completion; // null until it is done

        Row(int[] prompt, int promptIndex, int number, long seed) {
            this.prompt = prompt;
            this.promptIndex = promptIndex;
            this.number = number;
            this.random =
                    new SplittableRandom((seed * 1_000_003 + promptIndex) * 1_000_003 + number);
        }

        private int last() {
            return tokens.isEmpty() ? prompt[prompt.length - 1] : tokens.get(tokens.size() - 1);
        }

        /**
         * Uniform in (0, 1), a multiple of 2^-23: the largest times a float sum stays below that
         * sum.
         */
        private float uniform() {
            return ((random.nextInt() >>> 10) + 0.5f) * 0x1p-22f;
        }

        /** The completion, once the batch has run. */
        Completion completion() {
            return completion;
        }

        private void complete(CausalLM model) {
            int[] ids = tokens.stream().mapToInt(Integer::intValue).toArray();
            float[] logs = new float[ids.length];
            for (int i = 0; i < logs.length; i++) {
                logs[i] = logProbs.get(i);
            }
            int[] visible = finished ? Arrays.copyOf(ids, ids.length - 1) : ids;
            completion =
                    new Completion(ids, logs, finished, model.tokenizer().decode(visible, true));
        }
    }

    private final CausalLM model;
    private final TensorProgram program;
    private final Object[] arguments;
    private final SamplingParams params;
    private final int tokensInFlight;
    private final Sampler.Listener listener;
    private final List<Integer> stopTokens;
    private final Deque<List<Row>> waiting = new ArrayDeque<>();

    private NDManager manager;
    private NDArray[] cache;
    private Row[] rows; // by cache row; null where the row is dead
    private int width;
    private int clock;
    private int leastClock;
    private int steps = 8;

    /**
     * @param arguments of the program's prefill and decode: theta, plan, scale, weights
     */
    Batch(
            CausalLM model,
            Object[] arguments,
            SamplingParams params,
            int tokensInFlight,
            Sampler.Listener listener) {
        this.model = model;
        this.program = model.program();
        this.arguments = arguments;
        this.params = params;
        this.tokensInFlight = tokensInFlight;
        this.listener = listener;
        this.stopTokens = model.stopTokens();
    }

    /** Rows of one prompt, prefilled together. */
    void add(List<Row> group) {
        waiting.add(group);
    }

    void run() {
        if (waiting.isEmpty()) {
            return;
        }
        int longestPrompt = waiting.stream().mapToInt(g -> g.get(0).prompt.length).max().getAsInt();
        int total = waiting.stream().mapToInt(List::size).sum();
        leastClock = longestPrompt - 1;
        clock = leastClock;
        int window = longestPrompt + Math.min(params.maxNewTokens(), model.config().maxPositions());
        int capacity = Math.max(1, Math.min(total, tokensInFlight / window));
        splitGroups(capacity);
        try (NDManager own = model.newManager()) {
            manager = own;
            width = leastClock + Math.min(FIRST_WIDTH, params.maxNewTokens() + MOST_STEPS);
            rows = new Row[capacity];
            cache = new NDArray[model.config().layers()];
            for (int l = 0; l < cache.length; l++) {
                cache[l] = program.call(own, "cache", (Object) new long[] {capacity, width}).get(0);
            }
            while (true) {
                if (Thread.interrupted()) {
                    throw new CancellationException("sampling was interrupted");
                }
                admit();
                if (live() == 0) {
                    return;
                }
                decode();
            }
        }
    }

    private void splitGroups(int capacity) {
        List<List<Row>> groups = new ArrayList<>(waiting);
        waiting.clear();
        for (List<Row> group : groups) {
            for (int i = 0; i < group.size(); i += capacity) {
                waiting.add(group.subList(i, Math.min(i + capacity, group.size())));
            }
        }
    }

    private int live() {
        int n = 0;
        for (Row row : rows) {
            n += row == null ? 0 : 1;
        }
        return n;
    }

    // ---------------------------------------------------------------- entering and leaving

    private void admit() {
        int free = rows.length - live();
        List<List<Row>> entering = new ArrayList<>();
        while (!waiting.isEmpty() && waiting.peek().size() <= free) {
            free -= waiting.peek().size();
            entering.add(waiting.poll());
        }
        if (entering.isEmpty()) {
            if (waiting.isEmpty() && free > rows.length / 4) {
                compact();
            }
            return;
        }
        // groups of one size are prefilled together, those of similar length next to each other
        TreeMap<Integer, List<List<Row>>> bySize = new TreeMap<>();
        entering.forEach(
                group -> bySize.computeIfAbsent(group.size(), k -> new ArrayList<>()).add(group));
        for (List<List<Row>> groups : bySize.values()) {
            groups.sort(Comparator.comparingInt(group -> group.get(0).prompt.length));
            int longest = groups.get(groups.size() - 1).get(0).prompt.length;
            int atOnce = Math.max(1, PREFILL_TOKENS / longest);
            for (int i = 0; i < groups.size(); i += atOnce) {
                prefill(groups.subList(i, Math.min(i + atOnce, groups.size())));
            }
        }
    }

    /** The prompts' tokens but the last, which decoding feeds. */
    private void prefill(List<List<Row>> groups) {
        int n = groups.size();
        int g = groups.get(0).size();
        int length = groups.get(n - 1).get(0).prompt.length - 1;
        long[] tokens = new long[n * length];
        long[] pad = new long[n];
        long[] slots = new long[n * g];
        int free = 0;
        for (int i = 0; i < n; i++) {
            int[] prompt = groups.get(i).get(0).prompt;
            pad[i] = length - (prompt.length - 1);
            for (int j = 0; j < prompt.length - 1; j++) {
                tokens[(int) (i * length + pad[i] + j)] = prompt[j];
            }
            for (int k = 0; k < g; k++) {
                while (rows[free] != null) {
                    free++;
                }
                Row row = groups.get(i).get(k);
                row.start = clock - (prompt.length - 1);
                rows[free] = row;
                slots[i * g + k] = free;
            }
        }
        if (length > 0) {
            try (NDManager scratch = manager.newSubManager()) {
                program.call(
                        scratch,
                        "prefill",
                        arguments[0],
                        arguments[1],
                        arguments[2],
                        arguments[3],
                        new NDList(cache),
                        scratch.create(tokens).reshape(n, length),
                        pad,
                        scratch.create(slots).reshape(n, g),
                        clock);
            }
        }
    }

    /** Drops dead rows from the cache. */
    private void compact() {
        Row[] kept = Arrays.stream(rows).filter(row -> row != null).toArray(Row[]::new);
        if (kept.length == 0) {
            return;
        }
        long[] from = new long[kept.length];
        int at = 0;
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] != null) {
                from[at++] = i;
            }
        }
        rows = kept;
        move(from, 0, width);
    }

    /** Makes room for more columns: forgets those that no row uses, or grows. */
    private void makeRoom(int columns) {
        if (clock + columns <= width) {
            return;
        }
        int first = clock;
        for (Row row : rows) {
            first = row == null ? first : Math.min(first, row.start);
        }
        int shift = Math.min(first, clock - leastClock);
        boolean shiftIsEnough = shift >= columns && shift >= width / 4;
        int wanted = shiftIsEnough ? width : Math.max(clock - shift + columns, 2 * width);
        // a row never needs more than its prompt and longest completion
        int most =
                leastClock
                        + params.maxNewTokens()
                        + Math.max(MOST_STEPS, params.maxNewTokens() / 4)
                        + 1;
        long[] all = new long[rows.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = rows[i] == null ? -1 : i;
        }
        move(all, shift, Math.max(clock - shift + columns, Math.min(wanted, most)));
    }

    private void move(long[] from, int shift, int newWidth) {
        for (int l = 0; l < cache.length; l++) {
            NDArray old = cache[l];
            cache[l] =
                    program.call(manager, "move", old, from, new long[] {shift, clock, newWidth})
                            .get(0);
            old.close();
        }
        for (Row row : rows) {
            if (row != null) {
                row.start -= shift;
            }
        }
        clock -= shift;
        width = newWidth;
    }

    // ---------------------------------------------------------------- decoding

    private int allowed(Row row) {
        return Math.min(params.maxNewTokens(), model.config().maxPositions() - row.prompt.length);
    }

    private void decode() {
        int left = 0;
        for (Row row : rows) {
            left = row == null ? left : Math.max(left, allowed(row) - row.tokens.size());
        }
        int n = Math.min(steps, left);
        makeRoom(n);
        long[] token = new long[rows.length];
        long[] start = new long[rows.length];
        float[] uniform = new float[rows.length * n];
        int first = clock;
        for (Row row : rows) {
            first = row == null ? first : Math.min(first, row.start);
        }
        for (int i = 0; i < rows.length; i++) {
            start[i] = rows[i] == null ? first : rows[i].start;
            if (rows[i] != null) {
                token[i] = rows[i].last();
                for (int s = 0; s < n; s++) {
                    uniform[i * n + s] = rows[i].uniform();
                }
            }
        }
        long begin = System.nanoTime();
        long[] tokens;
        float[] logProbs;
        try (NDManager scratch = manager.newSubManager()) {
            NDList result =
                    program.call(
                            scratch,
                            "decode",
                            arguments[0],
                            arguments[1],
                            arguments[2],
                            arguments[3],
                            new NDList(cache),
                            token,
                            start,
                            scratch.create(uniform).reshape(rows.length, n),
                            params.bannedTokens(),
                            clock,
                            params.filter());
            tokens = result.get(0).toLongArray();
            logProbs = result.get(1).toFloatArray();
        }
        double secondsAStep = (System.nanoTime() - begin) / 1e9 / n;
        steps =
                (int)
                        Math.max(
                                1,
                                Math.min(
                                        Math.min(2.0 * n, MOST_STEPS),
                                        SECONDS_A_CALL / secondsAStep));
        clock += n;
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] != null) {
                extend(rows[i], tokens, logProbs, i * n, n);
                rows[i] = rows[i].completion == null ? rows[i] : null;
            }
        }
    }

    private void extend(Row row, long[] tokens, float[] logProbs, int from, int n) {
        int before = row.tokens.size();
        boolean done = false;
        for (int s = from; s < from + n && !done; s++) {
            if (Float.isNaN(logProbs[s])) {
                throw new IllegalStateException(
                        "the model's logits are not finite: its weights are damaged, or training diverged (lower the"
                                + " learning rate)");
            }
            row.tokens.add((int) tokens[s]);
            row.logProbs.add(logProbs[s]);
            row.finished = stopTokens.contains((int) tokens[s]);
            done = row.finished || row.tokens.size() == allowed(row);
        }
        int[] added =
                row.tokens.subList(before, row.tokens.size()).stream()
                        .mapToInt(Integer::intValue)
                        .toArray();
        listener.onTokens(row.promptIndex, row.number, added);
        if (done) {
            row.complete(model);
            listener.onCompletion(row.promptIndex, row.number, row.completion);
        }
    }
}
