package org.tina.generate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.tina.model.CausalLM;

/**
 * A batch that decodes in Java. Each row has a cache of its own, so rows come and go at any step.
 */
final class JavaBatch extends Batch {

    /** Of drawing a token: a product's multiplications in the same time. */
    private static final int WORK_A_LOGIT = 100; // 5 ns

    /** How long the listener may hear nothing of rows that have not ended. */
    private static final long NANOSECONDS_UNTOLD = 50_000_000;

    private final JavaDecoder decoder;
    private final Team team;
    private final TokenDraw[] draws; // of each thread
    private final KeyValueCache prompt;
    private final List<Row> rows = new ArrayList<>();
    private final List<KeyValueCache> caches = new ArrayList<>();
    private final Deque<KeyValueCache> free = new ArrayDeque<>();
    private int[] prefilled; // what the prompt's cache holds
    private long told = System.nanoTime();

    JavaBatch(
            CausalLM model,
            ArrayWeights weights,
            SamplingParams params,
            int tokensInFlight,
            Team team,
            Sampler.Listener listener) {
        super(model, params, tokensInFlight, listener);
        decoder = new JavaDecoder(model, weights, JavaDecoder.rowsAStep(model), team);
        prompt = decoder.newCache();
        this.team = team;
        draws = new TokenDraw[team.threads()];
        Arrays.setAll(draws, i -> new TokenDraw(params, model.config().vocabSize()));
    }

    @Override
    void run() {
        if (waiting.isEmpty()) {
            return;
        }
        int most = Math.min(decoder.rows(), rowsInFlight());
        while (true) {
            stopIfInterrupted();
            while (rows.size() < most && !waiting.isEmpty()) {
                admit();
            }
            if (rows.isEmpty()) {
                return;
            }
            step();
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
        rows.add(row);
        caches.add(cache);
        if (group.size() > 1) {
            waiting.addFirst(group.subList(1, group.size()));
        }
    }

    private void step() {
        int n = rows.size();
        int[] tokens = rows.stream().mapToInt(Row::last).toArray();
        float[][] logits = decoder.step(n, tokens, caches.toArray(KeyValueCache[]::new));
        int[] drawn = new int[n];
        float[] logProbs = new float[n];
        team.each(
                n,
                (long) WORK_A_LOGIT * n * model.config().vocabSize(),
                (thread, r) -> {
                    drawn[r] = draws[thread].token(logits[r], rows.get(r).uniform());
                    logProbs[r] = draws[thread].logProb();
                });
        for (int r = 0; r < n; r++) {
            append(rows.get(r), drawn[r], logProbs[r]);
        }
        boolean tellAll = System.nanoTime() - told > NANOSECONDS_UNTOLD;
        if (tellAll) {
            told = System.nanoTime();
        }
        for (int r = n - 1; r >= 0; r--) {
            Row row = rows.get(r);
            if (tellAll || row.ended()) {
                tell(row);
            }
            if (row.ended()) {
                rows.remove(r);
                free.push(caches.remove(r));
            }
        }
    }
}
