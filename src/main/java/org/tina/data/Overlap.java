package org.tina.data;

/**
 * A problem that two sets share.
 *
 * @param problem as it stands in the first set
 * @param here its index in the first set
 * @param there its index in the other set, the lowest if it is there more than once
 */
public record Overlap(Problem problem, int here, int there) {}
