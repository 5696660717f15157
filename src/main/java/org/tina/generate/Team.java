package org.tina.generate;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Threads that share loops of plain Java: the caller's own and those of the JVM's common pool. */
record Team(int threads) {

    /** Multiplications from which sharing pays: it costs some 10 microseconds. */
    private static final long WORTH_SHARING = 1 << 19;

    /** What is done with an item, by which of the threads. */
    @FunctionalInterface
    interface Task {
        void accept(int thread, int item);
    }

    /** Does items 0 to n - 1, which are that much work together, and waits for all. */
    void each(int n, long multiplications, Task task) {
        int pieces = pieces(multiplications);
        run(
                pieces,
                piece -> {
                    for (int i = piece; i < n; i += pieces) {
                        task.accept(piece, i);
                    }
                });
    }

    /** In how many pieces that much work should be done. */
    int pieces(long multiplications) {
        return multiplications < WORTH_SHARING ? 1 : threads;
    }

    /** Runs pieces 0 to n - 1 side by side, and waits for all. */
    static void run(int n, IntConsumer piece) {
        if (n == 1) {
            piece.accept(0);
        } else {
            IntStream.range(0, n).parallel().forEach(piece);
        }
    }
}
