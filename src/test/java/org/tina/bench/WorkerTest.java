package org.tina.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tina.bench.Request.Reply;
import org.tina.bench.Request.Settings;
import org.tina.grpo.GrpoConfig;
import org.tina.model.CausalLM;
import org.tina.model.ModelConfig;

class WorkerTest {

    private static final Settings SETTINGS = new Settings(1, "dynamic");

    private static final RandomModel TINY =
            new RandomModel(
                    "tiny",
                    new ModelConfig(300, 32, 48, 2, 4, 2, 8, 1e-6, 1e4, 512, true, "float32")
                            .withSpecialTokens(-1, List.of(300), -1),
                    0);

    @TempDir Path directory;

    private static Item item(Item.Kind kind, RandomModel model, int newTokens) {
        return new Item("tiny", kind, model, new Item.Shape(2, 2, 8, newTokens), 1, 1);
    }

    private static List<Reply> serve(String... lines) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BufferedReader in = new BufferedReader(new StringReader(String.join("\n", lines)));
        Worker.serve(in, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        return bytes.toString(StandardCharsets.UTF_8).lines().map(Reply::parse).toList();
    }

    private List<Reply> serve(Item item, int turns) throws IOException {
        Path files = item.model().directory(directory);
        List<String> lines = new ArrayList<>();
        for (int turn = 0; turn < turns; turn++) {
            lines.add(Request.of(item, files, SETTINGS, turn, null).toJson());
        }
        return serve(lines.toArray(String[]::new));
    }

    @Test
    void saysItsVersionsFirstThenAnswersEachTurn() throws IOException {
        for (Item.Kind kind : List.of(Item.Kind.GRPO, Item.Kind.GENERATE, Item.Kind.LOAD)) {
            List<Reply> replies = serve(item(kind, TINY, 4), 2);
            assertEquals(3, replies.size());
            assertTrue(replies.get(0).versions().containsKey("java"));
            for (Reply reply : replies.subList(1, 3)) {
                assertNull(reply.error());
                assertTrue(reply.seconds() > 0);
                assertNull(reply.lengths(), "all completions have the same length");
            }
        }
    }

    @Test
    void aModelThatStopsEarlyTellsTheLengths() throws IOException {
        Reply reply = serve(item(Item.Kind.GENERATE, TINY.stopping(8), 200), 1).get(1);
        assertEquals(4, reply.lengths().length);
        assertTrue(Stream.of(reply.lengths()[0], reply.lengths()[3]).allMatch(n -> n < 200));
    }

    @Test
    void theVerifierJudgesEveryPair() throws IOException {
        Path pairs = directory.resolve("pairs.jsonl");
        Files.writeString(pairs, "{\"gold\": \"1\", \"answer\": \"2\"}\n".repeat(3));
        Item item = item(Item.Kind.VERIFY, null, 0);
        Reply reply = serve(Request.of(item, pairs, SETTINGS, 0, null).toJson()).get(1);
        assertNull(reply.error());
        assertEquals(3, reply.count());
    }

    @Test
    void aTurnThatFailsIsAnsweredWithItsReason() throws IOException {
        Request request = Request.of(item(Item.Kind.LOAD, TINY, 1), directory, SETTINGS, 0, null);
        List<Reply> replies =
                serve(request.toJson(), request.toJson().replace("load", "sing"), "{");
        assertTrue(replies.get(1).error().contains("config.json"), replies.get(1).error());
        assertTrue(replies.get(2).error() != null);
        assertTrue(replies.get(3).error() != null);
    }

    /** The step: 4 prompts of 32 tokens × 8 completions of 64, an update each. */
    @Test
    void theRecipeIsTheBenchmarks() throws IOException {
        Item item = Item.matching("grpo-mini").get(0);
        Path files = RandomModel.MINI.directory(directory);
        var recipe = Worker.recipe(Request.of(item, files, SETTINGS, 0, null));
        GrpoConfig grpo = recipe.grpo();
        assertEquals(4, grpo.promptsPerStep());
        assertEquals(8, grpo.numGenerations());
        assertEquals(64, grpo.maxCompletionLength());
        assertEquals(1, grpo.numIterations());
        assertEquals(0.04, grpo.beta());
        assertEquals(32, recipe.loraConfig().rank());
        assertEquals(0.05, recipe.loraConfig().dropout());
        assertEquals(7, recipe.loraConfig().targets().size());
        try (CausalLM model = CausalLM.load(files)) {
            String prompt = recipe.problems().get(3).problem();
            assertEquals(32, model.tokenizer().encode(prompt).length);
        }
    }

    @Test
    void limitsAreThoseOfTheItem() {
        Limits limits = Limits.measure(Item.matching("generate-mini-8").get(0));
        assertTrue(limits.operations() > 1e8 && limits.bytes() > 1e8, limits.toString());
    }

    @Test
    void theFloorIsTheSlowerOfProductsAndMemory() {
        Item item = item(Item.Kind.GENERATE, TINY, 4);
        double products = item.operations();
        double bytes = item.bytes();
        assertEquals(2, new Limits(products / 2, bytes).floor(item), 1e-9);
        assertEquals(3, new Limits(products, bytes / 3).floor(item), 1e-9);
    }

    @Test
    void whatIsNoAnswerIsAnError() {
        assertTrue(Reply.parse("Killed").error().contains("Killed"));
        assertTrue(Reply.parse("").error() != null);
        assertEquals("x", Reply.parse(Reply.failed("x").toJson()).error());
    }

    @Test
    void unknownItemsNameThoseThereAre() {
        var error = assertThrows(IllegalArgumentException.class, () -> Item.matching("grpo-min"));
        assertTrue(error.getMessage().contains("did you mean 'grpo-mini'"), error.getMessage());
        assertEquals(3, Item.matching("generate-0.5B").size());
    }

    // ---------------------------------------------------------------- processes

    @Test
    void withoutThePeerOursSaysSoWithTheCommand() {
        Duel duel = new Duel(directory, true, what -> {});
        assertTrue(duel.withoutPeer().contains(Duel.INSTALL), duel.withoutPeer());
    }

    @Test
    void aProcessThatEndsGivesItsLastWords() {
        Path log = directory.resolve("log");
        List<String> command = List.of("sh", "-c", "echo no module named trl >&2");
        try (Contestant peer = new Contestant(command, log, false)) {
            Request request =
                    Request.of(item(Item.Kind.LOAD, TINY, 1), directory, SETTINGS, 0, null);
            var error = assertThrows(IllegalStateException.class, () -> peer.ask(request));
            assertTrue(error.getMessage().contains("no module named trl"), error.getMessage());
        }
    }

    @Test
    void ourSideRunsInAProcessOfItsOwn() throws IOException {
        Item item = item(Item.Kind.GENERATE, TINY, 4);
        Path files = TINY.directory(directory.resolve("models"));
        Path log = directory.resolve("log");
        try (Contestant ours = new Contestant(Contestant.ours(), log, false)) {
            for (int turn = 0; turn < 2; turn++) {
                assertTrue(ours.ask(Request.of(item, files, SETTINGS, turn, null)).seconds() > 0);
            }
            assertTrue(ours.versions().containsKey("libtorch"));
        }
    }
}
