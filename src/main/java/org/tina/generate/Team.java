package org.tina.generate;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Threads that share loops of plain Java: the caller's own and those of the JVM's common pool. */
record Team(int threads) {

    /** Multiplications from which sharing pays: it costs some 10 microseconds. */
    private static final long WORTH_SHARING = 1 << 19;

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
