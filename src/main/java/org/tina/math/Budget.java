package org.tina.math;

/**
 * The work that one judgement may cost. Everything whose cost depends on the input spends from it,
 * so that no input, however nasty, is worth more than some milliseconds.
 */
final class Budget {
    /** Units of about a tenth of a microsecond. */
    static final int FULL = 200_000;

    private int left;

    Budget() {
        this(FULL);
    }

    Budget(int units) {
        left = units;
    }

    /**
     * Takes {@code units} away.
     *
     * @throws Undecided when there are not as many left
     */
    void spend(int units) {
        if (units > left) {
            left = 0;
            throw Undecided.INSTANCE;
        }
        left -= units;
    }

    int spent() {
        return FULL - left;
    }

    /** The judgement is given up: too much work, too deep, or not mathematics that we read. */
    static final class Undecided extends RuntimeException {
        static final Undecided INSTANCE = new Undecided();

        private static final long serialVersionUID = 1;

        private Undecided() {
            super("undecided", null, false, false); // no stack trace: it is an ordinary outcome
        }
    }
}
