package org.tina.analysis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tina.generate.Completion;
import org.tina.generate.Sampler;
import org.tina.generate.SamplingParams;
import org.tina.lora.LoraAdapter;
import org.tina.lora.LoraConfig;
import org.tina.mini.TinyModel;
import org.tina.model.CausalLM;
import org.tina.model.Group;
import org.tina.model.Policy;

class TokenScoresTest {
    private static final double TEMPERATURE = 0.7;
    private static final double ADVANTAGE = -1.5;

    /** Recomputed from the logits in plain Java, which knows nothing of the tensor program's. */
    @Test
    void figuresAreThoseOfTheLogits(@TempDir Path folder) throws IOException {
        try (CausalLM model = CausalLM.load(TinyModel.writeTalkative(folder, 3), "cpu");
                LoraAdapter policy = LoraAdapter.inject(model, LoraConfig.tina().withDropout(0));
                Policy base = policy.reference()) {
            float[] parameters = policy.parameters();
            Random random = new Random(1);
            for (int i = 0; i < parameters.length; i++) {
                parameters[i] += (float) (0.1 * random.nextGaussian());
            }
            policy.setParameters(parameters);
            int[] prompt = model.tokenizer().encode("1 + 1?");
            Completion completion =
                    new Sampler(policy)
                            .generate(List.of(prompt), 1, SamplingParams.of(TEMPERATURE, 12))
                            .get(0)
                            .get(0);
            TokenScores scores =
                    TokenScores.of(policy, base, prompt, completion, ADVANTAGE, TEMPERATURE);

            assertEquals(completion.length(), scores.length());
            assertArrayEquals(completion.logProbs(), scores.logProbs(), 1e-4f);
            float[][] now = policy.logits(text(prompt, completion));
            float[][] then = base.logits(text(prompt, completion));
            double sum = 0;
            for (int i = 0; i < scores.length(); i++) {
                int token = completion.tokens()[i];
                double[] p = softmax(now[prompt.length - 1 + i]);
                double reference = softmax(then[prompt.length - 1 + i])[token];
                double entropy = 0;
                for (double value : p) {
                    entropy -= value == 0 ? 0 : value * Math.log(value);
                }
                assertEquals(entropy, scores.entropies()[i], 1e-4);
                double logRatio = Math.log(p[token] / reference);
                assertEquals(logRatio, scores.logRatio(i), 1e-3);
                double kl = reference / p[token] - Math.log(reference / p[token]) - 1;
                assertEquals(kl, scores.kl(i), 1e-3 * (1 + kl));
                assertEquals(ADVANTAGE * (1 - p[token]), scores.credit(i), 1e-4);
                sum += scores.kl(i);
            }
            assertTrue(sum > 0.01, "the adapter moves the policy");
            assertEquals(kl(policy, base, prompt, completion), sum, 1e-3 * sum, "GRPO's own sum");
        }
    }

    private static int[] text(int[] prompt, Completion completion) {
        int[] text = Arrays.copyOf(prompt, prompt.length + completion.length());
        System.arraycopy(completion.tokens(), 0, text, prompt.length, completion.length());
        return text;
    }

    private static double[] softmax(float[] logits) {
        double[] p = new double[logits.length];
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            p[i] = Math.exp(logits[i] / TEMPERATURE);
            sum += p[i];
        }
        for (int i = 0; i < p.length; i++) {
            p[i] /= sum;
        }
        return p;
    }

    /** What the training's gradient says of the same completion. */
    private static double kl(Policy policy, Policy base, int[] prompt, Completion completion) {
        Group group = Group.of(prompt, List.of(completion.tokens()));
        float[] ones = group.perToken(new double[] {1});
        var objective = new Policy.Objective(TEMPERATURE, 0.2, 0.2, 0, 0.04);
        try (var scratch = policy.newManager()) {
            return policy.gradient(
                            scratch,
                            group,
                            ones,
                            ones,
                            base.logProbs(group, TEMPERATURE),
                            new float[0],
                            objective,
                            0,
                            false)
                    .kl();
        }
    }
}
