package org.tina.mini;

import java.util.Iterator;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * The endless stream of pre-training documents: drills, the sibling skill, and stories of one to
 * three steps whose style and format are drawn independently. Held-out problems never occur in it.
 */
public final class Corpus implements Iterator<Document> {
    private static final double DRILL_SHARE = 0.25;
    private static final double SIBLING_SHARE = 0.15; // of what is no drill
    private final RandomGenerator random;

    /** The same seed gives the same documents. */
    public Corpus(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Always true. */
    @Override
    public boolean hasNext() {
        return true;
    }

    @Override
    public Document next() {
        if (Draw.chance(random, DRILL_SHARE)) {
            return Drill.draw(random);
        }
        if (Draw.chance(random, SIBLING_SHARE)) {
            Sibling sibling = Sibling.draw(random, Split.TRAIN);
            return Document.of(sibling.prompt(), sibling.answer());
        }
        Arithmetic problem = Arithmetic.draw(random, drawSteps(), Split.TRAIN);
        Trace trace = Style.draw(random).trace(problem, random);
        return Document.of(problem.text(random), Format.draw(random).completion(trace));
    }

    /** One, two and three steps at 2 : 3 : 2. */
    private int drawSteps() {
        int at = random.nextInt(7);
        return at < 2 ? 1 : at < 5 ? 2 : 3;
    }
}
