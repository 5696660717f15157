package org.tina.notebook;

import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import java.time.Duration;
import java.util.List;
import org.tina.grpo.RolloutGroup;
import org.tina.grpo.StepMetrics;
import org.tina.notebook.widget.Html;
import org.tina.recipe.Run;
import org.tina.reward.WeightedReward;

/**
 * A training run to watch and to steer: {@code run.forEach(Dashboard.watch(run)::show)}. Buttons
 * pause, stop and save it, sliders change what may change, and each change is a line in the charts;
 * below are its metrics as small panels, redrawn in place, and the newest completions of one
 * problem with their rewards and advantages. The interrupt button stops the run at its next step;
 * the cell then ends normally, with a usable policy and the last picture. Outside a notebook the
 * progress is printed instead.
 */
public final class Dashboard {
    private final Run run;
    private final RunControls controls;
    private final Html completions = new Html();
    private final LiveDisplay display = new LiveDisplay();
    private final TrainingPicture picture = new TrainingPicture();
    private final long began = System.nanoTime();
    private int firstStep;
    private String progress = "";

    private Dashboard(Run run) {
        this.run = run;
        controls = new RunControls(run);
        completions.height("320px");
    }

    /** A dashboard for a run; the interrupt button of the running cell stops the run. */
    public static Dashboard watch(Run run) {
        Dashboard dashboard = new Dashboard(run);
        Cell.onInterrupt(run::stop);
        Cell.atEnd(dashboard::end);
        dashboard.controls.widget().show();
        return dashboard;
    }

    /** Adds a step to the curves; draws them where enough time has passed. */
    public void show(StepMetrics metrics) {
        boolean first = firstStep == 0;
        firstStep = first ? metrics.step() : firstStep;
        picture.add(metrics);
        progress = progress(metrics);
        if (display.isDue()) {
            draw();
        }
        if (first) {
            completions.show();
        }
    }

    private String progress(StepMetrics metrics) {
        int step = metrics.step();
        double elapsed = (System.nanoTime() - began) / 1e9;
        StringBuilder line =
                new StringBuilder("step " + step + "/" + run.steps() + " · " + clock(elapsed));
        if (step < run.steps()) {
            double perStep = elapsed / (step - firstStep + 1);
            line.append(" · ").append(clock(perStep * (run.steps() - step))).append(" left");
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

    private void end() {
        controls.disable();
        draw();
    }

    private void draw() {
        if (progress.isEmpty()) {
            return;
        }
        display.draw(progress, this::data);
        List<RolloutGroup> groups = run.lastGroups();
        if (!groups.isEmpty()) {
            List<WeightedReward> rewards = run.recipe().rewards();
            List<String> names = rewards.stream().map(WeightedReward::name).toList();
            completions.html(new GroupView(GroupView.mostTelling(groups), names).html());
        }
    }

    private DisplayData data() {
        DisplayData data = new DisplayData();
        picture.picture(progress, run.steps(), run.events()).putInto(data);
        return data;
    }
}
