package org.tina.recipe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tina.data.RowWriter;
import org.tina.generate.Completion;
import org.tina.grpo.RolloutGroup;
import org.tina.model.Tokenizer;
import org.tina.reward.WeightedReward;

/** Keeps the completions of a run's steps as the files that {@link Rollouts} reads. */
final class RolloutWriter implements AutoCloseable {
    private final Path run;
    private final RowWriter writer = new RowWriter();

    /**
     * @param run the run's directory
     */
    RolloutWriter(Path run) {
        this.run = run;
    }

    /** Names that a reward's column can't have: DuckDB takes no notice of case. */
    private static final List<String> TAKEN =
            List.of(
                    "step",
                    "prompt",
                    "completion",
                    "advantage",
                    "reward",
                    "problem",
                    "solution",
                    "group",
                    "finished",
                    "prompt_ids",
                    "completion_ids",
                    "logprobs");

    private static String column(String reward) {
        return TAKEN.contains(reward.toLowerCase(Locale.ROOT)) ? reward + "_reward" : reward;
    }

    void write(
            int step, List<RolloutGroup> groups, List<WeightedReward> rewards, Tokenizer tokenizer)
            throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            RolloutGroup group = groups.get(g);
            String prompt = tokenizer.decode(group.prompt(), true);
            for (int i = 0; i < group.completions().size(); i++) {
                Completion completion = group.completions().get(i);
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("step", step);
                row.put("prompt", prompt);
                row.put("completion", completion.text());
                for (int r = 0; r < rewards.size(); r++) {
                    row.put(column(rewards.get(r).name()), group.scores()[r][i]);
                }
                row.put("advantage", group.advantages()[i]);
                row.put("reward", group.rewards()[i]);
                row.put("problem", group.problem().problem());
                row.put("solution", group.problem().solution());
                row.put("group", g);
                row.put("finished", completion.finished());
                row.put("prompt_ids", group.prompt());
                row.put("completion_ids", completion.tokens());
                row.put("logprobs", completion.logProbs());
                rows.add(row);
            }
        }
        writer.write(Rollouts.file(run, step), rows);
    }

    @Override
    public void close() {
        writer.close();
    }
}
