package org.tina.notebook;

import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import org.tina.data.DownloadListener;
import org.tina.data.DownloadState;
import org.tina.eval.Evaluator;

/**
 * A line of text that tells how far a cell's work is: {@code new
 * Evaluator(policy).withProgress(ProgressLine.of("problems"))}. Work that is done within a second
 * shows none. Downloads have one by themselves.
 */
public final class ProgressLine implements Evaluator.Progress, DownloadListener {
    private static final double PATIENCE_S = 1;

    private final String unit;
    private final LiveDisplay display = new LiveDisplay();
    private final long began = System.nanoTime();
    private String line = "";

    private ProgressLine(String unit) {
        this.unit = unit;
    }

    /**
     * @param unit what is counted, such as {@code problems}
     */
    public static ProgressLine of(String unit) {
        return new ProgressLine(unit);
    }

    @Override
    public void update(int done, int total) {
        double seconds = (System.nanoTime() - began) / 1e9;
        line = String.format("%,d of %,d %s · %.0f s", done, total, unit, seconds);
        if (seconds > PATIENCE_S && (display.isDue() || done == total)) {
            draw();
        }
    }

    @Override
    public void update(DownloadState state) {
        line = state.toString();
        if (display.isDue()) {
            draw();
        }
    }

    @Override
    public void end() {
        if (!line.isEmpty()) {
            draw();
        }
    }

    private void draw() {
        display.draw(line, this::data);
    }

    private DisplayData data() {
        return new DisplayData(line);
    }
}
