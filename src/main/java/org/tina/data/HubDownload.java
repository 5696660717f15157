package org.tina.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Brings the selected files of one repository from the Hub into the cache. */
final class HubDownload {

    private final HubClient client;
    private final HubRepo repo;
    private final HubCache cache;
    private final BackOff.Sleeper sleeper;
    private final DownloadMeter meter;

    HubDownload(HubClient client, HubRepo repo, HubCache cache, BackOff.Sleeper sleeper) {
        this.client = client;
        this.repo = repo;
        this.cache = cache;
        this.sleeper = sleeper;
        this.meter = new DownloadMeter(repo.toString());
    }

    /**
     * Asks the Hub what the revision holds now, and downloads what is not here.
     *
     * @param quietSeconds how long the listener hears nothing
     * @return the snapshot's directory
     */
    Path run(HubSelection selection, DownloadListener listener, double quietSeconds)
            throws IOException, InterruptedException {
        try (DownloadCrew crew = new DownloadCrew(meter, listener, quietSeconds)) {
            BackOff backOff = new BackOff(sleeper, meter::note);
            String json = crew.run(() -> backOff.retry(() -> client.listing(repo)));
            HubListing listing = HubListing.parse(json);
            Path snapshot = cache.snapshot(listing.commit());
            bring(listing.commit(), selection.files(repo, listing), crew);
            bring(listing.commit(), listing.named(selection.named(snapshot), repo), crew);
            cache.writeListing(listing.commit(), json);
            cache.writeCommit(listing.commit()); // last: main is what is complete
            return snapshot;
        }
    }

    private void bring(String commit, List<HubFile> wanted, DownloadCrew crew)
            throws IOException, InterruptedException {
        List<Callable<HubFile>> questions = new ArrayList<>();
        for (HubFile file : wanted) {
            if (!cache.has(commit, file)) {
                questions.add(() -> described(commit, file));
            }
        }
        List<HubFile> missing = crew.run(questions);
        meter.expect(missing.stream().mapToLong(HubFile::size).sum());
        long bytes = cache.bytesToCome(missing);
        if (bytes > cache.freeBytes()) {
            throw cache.noSpace(bytes, null);
        }
        crew.run(
                missing.stream()
                        .<Callable<Void>>map(
                                file ->
                                        new FileDownload(
                                                client, repo, cache, commit, file, meter, sleeper))
                        .toList());
    }

    /** With size and hash, which the listing of a mirror may lack. */
    private HubFile described(String commit, HubFile file)
            throws IOException, InterruptedException {
        BackOff backOff = new BackOff(sleeper, meter::note);
        return file.isKnown() ? file : backOff.retry(() -> client.described(repo, commit, file));
    }
}
