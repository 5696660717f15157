package org.tina.model;

/** What DJL must be told before its first use. */
final class DjlSettings {

    private DjlSettings() {}

    /**
     * Keeps DJL off the network: by itself it reports its use to a server, and on a machine with a
     * GPU downloads a CUDA build of its tokenizer, which has no use for one. What the user has
     * chosen stays.
     */
    static void apply() {
        setUnlessChosen("OPT_OUT_TRACKING", "true");
        setUnlessChosen("RUST_FLAVOR", "cpu");
    }

    private static void setUnlessChosen(String key, String value) {
        if (System.getenv(key) == null && System.getProperty(key) == null) {
            System.setProperty(key, value);
        }
    }
}
