package dev.reprise.cli;

/** Where it is shown how far something has come. */
interface ProgressLine {
    /** Nowhere. */
    ProgressLine NONE = new ProgressLine() {
        @Override
        public void phase(String name) {
            // nobody looks
        }

        @Override
        public void bytes(long done, long total) {
            // nobody looks
        }

        @Override
        public void end() {
            // nothing is shown
        }
    };

    /** A phase begins. */
    void phase(String name);

    /** So many of all bytes have been moved in this phase. */
    void bytes(long done, long total);

    /** Something else is to be written, or it is over. */
    void end();
}
