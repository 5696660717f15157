package org.tina.generate;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.tina.model.CausalLM;

/** Completions that one thread samples: as many at once as memory allows, the others wait. */
abstract class Batch {

    protected final CausalLM model;
    protected final SamplingParams params;

    /** Groups whose rows have not begun. */
    protected final Deque<List<Row>> waiting = new ArrayDeque<>();

    private final int tokensInFlight;
    private final Sampler.Listener listener;
    private final List<Integer> stopTokens;

    Batch(CausalLM model, SamplingParams params, int tokensInFlight, Sampler.Listener listener) {
        this.model = model;
        this.params = params;
        this.tokensInFlight = tokensInFlight;
        this.listener = listener;
        this.stopTokens = model.stopTokens();
    }

    /** Rows of one prompt, prefilled together. */
    void add(List<Row> group) {
        waiting.add(group);
    }

    /** Completes all rows. */
    abstract void run();

    /** How many rows fit into the cached tokens that are allowed, at least one. */
    protected int rowsInFlight() {
        int prompt = waiting.stream().mapToInt(g -> g.get(0).prompt().length).max().orElse(0);
        int window = prompt + Math.min(params.maxNewTokens(), model.config().maxPositions());
        return Math.max(1, tokensInFlight / window);
    }

    /** How long a row's completion may become. */
    protected int allowed(Row row) {
        return Math.min(params.maxNewTokens(), model.config().maxPositions() - row.prompt().length);
    }

    protected void append(Row row, int token, float logProb) {
        if (Float.isNaN(logProb)) {
            throw new IllegalStateException(
                    "the model's logits are not finite: its weights are damaged, or training diverged (lower the"
                            + " learning rate)");
        }
        row.append(token, logProb, stopTokens.contains(token), allowed(row));
    }

    /** Tells the listener what the row has had since it was told last. */
    protected void tell(Row row) {
        listener.onTokens(row.promptIndex(), row.number(), row.news());
        if (row.ended()) {
            row.complete(model.tokenizer());
            listener.onCompletion(row.promptIndex(), row.number(), row.completion());
        }
    }

    protected static void stopIfInterrupted() {
        if (Thread.interrupted()) {
            throw interrupted();
        }
    }

    protected static CancellationException interrupted() {
        return new CancellationException("sampling was interrupted");
    }
}
