package dev.reprise.engine.transport;

import dev.reprise.engine.model.Reason;
import dev.reprise.image.BadImageException;
import java.io.IOException;

/** What a failure to read an image means to the caller of the public API. */
public final class ReadFailure {
    private ReadFailure() {}

    /** One of the reader's answers, or an input error. */
    public static Reason reason(IOException failure) {
        if (!(failure instanceof BadImageException bad)) {
            return new Reason.Io("reading the image: " + text(failure), "");
        }
        return new Reason.BadImage(flaw(bad), String.valueOf(bad.getMessage()));
    }

    // Those of java.nio.file are often a bare path.
    private static String text(IOException failure) {
        String message = failure.getMessage();
        return failure.getClass() == IOException.class && message != null ? message : failure.toString();
    }

    private static Reason.BadImage.Flaw flaw(BadImageException bad) {
        return switch (bad) {
            case BadImageException.Corrupt _ -> Reason.BadImage.Flaw.CORRUPT;
            case BadImageException.Truncated _ -> Reason.BadImage.Flaw.TRUNCATED;
            case BadImageException.TooOld _ -> Reason.BadImage.Flaw.TOO_OLD;
            case BadImageException.TooNew _ -> Reason.BadImage.Flaw.TOO_NEW;
            case BadImageException.WrongMachine _ -> Reason.BadImage.Flaw.WRONG_MACHINE;
            case BadImageException.Locked _ -> Reason.BadImage.Flaw.LOCKED;
            case BadImageException.Untrusted _ -> Reason.BadImage.Flaw.UNTRUSTED;
        };
    }
}
