package org.tina.grpo;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Learning-rate schedules under transformers' names: a linear warm-up from 0, then a decay to the
 * last step. Step s (from 0) is the s-th update; the multiplier is 0 at step 0 when there is a
 * warm-up.
 */
public enum LearningRate {
    /** Constant from the first step, no warm-up. */
    CONSTANT {
        @Override
        double multiplier(int step, int warmup, int total, double floor) {
            return 1;
        }
    },
    CONSTANT_WITH_WARMUP {
        @Override
        double decay(double progress, double floor) {
            return 1;
        }
    },
    LINEAR {
        @Override
        double decay(double progress, double floor) {
            return 1 - progress;
        }
    },
    COSINE {
        @Override
        double decay(double progress, double floor) {
            return 0.5 * (1 + Math.cos(Math.PI * progress));
        }
    },
    /** Cosine from 1 to {@code min_lr_rate}, Tina's schedule. */
    COSINE_WITH_MIN_LR {
        @Override
        double decay(double progress, double floor) {
            return floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
        }
    };

    /** The multiplier after the warm-up; progress runs from 0 to 1. */
    double decay(double progress, double floor) {
        throw new AssertionError(this);
    }

    /**
     * What the peak learning rate is multiplied by.
     *
     * @param step from 0
     * @param warmup steps of linear increase
     * @param total steps that the schedule is made for; later ones keep its end
     * @param floor the end of the decay, for {@link #COSINE_WITH_MIN_LR}
     */
    double multiplier(int step, int warmup, int total, double floor) {
        if (step < warmup) {
            return (double) step / warmup;
        }
        double progress = (double) (step - warmup) / Math.max(1, total - warmup);
        return Math.max(0, decay(Math.min(1, progress), floor));
    }

    /**
     * The learning rate of a step.
     *
     * @param peak above 0
     * @param warmupRatio share of {@code total} that warms up, in [0, 1]
     */
    public double at(int step, double peak, double warmupRatio, int total, double floor) {
        return peak * multiplier(step, (int) Math.ceil(warmupRatio * total), total, floor);
    }

    /** The schedule of a name such as {@code cosine_with_min_lr}. */
    public static LearningRate named(String name) {
        for (LearningRate schedule : values()) {
            if (schedule.name().toLowerCase(Locale.ROOT).equals(name)) {
                return schedule;
            }
        }
        throw new IllegalArgumentException(
                "lr_scheduler_type is "
                        + name
                        + ", must be one of "
                        + Arrays.stream(values())
                                .map(s -> s.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", ")));
    }
}
