package org.tina.mini;

import java.util.List;
import java.util.random.RandomGenerator;

/** Small draws that the whole world shares. */
final class Draw {
    private Draw() {}

    /** Something with a share of all draws; the shares of its kind sum to one. */
    interface Shared {
        double share();
    }

    static boolean chance(RandomGenerator random, double probability) {
        return random.nextDouble() < probability;
    }

    static <T> T one(RandomGenerator random, List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** A whole number from {@code low} to {@code high}, both included. */
    static int between(RandomGenerator random, int low, int high) {
        return low + random.nextInt(high - low + 1);
    }

    static <T extends Shared> T byShare(RandomGenerator random, T[] choices) {
        double rest = random.nextDouble();
        for (T choice : choices) {
            rest -= choice.share();
            if (rest < 0) {
                return choice;
            }
        }
        return choices[choices.length - 1]; // the shares' rounding error
    }
}
