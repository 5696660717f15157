package org.tina.math;

/**
 * A word of an answer.
 *
 * @param spaced whether white space stood before it
 */
record Token(Kind kind, String text, boolean spaced) {
    enum Kind {
        NUMBER,
        /** A letter, a Greek letter or another symbol. */
        SYMBOL,
        /** The content of {@code \text{}}, or a plain word. */
        TEXT,
        /** The name of a known function or of a construct such as {@code frac}. */
        NAME,
        /** Everything else: operators, brackets, separators. */
        SIGN,
        END
    }

    boolean is(String sign) {
        return kind == Kind.SIGN && text.equals(sign);
    }

    boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }
}
