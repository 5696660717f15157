package org.tina.eval;

import java.util.Optional;

/**
 * What is thought of a completion.
 *
 * @param answer what it answers, in the form that was asked for; empty if there is none
 * @param correct whether that is the gold answer: what the accuracy reward pays for
 * @param lenient whether it ends with the gold answer in any form: the knowledge that a format
 *     missed; true wherever {@code correct} is
 * @param formatted whether the format reward would be 1
 */
public record Verdict(
        Optional<String> answer, boolean correct, boolean lenient, boolean formatted) {}
