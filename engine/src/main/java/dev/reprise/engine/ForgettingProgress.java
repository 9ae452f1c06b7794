package dev.reprise.engine;

import dev.reprise.engine.model.Progress;

/** Passes everything on; lets a channel forget as soon as what is read of it is used up. */
record ForgettingProgress(Progress progress, Remembering channel) implements Progress {
    @Override
    public void phase(String name) {
        if (name.equals("memory") || name.equals("wait")) {
            channel.forget();
        }
        progress.phase(name);
    }

    @Override
    public void bytes(long done, long total) {
        progress.bytes(done, total);
    }

    @Override
    public void warning(String text) {
        progress.warning(text);
    }

    @Override
    public boolean isCancelled() {
        return progress.isCancelled();
    }
}
