package org.tina.eval;

import java.util.List;
import java.util.Optional;
import org.tina.data.Problem;
import org.tina.generate.Completion;
import org.tina.math.MathVerifier;
import org.tina.reward.Rewards;

/**
 * A problem and the completions that were sampled for it.
 *
 * @param completions at least one
 * @param correct of each completion, whether the accuracy reward would be 1
 */
public record Answer(Problem problem, List<Completion> completions, List<Boolean> correct) {

    public Answer {
        completions = List.copyOf(completions);
        correct = List.copyOf(correct);
        if (completions.isEmpty() || completions.size() != correct.size()) {
            throw new IllegalArgumentException(
                    "an answer with "
                            + completions.size()
                            + " completions and "
                            + correct.size()
                            + " verdicts");
        }
    }

    /**
     * Judges completions by the accuracy reward. None is correct if the gold answer can't be read.
     */
    public static Answer judge(Problem problem, List<Completion> completions) {
        return new Answer(
                problem,
                completions,
                completions.stream()
                        .map(completion -> Rewards.accuracy(problem, completion.text()) == 1)
                        .toList());
    }

    /** How many completions are correct. */
    public int correctCount() {
        return (int) correct.stream().filter(right -> right).count();
    }

    /**
     * How many completions end with the right number, whatever they wrap it in: the knowledge that
     * a format missed. Never fewer than {@link #correctCount}.
     */
    int lenientCount() {
        Optional<String> gold = MathVerifier.extractLenient(problem.solution());
        return (int)
                completions.stream()
                        .map(completion -> MathVerifier.extractLenient(completion.text()))
                        .filter(answer -> answer.isPresent() && gold.isPresent())
                        .filter(answer -> MathVerifier.equivalent(gold.get(), answer.get()))
                        .count();
    }

    /**
     * Whether the answer that most of the first k completions agree on is right; of answers equally
     * frequent the one that came first counts, completions without an answer have no vote.
     */
    boolean majorityCorrect(int k) {
        List<Optional<String>> votes =
                completions.subList(0, k).stream()
                        .map(completion -> MathVerifier.extract(completion.text()))
                        .toList();
        int most = 0;
        boolean right = false;
        for (int i = 0; i < k; i++) {
            Optional<String> vote = votes.get(i);
            int same =
                    (int)
                            votes.stream()
                                    .filter(other -> vote.isPresent() && other.isPresent())
                                    .filter(
                                            other ->
                                                    MathVerifier.equivalent(
                                                            vote.get(), other.get()))
                                    .count();
            if (same > most) {
                most = same;
                right = correct.get(i);
            }
        }
        return right;
    }
}
