package org.tina.math;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tina.math.ExtractionSettings.Kind;

/**
 * Finds the final answer in a text, in time linear in its length. Candidates are ranked by how
 * plainly they are said to be the answer; among equals the last one counts.
 */
final class Extraction {
    /** An answer as it stands in the text, and where. */
    record Found(Kind kind, int start, int end, String answer) {}

    private static final String[] BOXES = {"\\boxed", "\\fbox"};

    /** How far the answer may stand behind the word "answer". */
    private static final int REACH = 50;

    private static final int FINAL_REACH = 100;
    private static final int MOST_JOINED = 6;
    private static final int MOST_TRIED = 8;
    private static final int LONGEST_GAP = 70;
    private static final int SHORT_GAP = 10;
    private static final int LONGEST_WHOLE = 200;

    private static final int BOX_LIKE = 0;
    private static final int FINAL_ANSWER = 50;
    private static final int ANSWER_COLON = 100;
    private static final int ANSWER = 200;
    private static final int START = 250;
    private static final int ANYWHERE = 300;

    private final String text;
    private final String lower;
    private final ExtractionSettings settings;
    private final List<Found> formulas;
    private final List<Found> loose = new ArrayList<>(); // numbers and choices

    private Extraction(String text, ExtractionSettings settings) {
        this.text = text;
        this.lower = text.toLowerCase(Locale.ROOT);
        this.settings = settings;
        boolean latex = settings.kinds().contains(Kind.LATEX);
        this.formulas = latex ? joined(text, Formulas.in(text)) : List.of();
        if (settings.kinds().contains(Kind.EXPRESSION)) {
            loose.addAll(Numbers.in(text));
        }
        if (settings.kinds().contains(Kind.CHOICE)) {
            loose.addAll(choices());
        }
    }

    /** The final answer, if there is any. */
    static Optional<Found> find(String text, ExtractionSettings settings) {
        return new Extraction(text, settings).find();
    }

    /**
     * The gold answer: as any answer, but a text without formulas and boxes may be one as a whole.
     */
    static Optional<Found> findGold(String text, ExtractionSettings settings) {
        if (settings.kinds().contains(Kind.LATEX)
                && text.length() <= 2_000
                && text.indexOf('$') < 0
                && text.indexOf("\\(") < 0
                && text.indexOf("\\[") < 0
                && text.indexOf("\\boxed") < 0
                && !isNumber(text, settings)
                && parses(text)) {
            return Optional.of(new Found(Kind.LATEX, 0, text.length(), text.strip()));
        }
        return find(text, settings);
    }

    private static boolean isNumber(String text, ExtractionSettings settings) {
        if (!settings.kinds().contains(Kind.EXPRESSION)) {
            return false;
        }
        List<Found> numbers = Numbers.in(text);
        return numbers.size() == 1
                && text.strip().length() <= numbers.get(0).end() - numbers.get(0).start() + 1;
    }

    private static boolean parses(String text) {
        try {
            Parser.parse(text, new Budget());
            return true;
        } catch (Budget.Undecided notMathematics) {
            return false;
        }
    }

    private Optional<Found> find() {
        Found box =
                settings.kinds().contains(Kind.LATEX) && settings.boxedPriority() >= 0
                        ? box()
                        : null;
        if (settings.kinds().contains(Kind.EXPRESSION) && box == null && formulas.isEmpty()) {
            Found whole = whole();
            if (whole != null) {
                return Optional.of(whole);
            }
        }
        for (int rank : new int[] {BOX_LIKE, FINAL_ANSWER, ANSWER_COLON, ANSWER, START, ANYWHERE}) {
            List<Found> candidates = new ArrayList<>();
            if (box != null && rankOfBox() == rank) {
                candidates.add(box);
            }
            collect(rank, candidates);
            Optional<Found> best = best(candidates);
            if (best.isPresent()) {
                return best;
            }
        }
        return Optional.empty();
    }

    private int rankOfBox() {
        int priority = settings.boxedPriority();
        for (int rank : new int[] {BOX_LIKE, FINAL_ANSWER, ANSWER_COLON, ANSWER}) {
            if (priority <= rank) {
                return rank;
            }
        }
        return ANYWHERE;
    }

    /** The one that ends last and can be read; if none can be read, the one that ends last. */
    private static Optional<Found> best(List<Found> candidates) {
        candidates.sort(
                Comparator.comparingInt(Found::end).reversed().thenComparingInt(Found::start));
        return candidates.stream()
                .limit(MOST_TRIED)
                .filter(c -> c.kind() != Kind.LATEX || parses(c.answer()))
                .findFirst()
                .or(() -> candidates.stream().findFirst());
    }

    private void collect(int rank, List<Found> candidates) {
        switch (rank) {
            case BOX_LIKE, FINAL_ANSWER -> finalAnswers(rank == BOX_LIKE, candidates);
            case ANSWER_COLON -> following("answer:", candidates);
            case ANSWER -> following("answer", candidates);
            case START -> {
                if (!settings.anchored()) {
                    loose.stream()
                            .filter(f -> f.kind() == Kind.CHOICE && f.start() <= 3)
                            .limit(1)
                            .forEach(candidates::add);
                }
            }
            default -> {
                if (!settings.anchored()) {
                    candidates.addAll(formulas);
                    candidates.addAll(loose);
                }
            }
        }
    }

    /** "The final answer is X. I hope it is correct.", or "final answer ... is X". */
    private void finalAnswers(boolean hoped, List<Found> candidates) {
        String phrase = "final answer";
        for (int p = lower.indexOf(phrase); p >= 0; p = lower.indexOf(phrase, p + 1)) {
            int limit =
                    Math.min(text.length() - 3, p + phrase.length() + (hoped ? 0 : FINAL_REACH));
            for (int i = p + phrase.length(); i <= limit; i++) {
                if (!Character.isWhitespace(text.charAt(i)) || !lower.startsWith("is", i + 1)) {
                    continue;
                }
                int from = i + 3;
                from += from < text.length() && text.charAt(from) == ':' ? 1 : 0;
                Found found = startingAt(from);
                if (found != null && (!hoped || hopeFollows(found.end()))) {
                    candidates.add(found);
                    break;
                }
            }
        }
    }

    private boolean hopeFollows(int end) {
        int i = end;
        while (i < text.length()
                && (text.charAt(i) == '.' || Character.isWhitespace(text.charAt(i)))) {
            i++;
        }
        return text.startsWith("I hope", i);
    }

    /** What starts right there, white space and quotes aside. */
    private Found startingAt(int from) {
        int i = from;
        while (i < text.length()
                && (Character.isWhitespace(text.charAt(i))
                        || "\\\"*".indexOf(text.charAt(i)) >= 0 && !opens(i))) {
            i++;
        }
        for (List<Found> list : List.of(formulas, loose)) {
            int at = firstAtOrAfter(list, i);
            if (at < list.size() && list.get(at).start() == i) {
                return list.get(at);
            }
        }
        return null;
    }

    private boolean opens(int i) {
        return text.startsWith("\\(", i)
                || text.startsWith("\\[", i)
                || text.startsWith("\\frac", i);
    }

    /** The first formula and the first number within reach of each such phrase. */
    private void following(String phrase, List<Found> candidates) {
        for (int p = lower.indexOf(phrase); p >= 0; p = lower.indexOf(phrase, p + 1)) {
            int from = p + phrase.length();
            for (List<Found> list : List.of(formulas, loose)) {
                int at = firstAtOrAfter(list, from);
                if (at < list.size() && list.get(at).start() <= from + REACH) {
                    int last = list == loose ? afterEquals(at, from) : at;
                    candidates.add(list.get(last));
                }
            }
        }
    }

    /** The last number of a calculation: 2 + 3 = 5. */
    private int afterEquals(int first, int from) {
        int at = first;
        while (at + 1 < loose.size()
                && loose.get(at + 1).start() <= from + FINAL_REACH
                && text.substring(loose.get(at).end(), loose.get(at + 1).start())
                        .strip()
                        .equals("=")) {
            at++;
        }
        return at;
    }

    private static int firstAtOrAfter(List<Found> list, int position) {
        int low = 0;
        int high = list.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (list.get(middle).start() < position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** A short text that is nothing but mathematics, such as x=1 or x=-1. */
    private Found whole() {
        String bare = text.strip();
        if (bare.length() > LONGEST_WHOLE || bare.indexOf('=') < 0) {
            return null;
        }
        int run = 0;
        boolean letters = false;
        for (int i = 0; i < bare.length(); i++) {
            char c = bare.charAt(i);
            letters |= Lexer.isLetter(c);
            run = Lexer.isLetter(c) ? run + 1 : 0;
            if (run > 3 || c == '.' || c == '?' || Character.isWhitespace(c) && c != ' ') {
                return null;
            }
        }
        return letters && parses(bare) ? new Found(Kind.LATEX, 0, text.length(), bare) : null;
    }

    // ---- boxes

    /** The last box, with the ones right before it that belong to the same answer. */
    private Found box() {
        List<int[]> boxes = boxes(); // {start, content from, content to, end}
        if (boxes.isEmpty()) {
            return openBox();
        }
        int last = boxes.size() - 1;
        int[] end = boxes.get(last);
        String answer = text.substring(end[1], end[2]).strip();
        String next = answer;
        int start = end[0];
        for (int i = last - 1; i >= 0 && last - i < MOST_JOINED * 2; i--) {
            int[] before = boxes.get(i);
            String content = text.substring(before[1], before[2]).strip();
            if (before[3] > start || !belongs(text.substring(before[3], start), content, next)) {
                break;
            }
            answer = content + " , " + answer;
            next = content;
            start = before[0];
        }
        int after = end[3];
        int percent = percentEnd(text, after);
        return new Found(
                Kind.LATEX, start, Math.max(after, percent), percent > 0 ? answer + "\\%" : answer);
    }

    private static boolean belongs(String gap, String content, String next) {
        if (gap.length() > LONGEST_GAP) {
            return false;
        }
        boolean letters = false;
        boolean joining = false;
        var word = new StringBuilder();
        for (int i = 0; i <= gap.length(); i++) {
            char c = i < gap.length() ? gap.charAt(i) : ' ';
            if (Lexer.isLetter(c)) {
                word.append(c);
                continue;
            }
            String w = word.toString();
            boolean command = i > w.length() && gap.charAt(i - w.length() - 1) == '\\';
            joining |= !command && (w.equals("and") || w.equals("or"));
            letters |= !w.isEmpty() && !command && !w.equals("and") && !w.equals("or");
            word.setLength(0);
        }
        if (gap.indexOf('=') >= 0 && !joining) {
            return false;
        }
        return gap.length() < SHORT_GAP && !letters
                || !content.equals(next)
                        && (joining
                                || !letters && (gap.indexOf(',') >= 0 || gap.indexOf(';') >= 0));
    }

    /** All closed boxes in order; of nested ones only the innermost. */
    private List<int[]> boxes() {
        List<int[]> boxes = new ArrayList<>();
        var opened = new java.util.ArrayDeque<int[]>(); // {start of the box or -1, content}
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                int content = boxContent(i);
                if (content > 0) {
                    opened.push(new int[] {i, content});
                    i = content - 1;
                } else if (i + 1 < text.length() && "{}".indexOf(text.charAt(i + 1)) >= 0) {
                    i++; // an escaped brace
                }
            } else if (c == '{') {
                opened.push(new int[] {-1, i + 1});
            } else if (c == '}' && !opened.isEmpty()) {
                int[] box = opened.pop();
                boolean holdsBox =
                        box[0] >= 0 && !boxes.isEmpty() && boxes.get(boxes.size() - 1)[0] > box[0];
                if (box[0] >= 0 && !holdsBox) {
                    boxes.add(new int[] {box[0], box[1], i, i + 1});
                }
            }
        }
        return boxes;
    }

    /** Where the content of a box begins that begins at i; 0 if none does. */
    private int boxContent(int i) {
        for (String name : BOXES) {
            if (text.startsWith(name, i)) {
                int open = i + name.length();
                while (open < text.length() && Character.isWhitespace(text.charAt(open))) {
                    open++;
                }
                return open < text.length() && text.charAt(open) == '{' ? open + 1 : 0;
            }
        }
        return 0;
    }

    /** A box that is never closed, or one without braces: the rest of its formula. */
    private Found openBox() {
        int start = Math.max(text.lastIndexOf(BOXES[0]), text.lastIndexOf(BOXES[1]));
        if (start < 0) {
            return null;
        }
        int content = boxContent(start);
        boolean braced = content > 0;
        int from = braced ? content : start + (text.startsWith(BOXES[0], start) ? 6 : 5);
        int to = from;
        while (to < text.length()
                && text.charAt(to) != '$'
                && text.charAt(to) != '\n'
                && !text.startsWith("\\)", to)
                && !text.startsWith("\\]", to)) {
            to++;
        }
        String answer = text.substring(from, to).strip();
        return answer.isEmpty() ? null : new Found(Kind.LATEX, start, to, answer);
    }

    // ---- formulas in a row

    /** Formulas that only a comma, "and" or "or" parts are one answer. */
    private static List<Found> joined(String text, List<Found> formulas) {
        List<Found> groups = new ArrayList<>();
        for (int i = 0; i < formulas.size(); ) {
            Found first = formulas.get(i);
            var answer = new StringBuilder(first.answer());
            int end = first.end();
            int parts = 1;
            for (i++; i < formulas.size() && parts < MOST_JOINED; i++, parts++) {
                Found next = formulas.get(i);
                if (!joins(text, end, next.start())) {
                    break;
                }
                answer.append(" , ").append(next.answer());
                end = next.end();
            }
            int percent = percentEnd(text, end);
            groups.add(
                    new Found(
                            Kind.LATEX,
                            first.start(),
                            Math.max(end, percent),
                            percent > 0 ? answer + "\\%" : answer.toString()));
        }
        return groups;
    }

    private static boolean joins(String text, int from, int to) {
        if (to - from > 20 || to < from) {
            return false;
        }
        String gap = text.substring(from, to).strip();
        return gap.equals(",")
                || gap.equals("and")
                || gap.equals("or")
                || gap.equals(",and")
                || gap.equals(", and")
                || gap.equals(", or");
    }

    /** The end of the percent sign or word behind a formula or box; 0 if there is none. */
    private static int percentEnd(String text, int from) {
        int i = from;
        for (String close : new String[] {"$", "\\)", "\\]"}) {
            if (text.startsWith(close, i)) {
                i += close.length();
                break;
            }
        }
        while (i < text.length() && text.charAt(i) == ' ') {
            i++;
        }
        return Numbers.percentEnd(text, i);
    }

    // ---- multiple choice

    private List<Found> choices() {
        List<Found> found = new ArrayList<>();
        for (int i = 0; i < text.length(); i++) {
            char before = i == 0 ? ' ' : text.charAt(i - 1);
            if (!Character.isWhitespace(before)
                    && before != '*'
                    && before != '('
                    && before != '{') {
                continue;
            }
            for (String choice : settings.choices()) {
                int end = i + choice.length();
                if (text.startsWith(choice, i)
                        && (end == text.length()
                                || ".,:)}*\n".indexOf(text.charAt(end)) >= 0
                                || Character.isWhitespace(text.charAt(end)))) {
                    found.add(new Found(Kind.CHOICE, i, end, choice));
                    break;
                }
            }
        }
        return found;
    }
}
