package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The published site: what is on it, that its checker finds faults, and how a browser takes it. */
class SiteIT {
    private static final String CHAPTER = "01-data-and-models";
    private static final Path SITE = Path.of("target/site-of-a-test");

    @BeforeAll
    static void publish() throws Exception {
        succeeds("environment/tina", "publish", "--out", SITE.toString(), "--run", CHAPTER);
    }

    @Test
    void aPageSaysHowItWasMadeAndHasItsDownloads() throws Exception {
        String page = Files.readString(SITE.resolve(CHAPTER + ".html"));
        String index = Files.readString(SITE.resolve("index.html"));
        assertAll(
                () -> assertTrue(page.matches("(?s).*<dt>commit</dt><dd><code>[^<]+</code>.*")),
                () -> assertTrue(page.contains("the miniature, SHA-256"), "the data's hash"),
                () -> assertTrue(page.contains("src=\"files/" + CHAPTER + "/figure-")),
                () -> assertTrue(page.contains("files/" + CHAPTER + "/" + CHAPTER + ".ipynb")),
                () -> assertTrue(page.contains("<a href=\"#Exercises\">"), "the contents"),
                () -> assertTrue(index.contains("<a href=\"" + CHAPTER + ".html\">")));
    }

    @Test
    void theCheckerNamesWhatIsWrong() throws Exception {
        Path broken = Path.of("target/broken-site-of-a-test");
        Files.createDirectories(broken);
        Files.writeString(
                broken.resolve("index.html"),
                """
                <html><title>Broken</title><h1>One</h1><h3>Three</h3>
                <script src="https://cdn.example.org/x.js"></script>
                <img src="gone.png" width="1" height="1">
                <p id="a"></p><p id="a"></p>
                <a href="gone.html">gone</a> <a href="#nowhere">nowhere</a>
                """);
        Terminal.Result checked =
                Terminal.run(".venv/bin/python", "environment/check_site.py", broken.toString());
        assertEquals(1, checked.status(), checked.output());
        String faults = checked.output();
        for (String fault :
                List.of(
                        "index.html:1: the page has no language",
                        "index.html:1: h3 follows h1",
                        "index.html:2: loads https://cdn.example.org/x.js",
                        "index.html:3: a picture without alternative text",
                        "index.html:3: loads gone.png, which is not there",
                        "index.html:1: the id a occurs twice",
                        "index.html:5: links to gone.html, which is not there",
                        "index.html:5: links to #nowhere, which has no such place")) {
            assertTrue(faults.contains(fault), () -> fault + " is missing in\n" + faults);
        }
    }

    @Test
    void anythingElseIsNotReplacedByASite() throws Exception {
        Path other = Files.createTempDirectory("no-site");
        Files.writeString(other.resolve("mine.txt"), "mine");
        Terminal.Result refused =
                Terminal.run("environment/tina", "publish", "--out", other.toString(), CHAPTER);
        assertEquals(1, refused.status());
        assertTrue(refused.output().contains("holds something that is no site"), refused::output);
        assertTrue(Files.exists(other.resolve("mine.txt")));
    }

    @Test
    void aPageShowsWidgetsAsTheyWere() throws Exception {
        succeeds("environment/tina", "notebook", "src/test/resources/notebooks/widgets.ipynb");
        String page = Files.readString(Path.of("runs/widgets/widgets.html"));
        assertAll(
                () -> assertTrue(page.matches("(?s).*<input[^>]*type=\"range\"[^>]*value=\"7\".*")),
                () -> assertTrue(page.contains("<option>second</option>")),
                () -> assertTrue(page.contains("what was printed later")),
                () -> assertTrue(page.matches("(?s).*<output>0\\.0003</output>.*")));
    }

    @Test
    @Tag("browser")
    void aBrowserOpensItFromItsFileWithoutANetworkAndWithoutAComplaint() throws Exception {
        Browser.assumeThere();
        succeeds(
                ".venv/bin/python",
                "environment/check_site.py",
                SITE.toString(),
                "--browser",
                "runs/browser");
    }

    private static void succeeds(String... command) throws IOException, InterruptedException {
        Terminal.Result run = Terminal.run(command);
        assertEquals(0, run.status(), run.output());
    }
}
