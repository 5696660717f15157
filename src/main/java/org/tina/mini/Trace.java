package org.tina.mini;

/**
 * Reasoning written down.
 *
 * @param text the reasoning, one line a step
 * @param value the number it arrives at, right or wrong, at least 1
 */
public record Trace(String text, int value) {}
