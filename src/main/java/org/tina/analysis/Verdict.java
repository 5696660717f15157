package org.tina.analysis;

import org.tina.eval.Interval;

/** What a 95% interval says of a claim. */
public enum Verdict {
    /** The whole interval is on the claim's side. */
    SUPPORTED("supported"),
    /** The interval holds values of both sides. */
    NOT_DISTINGUISHABLE("not distinguishable"),
    /** The whole interval is on the other side. */
    CONTRADICTED("contradicted"),
    /** There is no study to tell. */
    NOT_MEASURED("not measured");

    private final String text;

    Verdict(String text) {
        this.text = text;
    }

    /** The claim that a figure is above a threshold. */
    public static Verdict above(Interval figure, double threshold) {
        return figure.low() > threshold
                ? SUPPORTED
                : figure.high() < threshold ? CONTRADICTED : NOT_DISTINGUISHABLE;
    }

    /** The claim that a figure is below a threshold. */
    public static Verdict below(Interval figure, double threshold) {
        return above(new Interval(-figure.mean(), -figure.high(), -figure.low()), -threshold);
    }

    @Override
    public String toString() {
        return text;
    }
}
