package org.tina.generate;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The same with the tensor program's decoding, which larger models go through. */
class TensorSamplerTest extends SamplerTest {

    @BeforeAll
    static void useTheProgram() {
        System.setProperty("tina.decoder", "program");
    }

    @AfterAll
    static void useWhatSuits() {
        System.clearProperty("tina.decoder");
    }
}
