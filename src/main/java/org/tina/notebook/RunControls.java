package org.tina.notebook;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tina.grpo.GrpoConfig;
import org.tina.notebook.widget.Box;
import org.tina.notebook.widget.Button;
import org.tina.notebook.widget.Control;
import org.tina.notebook.widget.LogSlider;
import org.tina.notebook.widget.Slider;
import org.tina.notebook.widget.Widget;
import org.tina.recipe.Run;
import org.tina.reward.WeightedReward;

/**
 * What a learner can do to a run while it trains: pause, stop, save, and change the settings that
 * may change. A slider's new value is the run's when the mouse button is let go.
 */
final class RunControls {
    private final Run run;
    private final Button pause = new Button("Pause");
    private final Button stop = new Button("Stop");
    private final Button save = new Button("Save now");
    private final Map<String, Control<Double>> settings = new LinkedHashMap<>();
    private final List<Control<Double>> weights = new ArrayList<>();

    RunControls(Run run) {
        this.run = run;
        pause.onClick(this::pauseOrGoOn);
        stop.onClick(run::stop);
        save.onClick(run::saveNow);
        GrpoConfig now = run.recipe().grpo();
        setting("learning_rate", learningRate("learning rate", now.learningRate()));
        setting("beta", beta("beta (KL)", now.beta()));
        setting("temperature", temperature("temperature", now.temperature()));
        for (WeightedReward reward : run.recipe().rewards()) {
            double weight = reward.weight();
            Control<Double> slider =
                    new Slider(
                                    "weight of " + reward.name(),
                                    Math.min(-2, weight),
                                    Math.max(5, weight),
                                    weight)
                            .onRelease();
            weights.add(slider.onChange(changed -> changeWeights()));
        }
    }

    /** Two powers of ten down and up from a learning rate. */
    static Control<Double> learningRate(String label, double rate) {
        return new LogSlider(label, rate / 100, rate * 100, rate).onRelease();
    }

    /** From no KL penalty to a strong one. */
    static Control<Double> beta(String label, double beta) {
        return new Slider(label, 0, Math.max(0.2, 2 * beta), beta).onRelease();
    }

    /** From nearly greedy to wild. */
    static Control<Double> temperature(String label, double temperature) {
        double low = Math.min(0.1, temperature);
        return new Slider(label, low, Math.max(2, temperature), temperature).onRelease();
    }

    private void setting(String key, Control<Double> slider) {
        settings.put(key, slider.onChange(value -> run.change(key, value)));
    }

    private void changeWeights() {
        run.change("reward_weights", weights.stream().map(Control::value).toList());
    }

    private void pauseOrGoOn() {
        if (run.isPaused()) {
            run.proceed();
            pause.label("Pause");
        } else {
            run.pause();
            pause.label("Continue");
        }
    }

    /** Buttons, and below them the settings, folded. */
    Widget widget() {
        return Box.column(
                Box.row(pause, stop, save),
                Box.folds(
                        Map.of(
                                "Change while it trains",
                                Box.column(sliders().toArray(Widget[]::new)))));
    }

    private List<Control<Double>> sliders() {
        List<Control<Double>> sliders = new ArrayList<>(settings.values());
        sliders.addAll(weights);
        return sliders;
    }

    /** The run's cell has ended: there is nothing more to do. */
    void disable() {
        List.of(pause, stop, save).forEach(button -> button.enable(false));
        sliders().forEach(slider -> slider.enable(false));
    }

    /** A setting's slider, by its key in a recipe. */
    Control<Double> slider(String key) {
        return settings.get(key);
    }

    /** The sliders of the rewards' weights, in the recipe's order. */
    List<Control<Double>> weightSliders() {
        return weights;
    }

    Button pauseButton() {
        return pause;
    }
}
