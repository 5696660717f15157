package org.tina.grpo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LengthSplitTest {

    @Test
    void completionsOfOneLengthStayTogether() {
        assertEquals(List.of(4), LengthSplit.ends(32, new int[] {64, 64, 64, 64}, 16384));
    }

    @Test
    void aLongOneDoesNotPadTheOthers() {
        assertEquals(
                List.of(7, 8),
                LengthSplit.ends(32, new int[] {50, 50, 50, 50, 50, 50, 50, 1024}, 16384));
    }

    @Test
    void noneMeansNone() {
        assertEquals(List.of(), LengthSplit.ends(32, new int[0], 16384));
    }

    @Property
    void isNoWorseThanAnyOtherSplit(
            @ForAll @Size(min = 1, max = 7) List<@IntRange(min = 1, max = 400) Integer> lengths,
            @ForAll @IntRange(min = 1, max = 300) int prompt,
            @ForAll @IntRange(min = 100, max = 2000) int most) {
        int[] sorted = lengths.stream().mapToInt(Integer::intValue).sorted().toArray();
        List<Integer> ends = LengthSplit.ends(prompt, sorted, most);
        assertEquals(sorted.length, ends.get(ends.size() - 1));
        int from = 0;
        long cost = 0;
        for (int end : ends) {
            long tokens = tokens(prompt, sorted, from, end);
            assertTrue(tokens <= most || end - from == 1, "too many tokens");
            cost += tokens + 64;
            from = end;
        }
        for (int cuts = 0; cuts < 1 << (sorted.length - 1); cuts++) {
            assertTrue(cost <= cost(prompt, sorted, most, cuts), Arrays.toString(sorted));
        }
    }

    private static long tokens(int prompt, int[] sorted, int from, int end) {
        return prompt + (long) (end - from) * sorted[end - 1];
    }

    /** The cost of cutting after each completion whose bit is set. */
    private static long cost(int prompt, int[] sorted, int most, int cuts) {
        long cost = 0;
        int from = 0;
        for (int end = 1; end <= sorted.length; end++) {
            if (end == sorted.length || (cuts >> (end - 1) & 1) == 1) {
                long tokens = tokens(prompt, sorted, from, end);
                if (tokens > most && end - from > 1) {
                    return Long.MAX_VALUE;
                }
                cost += tokens + 64;
                from = end;
            }
        }
        return cost;
    }
}
