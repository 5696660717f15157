package org.tina.notebook;

import io.github.spencerpark.jupyter.kernel.display.DisplayDataRenderable;
import io.github.spencerpark.jupyter.kernel.display.RenderContext;
import org.tina.notebook.widget.Widget;

/** Something that shows itself as widgets, and as its text where there are none. */
public interface Panel extends DisplayDataRenderable {

    /** What the page shows; a part of other widgets, too. */
    Widget widget();

    /** Shows it in the running cell; outside a notebook nothing happens. */
    default void show() {
        widget().show();
    }

    /** As the last line of a cell. */
    @Override
    default void render(RenderContext context) {
        widget().render(context);
        context.getOutputContainer().putText(toString());
    }
}
