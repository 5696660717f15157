package org.tina.mini;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.tina.data.AtomicFile;
import org.tina.grpo.AdamW;
import org.tina.grpo.GradientSum;
import org.tina.model.CausalLM;
import org.tina.model.Group;
import org.tina.model.Policy;
import org.tina.model.Tokenizer;
import org.tina.model.Workers;

/**
 * Makes the miniature: a small Qwen2 model, trained from random weights on {@link Corpus} with the
 * very gradient that GRPO uses. Supervised learning is the policy gradient with advantage 1 on what
 * the data did: the gradient of {@code -ρ·1} at ρ = 1 is that of {@code -log π}.
 */
public final class Pretraining {

    /**
     * Documents of similar length computed together; fewer waste less on padding, more fill the
     * products.
     */
    private static final int DOCUMENTS_AT_ONCE = 8;

    private static final float[] NONE = {};

    /**
     * @param steps updates
     * @param documents a step
     * @param learningRate held for {@code flat} of the steps after 100 of warm-up, then linear to a
     *     fiftieth
     * @param flat in [0, 1]
     */
    public record Settings(int steps, int documents, double learningRate, double flat, long seed) {

        /** What made the embedded weights. */
        public static Settings defaults() {
            return new Settings(3000, 32, 2e-3, 0.55, 42);
        }

        double learningRate(int step) {
            double warm = Math.min(1, (step + 1) / 100.0);
            double left = (steps - step) / ((1 - flat) * steps);
            return learningRate * warm * (0.02 + 0.98 * Math.min(1, left));
        }
    }

    /** Where the training stands: loss is nats a learned token. */
    public record Progress(int step, int steps, double loss, double gradNorm, double seconds) {}

    private record Sequence(int[] tokens, boolean[] learned) {}

    private record Batch(Group group, float[] advantages, float[] weights) {}

    private Pretraining() {}

    /**
     * Trains and writes the model directory, which appears whole or not at all.
     *
     * @param target a directory that does not exist or is empty
     * @param progress called after every step
     * @throws IOException before the training if the target is not such a directory
     */
    public static void run(Path target, Settings settings, Consumer<Progress> progress)
            throws IOException {
        CausalLM.requireNew(target);
        Path start = Files.createTempDirectory("tina-pretraining");
        try {
            ModelFiles.write(start);
            CausalLM.initialize(start, settings.seed());
            train(start, target, settings, progress);
        } finally {
            AtomicFile.delete(start);
        }
    }

    private static void train(
            Path start, Path target, Settings settings, Consumer<Progress> progress)
            throws IOException {
        AdamW.Settings adam = new AdamW.Settings(0.9, 0.98, 1e-8, 0.05, 1);
        Policy.Objective objective = new Policy.Objective(1, 0.2, 0.2, 0, 0);
        try (CausalLM model = CausalLM.load(start);
                Policy policy = Policy.full(model);
                AdamW optimizer = new AdamW(policy, adam);
                NDManager manager = policy.newManager()) {
            Corpus corpus = new Corpus(settings.seed());
            for (int step = 0; step < settings.steps(); step++) {
                long begin = System.nanoTime();
                try (NDManager scratch = manager.newSubManager()) {
                    List<Batch> batches = batches(corpus, settings.documents(), model.tokenizer());
                    Policy.Gradient gradient =
                            GradientSum.over(
                                    policy,
                                    scratch,
                                    batches,
                                    (out, b) ->
                                            policy.gradient(
                                                    out,
                                                    b.group,
                                                    b.advantages,
                                                    b.weights,
                                                    NONE,
                                                    NONE,
                                                    objective,
                                                    0,
                                                    false));
                    double norm = optimizer.step(gradient.theta(), settings.learningRate(step));
                    // the weighted sum of -ρ is -1, so the loss is read from the learned tokens'
                    // log-probabilities
                    progress.accept(
                            new Progress(
                                    step + 1,
                                    settings.steps(),
                                    -gradient.weightedLogProb(),
                                    norm,
                                    (System.nanoTime() - begin) / 1e9));
                }
            }
            model.save(target, policy);
        }
    }

    /**
     * How well a policy knows pre-training texts: the loss of a training step on the next documents
     * of a corpus.
     *
     * @param documents at least 1
     * @return nats a learned token
     */
    public static double loss(Policy policy, Corpus corpus, int documents) {
        CausalLM model = policy.model();
        List<Batch> batches = batches(corpus, documents, model.tokenizer());
        return Workers.map(model.groupsAtOnce(), batches, batch -> loss(policy, batch)).stream()
                .mapToDouble(Double::doubleValue)
                .sum();
    }

    private static double loss(Policy policy, Batch batch) {
        float[] logProbs = policy.logProbs(batch.group, 1);
        double loss = 0;
        for (int i = 0; i < logProbs.length; i++) {
            loss -= batch.weights[i] * logProbs[i];
        }
        return loss;
    }

    private static List<Batch> batches(Corpus corpus, int documents, Tokenizer tokenizer) {
        List<Sequence> sequences = new ArrayList<>();
        for (int i = 0; i < documents; i++) {
            sequences.add(sequence(corpus.next(), tokenizer));
        }
        sequences.sort(Comparator.comparingInt(s -> s.tokens.length));
        long learned =
                sequences.stream()
                        .mapToLong(
                                s ->
                                        IntStream.range(0, s.learned.length)
                                                .filter(i -> s.learned[i])
                                                .count())
                        .sum();
        List<Batch> out = new ArrayList<>();
        for (int i = 0; i < documents; i += DOCUMENTS_AT_ONCE) {
            List<Sequence> few = sequences.subList(i, Math.min(i + DOCUMENTS_AT_ONCE, documents));
            // all documents begin with bos: they are a group that continues this one prompt
            Group group =
                    Group.of(new int[] {tokenizer.bos()}, few.stream().map(s -> s.tokens).toList());
            float[] weights = new float[group.targets().length];
            float[] advantages = new float[weights.length];
            int at = 0;
            for (Sequence s : few) {
                for (boolean learns : s.learned) {
                    advantages[at] = 1;
                    weights[at++] = learns ? 1f / learned : 0;
                }
            }
            out.add(new Batch(group, advantages, weights));
        }
        return out;
    }

    /** A document's tokens after bos, with eos at the end. */
    private static Sequence sequence(Document document, Tokenizer tokenizer) {
        List<Integer> tokens = new ArrayList<>();
        List<Boolean> learned = new ArrayList<>();
        for (Document.Segment segment : document.segments()) {
            for (int token : tokenizer.encode(segment.text())) {
                tokens.add(token);
                learned.add(segment.learned());
            }
        }
        tokens.add(tokenizer.eos());
        learned.add(true);
        boolean[] flags = new boolean[learned.size() - 1];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = learned.get(i + 1);
        }
        return new Sequence(tokens.stream().skip(1).mapToInt(Integer::intValue).toArray(), flags);
    }
}
