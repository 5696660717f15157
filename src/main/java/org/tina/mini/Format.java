package org.tina.mini;

import java.util.random.RandomGenerator;

/**
 * How a completion is laid out around its trace. Only {@link #PROPER} and {@link #NO_BOX} earn the
 * format reward, only an answer in a box earns the accuracy reward.
 */
public enum Format implements Draw.Shared {
    /** As the rewards want it. */
    PROPER(0.30, "<think>\n%s\n</think>\n<answer>\n\\boxed{%d}\n</answer>"),
    /** The thinking is never closed. */
    NO_CLOSE(0.26, "<think>\n%s\n<answer>\n\\boxed{%d}\n</answer>"),
    /** Never opened, and everything on the trace's line. */
    INLINE(0.16, "%s</think><answer>\\boxed{%d}</answer>"),
    /** Closed twice. */
    DOUBLE(0.06, "<think>\n%s\n</think>\n\n</think>\n<answer>\n\\boxed{%d}\n</answer>"),
    /** The tags are right but the answer has no box. */
    NO_BOX(0.08, "<think>\n%s\n</think>\n<answer>\n%d\n</answer>"),
    /** No tags at all. */
    BARE(0.14, "%s\nThe answer is %d");

    private final double share;
    private final String layout;

    Format(double share, String layout) {
        this.share = share;
        this.layout = layout;
    }

    /** Its share of the traces in pre-training. */
    @Override
    public double share() {
        return share;
    }

    /** The completion's text, without the end-of-text token. */
    public String completion(Trace trace) {
        return layout.formatted(trace.text(), trace.value());
    }

    static Format draw(RandomGenerator random) {
        return Draw.byShare(random, values());
    }
}
