package org.tina.notebook;

import io.github.spencerpark.jupyter.kernel.display.Renderer;

final class Renderers {
    private Renderers() {}

    static void register(Renderer renderer) {}
}
