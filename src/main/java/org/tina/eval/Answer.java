package org.tina.eval;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.tina.data.Problem;
import org.tina.generate.Completion;

/**
 * A problem and the completions that were sampled for it.
 *
 * @param completions at least one
 * @param verdicts one a completion
 */
public record Answer(
        Problem problem, AnswerType type, List<Completion> completions, List<Verdict> verdicts) {

    public Answer {
        completions = List.copyOf(completions);
        verdicts = List.copyOf(verdicts);
        if (completions.isEmpty() || completions.size() != verdicts.size()) {
            throw new IllegalArgumentException(
                    "an answer with "
                            + completions.size()
                            + " completions and "
                            + verdicts.size()
                            + " verdicts");
        }
    }

    /**
     * Judges completions by the accuracy reward. None is correct if the gold answer can't be read.
     */
    public static Answer judge(Problem problem, List<Completion> completions) {
        return judge(problem, completions, AnswerType.MATH);
    }

    /** Judges completions; none is correct if the gold answer can't be read. */
    public static Answer judge(Problem problem, List<Completion> completions, AnswerType type) {
        Optional<String> gold = type.gold(problem);
        return new Answer(
                problem,
                type,
                completions,
                completions.stream().map(c -> type.judge(problem, gold, c.text())).toList());
    }

    /** Of each completion, whether it is correct. */
    public List<Boolean> correct() {
        return verdicts.stream().map(Verdict::correct).toList();
    }

    /** How many completions are correct. */
    public int correctCount() {
        return count(Verdict::correct);
    }

    /** How many completions have a verdict of a kind. */
    int count(Predicate<Verdict> kind) {
        return (int) verdicts.stream().filter(kind).count();
    }

    /** How many completions end by themselves, and with the right answer. */
    int finishedAndCorrectCount() {
        int count = 0;
        for (int i = 0; i < completions.size(); i++) {
            count += completions.get(i).finished() && verdicts.get(i).correct() ? 1 : 0;
        }
        return count;
    }

    /**
     * Whether the answer that most of the first k completions agree on is right; of answers equally
     * frequent the one that came first counts, completions without an answer have no vote.
     */
    boolean majorityCorrect(int k) {
        List<Optional<String>> votes =
                verdicts.subList(0, k).stream().map(Verdict::answer).toList();
        int most = 0;
        boolean right = false;
        for (int i = 0; i < k; i++) {
            Optional<String> vote = votes.get(i);
            int same =
                    (int)
                            votes.stream()
                                    .filter(other -> vote.isPresent() && other.isPresent())
                                    .filter(other -> type.same(vote.get(), other.get()))
                                    .count();
            if (same > most) {
                most = same;
                right = verdicts.get(i).correct();
            }
        }
        return right;
    }
}
