package org.tina.eval;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tina.data.Problem;
import org.tina.math.ExtractionSettings;
import org.tina.math.ExtractionSettings.Kind;
import org.tina.math.MathVerifier;
import org.tina.reward.Rewards;

/** What kind of answer a benchmark asks for: where it is looked for and when it is right. */
public enum AnswerType {
    /** Mathematics, judged as the accuracy reward does; leniently a bare number counts too. */
    MATH {
        @Override
        Optional<String> strict(String completion) {
            return MathVerifier.extract(completion);
        }

        @Override
        Optional<String> lenient(String completion) {
            return MathVerifier.extractLenient(completion);
        }
    },

    /** The letter of a multiple choice in a box; leniently one that is named as the answer. */
    LETTER {
        @Override
        Optional<String> strict(String completion) {
            return MathVerifier.extract(completion).flatMap(AnswerType::letter);
        }

        @Override
        Optional<String> lenient(String completion) {
            return MathVerifier.extract(completion, NAMED).flatMap(AnswerType::letter);
        }
    },

    /** All that the completion says, without a frame: the miniature's sibling skill. */
    WHOLE {
        @Override
        Optional<String> strict(String completion) {
            return Optional.of(completion.replace("$", "").strip()).filter(t -> !t.isEmpty());
        }

        @Override
        Optional<String> lenient(String completion) {
            return strict(completion);
        }

        /** To the letter: the verifier takes a list as a set, and here the order is the task. */
        @Override
        boolean same(String gold, String answer) {
            return gold.equals(answer);
        }
    };

    private static final ExtractionSettings NAMED = ExtractionSettings.of(Kind.CHOICE, Kind.LATEX);

    /** A letter at the beginning, maybe in brackets: of {@code B}, {@code (B)}, {@code B) 5 m}. */
    private static final Pattern LETTER_FIRST = Pattern.compile("^[^A-Za-z0-9]*([A-Za-z])(?!\\w)");

    private static final Pattern COMMAND = Pattern.compile("\\\\[A-Za-z]+");

    /** The answer in the form that was asked for. */
    abstract Optional<String> strict(String completion);

    /** The answer in any form. */
    abstract Optional<String> lenient(String completion);

    /** The gold answer, if it can be read. */
    Optional<String> gold(Problem problem) {
        return lenient(problem.solution());
    }

    /**
     * What becomes of a completion.
     *
     * @param gold of {@link #gold}; without one nothing is right
     */
    Verdict judge(Problem problem, Optional<String> gold, String completion) {
        Optional<String> answer = strict(completion);
        boolean correct = same(gold, answer);
        return new Verdict(
                answer,
                correct,
                correct || same(gold, lenient(completion)),
                Rewards.format(problem, completion) == 1);
    }

    private boolean same(Optional<String> gold, Optional<String> answer) {
        return gold.isPresent() && answer.isPresent() && same(gold.get(), answer.get());
    }

    /** Whether an answer is as good as another, such as the gold one. */
    boolean same(String gold, String answer) {
        return MathVerifier.equivalent(gold, answer);
    }

    private static Optional<String> letter(String answer) {
        Matcher found = LETTER_FIRST.matcher(COMMAND.matcher(answer).replaceAll(""));
        return found.find() ? Optional.of(found.group(1).toUpperCase()) : Optional.empty();
    }
}
