package org.tina.doctor;

import java.util.Locale;

/**
 * What a rule found in a run.
 *
 * @param name the rule's
 * @param kind whether something has to be done
 * @param seen in this run, with figures
 * @param means why it is so
 * @param turn which setting to turn; empty if none
 */
public record Finding(String name, Kind kind, String seen, String means, String turn) {

    /** A fault of the run, or something that is good to know. */
    public enum Kind {
        PROBLEM,
        NOTE;

        /** In small letters. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** One line: name and figures. */
    @Override
    public String toString() {
        return name + ": " + seen;
    }
}
