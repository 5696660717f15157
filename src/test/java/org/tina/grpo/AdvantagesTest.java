package org.tina.grpo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AdvantagesTest {

    /** One case of references/advantages.json: rewards and each rule's advantages. */
    private record Case(double[][] rewards, double[][] group, double[][] batch, double[][] none) {}

    @Test
    void equalTheReference() {
        for (Case it : references()) {
            assertClose(it.group, Advantages.GROUP.of(it.rewards));
            assertClose(it.batch, Advantages.BATCH.of(it.rewards));
            assertClose(it.none, Advantages.NONE.of(it.rewards));
        }
    }

    private static List<Case> references() {
        var in = AdvantagesTest.class.getResourceAsStream("/references/advantages.json");
        var reader = new InputStreamReader(in, StandardCharsets.UTF_8);
        return List.of(new Gson().fromJson(reader, Case[].class));
    }

    private static void assertClose(double[][] expected, double[][] actual) {
        assertEquals(expected.length, actual.length);
        for (int g = 0; g < expected.length; g++) {
            assertArrayEquals(expected[g], actual[g], 1e-9, "group " + g);
        }
    }

    @Property
    void aGroupsAdvantagesSumToZeroAndKeepItsOrder(
            @ForAll Advantages rule,
            @ForAll @Size(8) List<@DoubleRange(min = -5, max = 5) Double> rewards) {
        double[] group = rewards.stream().mapToDouble(Double::doubleValue).toArray();
        double[] a = rule.of(new double[][] {group, {0, 1, 3}})[0];
        assertEquals(0, Arrays.stream(a).sum(), 1e-9);
        for (int i = 1; i < a.length; i++) {
            assertEquals(
                    Math.signum(group[i] - group[i - 1]),
                    Math.signum(a[i] - a[i - 1]),
                    "place " + i);
        }
    }

    @Property
    void aGroupIsScaledByItselfWhateverTheOthersAre(
            @ForAll @Size(6) List<@DoubleRange(min = -5, max = 5) Double> rewards,
            @ForAll @DoubleRange(min = 0, max = 100) double other) {
        double[] group = rewards.stream().mapToDouble(Double::doubleValue).toArray();
        assertArrayEquals(
                Advantages.GROUP.of(new double[][] {group})[0],
                Advantages.GROUP.of(new double[][] {group, {0, other}})[0]);
    }

    @Test
    void equalRewardsGiveNoAdvantage() {
        for (Advantages rule : Advantages.values()) {
            double[] a = rule.of(new double[][] {{0.1, 0.1, 0.1}, {1, 2, 3}})[0];
            assertArrayEquals(new double[3], a, rule + " of equal rewards that are not exact");
        }
    }

    @Test
    void haveTrlsNames() {
        assertEquals(Advantages.GROUP, Advantages.named("true"));
        assertEquals(Advantages.NONE, Advantages.named("false"));
        assertEquals(Advantages.BATCH, Advantages.named("batch"));
        var error = assertThrows(IllegalArgumentException.class, () -> Advantages.named("bach"));
        assertTrue(error.getMessage().contains("'batch'"), error.getMessage());
    }
}
