package org.tina.grpo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What the weights of a step's tokens sum to, for completions of any lengths. */
class LossTypeTest {

    private static final int LONGEST = 50;

    @Property
    void grpoCountsEachCompletionTheSame(
            @ForAll @Size(min = 1, max = 9)
                    List<@IntRange(min = 1, max = LONGEST) Integer> lengths) {
        for (int length : lengths) {
            assertEquals(
                    1.0 / lengths.size(), length * weight(LossType.GRPO, length, lengths), 1e-12);
        }
        assertEquals(1, sum(LossType.GRPO, lengths), 1e-12);
    }

    @Property
    void bnpoAndDapoCountEachTokenTheSame(
            @ForAll @Size(min = 1, max = 9)
                    List<@IntRange(min = 1, max = LONGEST) Integer> lengths) {
        for (LossType type : List.of(LossType.BNPO, LossType.DAPO)) {
            assertEquals(weight(type, 1, lengths), weight(type, LONGEST, lengths));
            assertEquals(1, sum(type, lengths), 1e-12);
        }
    }

    @Property
    void drGrpoWeighsATokenByNoLengthAtAll(
            @ForAll @Size(min = 1, max = 9)
                    List<@IntRange(min = 1, max = LONGEST) Integer> lengths) {
        double share = (double) tokens(lengths) / (lengths.size() * LONGEST);
        assertEquals(share, sum(LossType.DR_GRPO, lengths), 1e-12);
        double each = 1.0 / (lengths.size() * LONGEST);
        lengths.forEach(
                length -> assertEquals(each, weight(LossType.DR_GRPO, length, lengths), 1e-15));
    }

    private static double sum(LossType type, List<Integer> lengths) {
        return lengths.stream().mapToDouble(n -> n * weight(type, n, lengths)).sum();
    }

    private static double weight(LossType type, int length, List<Integer> lengths) {
        return type.weight(length, lengths.size(), tokens(lengths), LONGEST);
    }

    private static long tokens(List<Integer> lengths) {
        return lengths.stream().mapToLong(Integer::longValue).sum();
    }

    @Test
    void haveTrlsNames() {
        for (LossType type : LossType.values()) {
            assertEquals(type, LossType.named(type.name().toLowerCase()));
        }
        var error = assertThrows(IllegalArgumentException.class, () -> LossType.named("drgrpo"));
        assertTrue(error.getMessage().contains("'dr_grpo'"), error.getMessage());
    }
}
