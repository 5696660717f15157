package org.tina.mini;

/**
 * Which part of the world a problem belongs to. The problem's own numbers decide, so the parts can
 * never overlap, whatever is drawn and however it is worded.
 */
public enum Split {
    /** Nine problems in ten: all that pre-training and reinforcement learning ever see. */
    TRAIN,
    /** Held out; checkpoints are chosen on it. */
    VALIDATION,
    /** Held out; results are reported on it. */
    TEST;

    private static final int MODULUS = 1_000_003;

    /** Folds one more operation into a problem's hash. */
    static int fold(int hash, int code) {
        return (int) ((hash * 131L + code) % MODULUS);
    }

    static Split of(int hash) {
        if (hash % 10 != 0) {
            return TRAIN;
        }
        return hash / 10 % 2 == 0 ? TEST : VALIDATION;
    }
}
