package org.tina.math;

import java.util.List;
import java.util.Optional;
import org.tina.math.Extraction.Found;
import org.tina.math.ExtractionSettings.Kind;

/**
 * Finds the answer that a text ends with and tells whether two answers are the same, however they
 * are written: numbers exactly, or to some decimal places where they are written as decimals;
 * expressions by their values at several points; sets, intervals, equations, matrices by rules of
 * their own (see {@link Equivalence}). When in doubt two answers are different.
 *
 * <p>Takes any text without throwing, in time linear in its length and with a bounded amount of
 * further work.
 */
public final class MathVerifier {
    private MathVerifier() {}

    /**
     * What became of a pair of texts.
     *
     * @param gold the gold answer as it was found, if it was
     * @param answer the other one
     */
    public record Verdict(boolean correct, Optional<String> gold, Optional<String> answer) {}

    /**
     * The answer as the accuracy reward looks for it, in LaTeX only: the last {@code \boxed{}},
     * with others that stand next to it, or else the last formula.
     */
    public static Optional<String> extract(String text) {
        return extract(text, ExtractionSettings.latex());
    }

    /** The answer in LaTeX or as a bare number: boxes first, then whatever comes last. */
    public static Optional<String> extractLenient(String text) {
        return extract(text, ExtractionSettings.lenient());
    }

    /** The answer that a text ends with. */
    public static Optional<String> extract(String text, ExtractionSettings settings) {
        return Extraction.find(text, settings).map(Found::answer);
    }

    /** Whether two answers are the same, by the standard settings. */
    public static boolean equivalent(String gold, String answer) {
        return equivalent(gold, answer, VerifierSettings.standard());
    }

    /**
     * Whether {@code answer} is as good as {@code gold}. Either may still wear its dollar signs or
     * its box. Not symmetric: {@code x = 5} and {@code 5} answer each other, but a gold equation
     * such as {@code 2x + z = 5} is not answered by 5, while a gold 5 is answered by it; and the
     * gold's order counts where the gold is ordered.
     */
    public static boolean equivalent(String gold, String answer, VerifierSettings settings) {
        if (gold.equals(answer)) {
            return !gold.isBlank();
        }
        if (isSmallNumber(gold) && isSmallNumber(answer)) {
            return Long.parseLong(gold) == Long.parseLong(answer);
        }
        return same(gold, answer, settings, new Budget());
    }

    /** Finds both answers and compares them. A text without an answer is wrong. */
    public static Verdict judge(
            String gold, String answer, ExtractionSettings extraction, VerifierSettings settings) {
        Optional<Found> g = Extraction.findGold(gold, extraction);
        Optional<Found> a = Extraction.find(answer, extraction);
        boolean correct = g.isPresent() && a.isPresent() && equal(g.get(), a.get(), settings);
        return new Verdict(correct, g.map(Found::answer), a.map(Found::answer));
    }

    private static boolean equal(Found gold, Found answer, VerifierSettings settings) {
        if (gold.kind() == Kind.CHOICE && answer.kind() == Kind.CHOICE) {
            return gold.answer().equalsIgnoreCase(answer.answer());
        }
        return equivalent(gold.answer(), answer.answer(), settings);
    }

    /** The work that a comparison takes, for tests of the bound on it. */
    static int work(String gold, String answer) {
        var budget = new Budget();
        same(gold, answer, VerifierSettings.standard(), budget);
        return budget.spent();
    }

    private static boolean same(
            String gold, String answer, VerifierSettings settings, Budget budget) {
        try {
            Expr g = Parser.parse(gold, budget);
            Expr a = Parser.parse(answer, budget);
            if (new Equivalence(settings, budget).same(g, a)) {
                return true;
            }
        } catch (Budget.Undecided tooMuchOrNoMathematics) {
            // only the same text is the same answer
        }
        return sameText(gold, answer) || sameWords(gold, answer);
    }

    /** A number that is compared without reading it as mathematics. */
    private static boolean isSmallNumber(String text) {
        int start = text.startsWith("-") ? 1 : 0;
        int length = text.length();
        if (length == start || length > 17) {
            return false;
        }
        for (int i = start; i < length; i++) {
            if (!Lexer.isDigit(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Whether both are made of the same words and signs, whatever their sizes and spacing. */
    private static boolean sameWords(String gold, String answer) {
        try {
            List<Token> g = Lexer.tokens(gold, new Budget());
            List<Token> a = Lexer.tokens(answer, new Budget());
            for (int i = 0; i < Math.min(g.size(), a.size()); i++) {
                if (g.get(i).kind() != a.get(i).kind()
                        || !g.get(i).text().equals(a.get(i).text())) {
                    return false;
                }
            }
            return g.size() == a.size() && g.size() > 1;
        } catch (Budget.Undecided noMathematics) {
            return false;
        }
    }

    /** Whether the texts differ in nothing but space, dollar signs and a full stop. */
    private static boolean sameText(String gold, String answer) {
        int i = skip(gold, 0);
        int j = skip(answer, 0);
        boolean some = false;
        while (i < gold.length() && j < answer.length()) {
            if (gold.charAt(i) != answer.charAt(j)) {
                return false;
            }
            some = true;
            i = skip(gold, i + 1);
            j = skip(answer, j + 1);
        }
        return some && i == gold.length() && j == answer.length();
    }

    private static int skip(String text, int from) {
        int i = from;
        while (i < text.length()
                && (Character.isWhitespace(text.charAt(i))
                        || text.charAt(i) == '$'
                        || text.charAt(i) == '.' && i == text.length() - 1)) {
            i++;
        }
        boolean cut =
                i > from
                        && from > 0
                        && i < text.length()
                        && Lexer.isDigit(text.charAt(from - 1))
                        && Lexer.isDigit(text.charAt(i));
        return cut ? from : i; // 7 23 is not 723
    }
}
