package org.tina.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.tina.model.CausalLM;
import org.tina.model.TensorProgram;

/**
 * One decoding batch: rows of a key/value cache that share a clock (see the tensor program's {@code
 * sampling.py}). Between native calls of a few steps, finished rows leave, waiting groups enter,
 * and the cache is moved when the clock reaches its end or when many of its rows are dead.
 */
final class TensorBatch extends Batch {

    private static final int MOST_STEPS = 32;
    private static final double SECONDS_A_CALL = 0.4; // a native call cannot be interrupted
    private static final int FIRST_WIDTH = 128;
    private static final int PREFILL_TOKENS = 8192;

    private final TensorProgram program;
    private final Object[] arguments;

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
    TensorBatch(
            CausalLM model,
            Object[] arguments,
            SamplingParams params,
            int tokensInFlight,
            Sampler.Listener listener) {
        super(model, params, tokensInFlight, listener);
        this.program = model.program();
        this.arguments = arguments;
    }

    @Override
    void run() {
        if (waiting.isEmpty()) {
            return;
        }
        int longestPrompt =
                waiting.stream().mapToInt(g -> g.get(0).prompt().length).max().getAsInt();
        int total = waiting.stream().mapToInt(List::size).sum();
        leastClock = longestPrompt - 1;
        clock = leastClock;
        int capacity = Math.min(total, rowsInFlight());
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
                stopIfInterrupted();
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
            groups.sort(Comparator.comparingInt(group -> group.get(0).prompt().length));
            int longest = groups.get(groups.size() - 1).get(0).prompt().length;
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
        int length = groups.get(n - 1).get(0).prompt().length - 1;
        long[] tokens = new long[n * length];
        long[] pad = new long[n];
        long[] slots = new long[n * g];
        int free = 0;
        for (int i = 0; i < n; i++) {
            int[] prompt = groups.get(i).get(0).prompt();
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

    private void decode() {
        int left = 0;
        for (Row row : rows) {
            left = row == null ? left : Math.max(left, allowed(row) - row.length());
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
                for (int s = i * n; s < i * n + n && !rows[i].ended(); s++) {
                    append(rows[i], (int) tokens[s], logProbs[s]);
                }
                tell(rows[i]);
                rows[i] = rows[i].ended() ? null : rows[i];
            }
        }
    }
}
