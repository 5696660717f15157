package org.tina.grpo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where to cut a group's completions, sorted by length, so that they cost what they contain. A
 * micro-batch of completions {@code i} to {@code j} computes {@code P + (j - i) · length(j - 1)}
 * tokens, the prompt anew and each completion padded to the longest; the cuts make the sum of these
 * least.
 */
final class LengthSplit {

    /** What a micro-batch costs besides its tokens, in tokens: its calls and small operations. */
    private static final int OVERHEAD = 64;

    private LengthSplit() {}

    /**
     * The ends of the micro-batches, ascending; the last is the number of completions.
     *
     * @param prompt P, the prompt's tokens
     * @param lengths of the completions, ascending
     * @param most tokens a micro-batch may have, unless a single completion has more
     */
    static List<Integer> ends(int prompt, int[] lengths, int most) {
        int n = lengths.length;
        long[] least = new long[n + 1]; // cost of the first i completions
        int[] begin = new int[n + 1]; // of the micro-batch that ends there
        Arrays.fill(least, 1, n + 1, Long.MAX_VALUE);
        for (int end = 1; end <= n; end++) {
            for (int from = end - 1; from >= 0; from--) {
                long tokens = prompt + (long) (end - from) * lengths[end - 1];
                if (tokens > most && from < end - 1) {
                    break;
                }
                if (least[from] + tokens + OVERHEAD < least[end]) {
                    least[end] = least[from] + tokens + OVERHEAD;
                    begin[end] = from;
                }
            }
        }
        List<Integer> ends = new ArrayList<>();
        for (int end = n; end > 0; end = begin[end]) {
            ends.add(0, end);
        }
        return ends;
    }
}
