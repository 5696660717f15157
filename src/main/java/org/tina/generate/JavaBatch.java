package org.tina.generate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.tina.model.CausalLM;

/**
 * A batch that decodes in Java. Each row has a cache of its own, so rows come and go at any step,
 * also from one thread's batch to another's.
 */
final class JavaBatch extends Batch {

    /** A row that has begun. */
    record Begun(Row row, KeyValueCache cache) {}

    /** Of drawing a token: a product's multiplications in the same time. */
    private static final int WORK_A_LOGIT = 100; // 5 ns

    /** How long the listener may hear nothing of rows that have not ended. */
    private static final long NANOSECONDS_UNTOLD = 50_000_000;

    private final JavaDecoder decoder;
    private final Team team;
    private final Handover<Begun> handover;
    private final TokenDraw[] draws; // of each thread
    private final KeyValueCache prompt;
    private final List<Begun> rows = new ArrayList<>();
    private final Deque<KeyValueCache> free = new ArrayDeque<>();
    private int[] prefilled; // what the prompt's cache holds
    private long told = System.nanoTime();

    /**
     * @param team shares a step
     * @param handover shares rows with other batches
     */
    JavaBatch(
            CausalLM model,
            ArrayWeights weights,
            SamplingParams params,
            int tokensInFlight,
            Team team,
            Handover<Begun> handover,
            Sampler.Listener listener) {
        super(model, params, tokensInFlight, listener);
        decoder = new JavaDecoder(model, weights, JavaDecoder.rowsAStep(model), team);
        prompt = decoder.newCache();
        this.team = team;
        this.handover = handover;
        draws = new TokenDraw[team.threads()];
        Arrays.setAll(draws, i -> new TokenDraw(params, model.config().vocabSize()));
    }

    @Override
    void run() {
        int most = Math.min(decoder.rows(), rowsInFlight());
        handover.begin();
        try {
            do {
                decode(most);
            } while (rows.addAll(handover.take()));
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            handover.end();
        }
    }

    private void decode(int most) {
        while (true) {
            stopIfInterrupted();
            while (rows.size() < most && !waiting.isEmpty()) {
                admit();
            }
            if (rows.isEmpty()) {
                return;
            }
            step();
            if (rows.size() > 1 && handover.isAwaited()) {
                List<Begun> half = rows.subList(0, rows.size() / 2);
                handover.leave(List.copyOf(half));
                half.clear();
            }
        }
    }

    /** One row of the first group that waits. The prompt's last token is fed by the first step. */
    private void admit() {
        List<Row> group = waiting.poll();
        Row row = group.get(0);
        if (row.prompt() != prefilled) {
            prefilled = row.prompt();
            prompt.clear();
            decoder.prefill(Arrays.copyOf(prefilled, prefilled.length - 1), prompt);
        }
        KeyValueCache cache = free.isEmpty() ? decoder.newCache() : free.pop();
        cache.copy(prompt);
        rows.add(new Begun(row, cache));
        if (group.size() > 1) {
            waiting.addFirst(group.subList(1, group.size()));
        }
    }

    private void step() {
        int n = rows.size();
        int[] tokens = rows.stream().mapToInt(begun -> begun.row.last()).toArray();
        KeyValueCache[] caches = rows.stream().map(Begun::cache).toArray(KeyValueCache[]::new);
        float[][] logits = decoder.step(n, tokens, caches);
        int[] drawn = new int[n];
        float[] logProbs = new float[n];
        team.each(
                n,
                (long) WORK_A_LOGIT * n * model.config().vocabSize(),
                (thread, r) -> {
                    drawn[r] = draws[thread].token(logits[r], rows.get(r).row.uniform());
                    logProbs[r] = draws[thread].logProb();
                });
        for (int r = 0; r < n; r++) {
            append(rows.get(r).row, drawn[r], logProbs[r]);
        }
        boolean tellAll = System.nanoTime() - told > NANOSECONDS_UNTOLD;
        if (tellAll) {
            told = System.nanoTime();
        }
        for (int r = n - 1; r >= 0; r--) {
            Row row = rows.get(r).row;
            if (tellAll || row.ended()) {
                tell(row);
            }
            if (row.ended()) {
                free.push(rows.remove(r).cache);
            }
        }
    }
}
