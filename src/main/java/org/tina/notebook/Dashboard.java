package org.tina.notebook;

import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import java.time.Duration;
import org.tina.grpo.StepMetrics;
import org.tina.recipe.Run;

/**
 * The live chart of a training run: {@code run.forEach(Dashboard.watch(run)::show)} draws reward,
 * the reward functions and completion length while the cell runs, in place. The interrupt button
 * stops the run at its next step; the cell then ends normally, with a usable policy and the last
 * picture. Outside a notebook the progress is printed instead.
 */
public final class Dashboard {
    private final int totalSteps;
    private final LiveDisplay display = new LiveDisplay();
    private final TrainingPicture picture = new TrainingPicture();
    private final long began = System.nanoTime();
    private int firstStep;
    private String progress = "";

    private Dashboard(int totalSteps) {
        this.totalSteps = totalSteps;
    }

    /** A dashboard for a run; the interrupt button of the running cell stops the run. */
    public static Dashboard watch(Run run) {
        Dashboard dashboard = new Dashboard(run.steps());
        Cell.onInterrupt(run::stop);
        Cell.atEnd(dashboard::draw);
        return dashboard;
    }

    /** Adds a step to the curves; draws them where enough time has passed. */
    public void show(StepMetrics metrics) {
        firstStep = firstStep == 0 ? metrics.step() : firstStep;
        picture.add(metrics);
        progress = progress(metrics);
        if (display.isDue()) {
            draw();
        }
    }

    private String progress(StepMetrics metrics) {
        int step = metrics.step();
        double elapsed = (System.nanoTime() - began) / 1e9;
        StringBuilder line =
                new StringBuilder("step " + step + "/" + totalSteps + " · " + clock(elapsed));
        if (step < totalSteps) {
            double perStep = elapsed / (step - firstStep + 1);
            line.append(" · ").append(clock(perStep * (totalSteps - step))).append(" left");
        }
        double tokens = metrics.getOrNaN("num_tokens");
        if (tokens > 0) {
            line.append(String.format(" · %,.0f tokens/s", tokens / elapsed));
        }
        return line.toString();
    }

    private static String clock(double seconds) {
        Duration duration = Duration.ofSeconds(Math.round(seconds));
        return String.format("%d:%02d", duration.toMinutes(), duration.toSecondsPart());
    }

    private void draw() {
        if (!progress.isEmpty()) {
            display.draw(progress, this::data);
        }
    }

    private DisplayData data() {
        DisplayData data = new DisplayData();
        picture.picture(progress, totalSteps).putInto(data);
        return data;
    }
}
