package org.tina.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tina.mini.ModelFiles;
import org.tina.model.Tokenizer;

/** The miniature's tokenizer spells letters beyond its phrases byte by byte. */
class TextStreamTest {

    @TempDir static Path directory;
    static Tokenizer tokenizer;

    @BeforeAll
    static void load() throws Exception {
        ModelFiles.write(directory);
        tokenizer = Tokenizer.load(directory);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void charactersOfSeveralTokensComeWhole() {
        String text = "Zoë has 3 🍎 and 名前.";
        TextStream stream = new TextStream(tokenizer);
        StringBuilder shown = new StringBuilder();
        for (int token : tokenizer.encode(text)) {
            String piece = stream.add(token);
            assertFalse(piece.contains("\uFFFD"), piece);
            shown.append(piece);
        }
        assertEquals(text, shown.toString());
        assertEquals("", stream.end());
    }

    @Test
    void whatIsNeverCompletedComesAtTheEnd() {
        int[] apple = tokenizer.encode("a🍎");
        TextStream stream = new TextStream(tokenizer);
        assertEquals("a", stream.add(apple[0]));
        assertEquals("", stream.add(apple[1]));
        assertEquals("\uFFFD", stream.end());
    }

    @Test
    void piecesOfAnyTokensAreTheTextOfAllTokens() {
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 200; round++) {
            int[] tokens = random.ints(30, 0, tokenizer.size()).toArray();
            TextStream stream = new TextStream(tokenizer);
            StringBuilder shown = new StringBuilder();
            for (int token : tokens) {
                shown.append(stream.add(token));
            }
            assertEquals(tokenizer.decode(tokens, true), shown + stream.end());
        }
    }
}
