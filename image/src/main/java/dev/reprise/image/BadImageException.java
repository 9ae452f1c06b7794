package dev.reprise.image;

import java.io.IOException;

/** An image that cannot be used: exactly one of its answers, each one line (what, where, what would help). */
public abstract sealed class BadImageException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long position;

    private BadImageException(String answer, String what, long position, String help) {
        super(answer + ": " + what + " (at byte " + position + "); " + help);
        this.position = position;
    }

    /** The offset in bytes from the image's start where the reader noticed. */
    public long position() {
        return position;
    }

    /** The bytes are not what a writer wrote, or no image at all. */
    public static final class Corrupt extends BadImageException {
        private static final long serialVersionUID = 1L;

        public Corrupt(String what, long position) {
            super("corrupt image", what, position, "use another copy or take the checkpoint again");
        }
    }

    /** The image ends too early: a copy was cut, or the checkpoint itself failed. */
    public static final class Truncated extends BadImageException {
        private static final long serialVersionUID = 1L;

        public Truncated(String what, long position) {
            super("truncated image", what, position, "copy it again or take the checkpoint again");
        }
    }

    /** The format is older than any that this Reprise reads. */
    public static final class TooOld extends BadImageException {
        private static final long serialVersionUID = 1L;

        public TooOld(String what, long position) {
            super("image too old", what, position, "restore it with the Reprise that wrote it");
        }
    }

    /** The image was written by a newer Reprise. */
    public static final class TooNew extends BadImageException {
        private static final long serialVersionUID = 1L;

        public TooNew(String what, long position) {
            super("image too new", what, position, "use a newer Reprise");
        }
    }

    /** The image was taken on a machine that this one cannot stand in for. */
    public static final class WrongMachine extends BadImageException {
        private static final long serialVersionUID = 1L;

        public WrongMachine(String what, long position) {
            super("image of another machine", what, position, "restore it on a machine like the one it was taken on");
        }
    }

    /** The image is encrypted, and nothing that was given opens it. */
    public static final class Locked extends BadImageException {
        private static final long serialVersionUID = 1L;

        public Locked(String what, String help) {
            super("locked image", what, 0, help);
        }
    }

    /** A signature was wanted, and the image has none, another one's, or one over something else. */
    public static final class Untrusted extends BadImageException {
        private static final long serialVersionUID = 1L;

        public Untrusted(String what, long position) {
            super("untrusted image", what, position, "get it from whom you trust");
        }
    }
}
