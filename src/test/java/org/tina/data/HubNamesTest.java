package org.tina.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names that come from the Hub, from users and from the environment. */
class HubNamesTest {

    @Property
    void acceptedNamesStayBelowTheirDirectory(
            @ForAll @Chars({'a', '.', '/', '\\', ':', ' ', '~'}) @StringLength(max = 8)
                    String name) {
        Assume.that(HubFile.isRelative(name));
        Path root = Path.of("/cache/snapshot");
        Path file = root.resolve(name).normalize();
        assertTrue(file.startsWith(root) && !file.equals(root), file.toString());
    }

    /** As Python's fnmatch.fnmatchcase says, with hf's rule for folders. */
    @ParameterizedTest
    @CsvSource({
        "*.json, a/b.json, true",
        "data/*.parquet, data/x/y.parquet, true",
        "data/*.parquet, data.parquet, false",
        "data/, data/x.csv, true",
        "data/, data, false",
        "a?c, abc, true",
        "a?c, ac, false",
        "x-[0-9].txt, x-7.txt, true",
        "x-[!0-9].txt, x-7.txt, false",
        "x-[!0-9].txt, x-a.txt, true",
        "[]].txt, ].txt, true",
        "[ab, [ab, true",
        "a.c, abc, false",
        "(a|b)+$, (a|b)+$, true",
        "[a&&b], &, true",
        "A.json, a.json, false"
    })
    void patternsMatchAsHfDownloadHasThem(String glob, String path, boolean matches) {
        assertEquals(matches, new Glob(glob).matches(path));
    }

    @Test
    void aPatternThatIsNoneIsRefused() {
        Exception e = assertThrows(IllegalArgumentException.class, () -> new Glob("[z-a].txt"));
        assertTrue(e.getMessage().contains("\"[z-a].txt\" is no pattern"), e.getMessage());
    }

    @Test
    void aRepositoryKnowsItsNames() {
        HubRepo data = HubRepo.dataset("GAIR/LIMR@v1");
        assertEquals(new HubRepo(HubRepo.Kind.DATASET, "GAIR/LIMR", "v1"), data);
        assertEquals("datasets--GAIR--LIMR", data.folder());
        assertEquals("data set GAIR/LIMR@v1", data.toString());
        assertEquals("environment/tina download GAIR/LIMR --dataset --revision v1", data.command());
        assertThrows(IllegalArgumentException.class, () -> HubRepo.model("a/b/c"));
        assertThrows(IllegalArgumentException.class, () -> HubRepo.model("a/b@"));
    }

    @Test
    void proxiesComeFromTheEnvironment() {
        HubProxies proxies =
                new HubProxies(
                        Optional.of("http://proxy.example:3128"),
                        Optional.empty(),
                        "localhost, .inner.example");
        Proxy proxy = proxies.select(URI.create("https://huggingface.co/x")).get(0);
        assertEquals(3128, ((InetSocketAddress) proxy.address()).getPort());
        for (String direct :
                new String[] {
                    "http://huggingface.co", "https://localhost", "https://hub.Inner.example/x"
                }) {
            assertEquals(Proxy.NO_PROXY, proxies.select(URI.create(direct)).get(0), direct);
        }
        HubProxies wrong = new HubProxies(Optional.of("http://"), Optional.empty(), "");
        Exception e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> wrong.select(URI.create("https://huggingface.co")));
        assertTrue(e.getMessage().contains("HTTPS_PROXY"), e.getMessage());
    }
}
