package org.tina.mini;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tina.model.ChatTemplate;
import org.tina.model.ChatTemplate.Message;
import org.tina.model.GenerationConfig;
import org.tina.model.ModelConfig;
import org.tina.model.Tokenizer;

class ModelFilesTest {
    @TempDir static Path directory;
    private static Tokenizer tokenizer;

    @BeforeAll
    static void write() throws IOException {
        ModelFiles.write(directory);
        tokenizer = Tokenizer.load(directory);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void theModelIsAsDescribed() {
        assertEquals(ModelFiles.config(), ModelConfig.read(directory));
        assertEquals(tokenizer.size(), ModelFiles.config().vocabSize());
        assertEquals("<|bos|>", tokenizer.bosToken());
        assertEquals("<|eos|>", tokenizer.eosToken());
        assertEquals("<|fim_pad|>", tokenizer.padToken());
        assertEquals(List.of(tokenizer.eos()), GenerationConfig.read(directory).eosTokenIds());
        assertEquals(0, GenerationConfig.read(directory).topK());
    }

    @Test
    void theTemplateRendersTheWorldsLayout() {
        ChatTemplate template = ChatTemplate.load(directory);
        String question = "Karim has 16 shells, finds 48. How many now?";
        assertEquals(
                Document.prompt(question), template.render(List.of(Message.user(question)), true));
        assertEquals(
                "<|bos|>Think.<|User|>Why?<|Assistant|>So.<|eos|>",
                template.render(
                        List.of(
                                Message.system("Think."),
                                Message.user("Why?"),
                                Message.assistant("So.")),
                        false));
    }

    /** Against the longest match from the left over the world's own tokens, naively done. */
    @Test
    void theWorldsTextsFallIntoTheWorldsTokens() {
        Set<String> world = new HashSet<>(Vocabulary.phrases());
        Stream.of("\n0123456789+-*= }".split("")).forEach(world::add);
        assertEquals(75, world.size());
        List<String> longestFirst = new ArrayList<>(world);
        longestFirst.sort(Comparator.comparingInt(String::length).reversed());

        var corpus = new Corpus(8);
        for (int i = 0; i < 1000; i++) {
            String text = corpus.next().text() + "<|eos|>";
            var expected = new ArrayList<String>();
            for (int at = 0; at < text.length(); at += expected.get(expected.size() - 1).length()) {
                String rest = text.substring(at);
                expected.add(longestFirst.stream().filter(rest::startsWith).findFirst().get());
            }
            int[] ids = tokenizer.encode(text);
            assertEquals(expected, IntStream.of(ids).mapToObj(this::decode).toList());
            assertEquals(text, tokenizer.decode(ids, false));
        }
    }

    private String decode(int id) {
        return tokenizer.decode(new int[] {id}, false);
    }

    @Test
    void segmentsCanBeEncodedOneByOne() {
        var corpus = new Corpus(13);
        for (int i = 0; i < 500; i++) {
            Document document = corpus.next();
            int[] pieces =
                    document.segments().stream()
                            .flatMapToInt(s -> IntStream.of(tokenizer.encode(s.text())))
                            .toArray();
            assertArrayEquals(tokenizer.encode(document.text()), pieces);
            assertTrue(pieces.length < ModelFiles.MAX_TOKENS);
        }
    }

    @Test
    void thinkAndAnswerTagsOutliveTheSpecialTokens() {
        String completion = Format.PROPER.completion(new Trace("16+48=64\n64+28=92", 92));
        int[] ids = tokenizer.encode(Document.prompt("Why?") + completion + "<|eos|>");
        assertEquals("Why?" + completion, tokenizer.decode(ids, true));
        assertEquals(1, tokenizer.encode("</think>").length);
    }

    @Test
    void anyTextCanBeTyped() {
        String ascii =
                IntStream.rangeClosed(' ', '~')
                        .mapToObj(Character::toString)
                        .reduce("\t\n", String::concat);
        for (String text : List.of(ascii, "  two  gaps \n\n 's , . ", "Zoë: 5×3 … 漢字 😀")) {
            assertEquals(text, tokenizer.decode(tokenizer.encode(text), false));
        }
    }

    /** Means in tokens with eos, in the proper format, as in the trial that this world rebuilds. */
    @Test
    void tracesAreAsLongAsIntended() {
        assertEquals(17, meanLength(Style.GUESS), 1);
        assertEquals(34, meanLength(Style.QUICK), 1);
        assertEquals(70, meanLength(Style.CAREFUL), 1.5);
    }

    private static double meanLength(Style style) {
        var random = new SplittableRandom(21);
        int n = 1000;
        int sum = 0;
        for (int i = 0; i < n; i++) {
            Arithmetic problem = Arithmetic.draw(random, 2 + i % 2, Split.TRAIN);
            String completion = Format.PROPER.completion(style.trace(problem, random));
            int length = tokenizer.encode(completion).length + 1;
            assertTrue(length <= 96, "96 new tokens are enough");
            sum += length;
        }
        return sum / (double) n;
    }
}
