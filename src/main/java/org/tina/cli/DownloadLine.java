package org.tina.cli;

import java.io.PrintWriter;
import org.tina.data.DownloadListener;
import org.tina.data.DownloadState;

/** How far a download is, on a terminal's line that is written over. */
final class DownloadLine implements DownloadListener {

    private final Progress progress;

    private DownloadLine(Progress progress) {
        this.progress = progress;
    }

    /** Where nothing can be written over, a line now and then. */
    static DownloadListener on(PrintWriter err) {
        Progress progress = new Progress(err);
        return progress.live()
                ? new DownloadLine(progress)
                : DownloadListener.printing(progress::show);
    }

    @Override
    public void update(DownloadState state) {
        progress.show(state.toString());
    }

    @Override
    public void end() {
        progress.end();
    }
}
