package dev.reprise.engine.model;

import java.util.List;

/** Why a checkpoint or a restore did not happen. */
public sealed interface Reason {
    /** One line that names the thing, where it is and what would help. */
    String text();

    /** The processes hold what cannot be checkpointed; they were not touched. */
    record Unsupported(Target target, List<Refusal> refusals) implements Reason {
        public Unsupported {
            refusals = List.copyOf(refusals);
        }

        @Override
        public String text() {
            return target.text() + " cannot be checkpointed: " + refusals.size()
                    + (refusals.size() == 1 ? " thing is" : " things are") + " in the way";
        }
    }

    /** The caller may not do it. */
    record Denied(String what, String help) implements Reason {
        @Override
        public String text() {
            return Reason.line(what, help);
        }
    }

    /** There is no such process, or it ended meanwhile. */
    record TaskDied(int tid, String what) implements Reason {
        @Override
        public String text() {
            return what;
        }
    }

    /** The image cannot be used: exactly one of the reader's answers. */
    record BadImage(Flaw flaw, String what) implements Reason {
        /** What is wrong with an image. */
        public enum Flaw {
            CORRUPT,
            TRUNCATED,
            TOO_OLD,
            TOO_NEW,
            WRONG_MACHINE,
            LOCKED,
            UNTRUSTED
        }

        @Override
        public String text() {
            return what;
        }
    }

    /** An id that the image needs is taken. */
    record InUse(String what, String help) implements Reason {
        @Override
        public String text() {
            return Reason.line(what, help);
        }
    }

    /**
     * An id that the image needs is that of one of the calling process's own threads; {@code consumed} is what was read
     * of the image's channel so far. Another process, or another start of the same command, will do.
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record OwnIds(int id, byte[] consumed) implements Reason {
        @Override
        public String text() {
            return Reason.line("id " + id + " is in use by this very command", "start it again");
        }
    }

    /** Files are not what the image expects; {@code force} accepts them as they are. */
    record FilesDiffer(List<String> differences) implements Reason {
        public FilesDiffer {
            differences = List.copyOf(differences);
        }

        @Override
        public String text() {
            return Reason.line(
                    String.join("; ", differences),
                    "--force restores with the files as they are, at the program's risk");
        }
    }

    /** This machine cannot do it. */
    record Incapable(String what, String help) implements Reason {
        @Override
        public String text() {
            return Reason.line(what, help);
        }
    }

    /** Reading or writing failed, or a system call did. */
    record Io(String what, String help) implements Reason {
        @Override
        public String text() {
            return Reason.line(what, help);
        }
    }

    /** It would have cost the program more than the {@link Bounds} allow; everything was undone. */
    record OutOfBounds(String what, String help) implements Reason {
        @Override
        public String text() {
            return Reason.line(what, help);
        }
    }

    /** Open files that lead out of the image, for which the caller has handed nothing over, or nothing that fits. */
    record NotHandedOver(List<String> flaws) implements Reason {
        public NotHandedOver {
            flaws = List.copyOf(flaws);
        }

        @Override
        public String text() {
            return String.join("; ", flaws);
        }
    }

    /** The image did not restore to what was checkpointed; there is none. */
    record Unproved(List<String> flaws) implements Reason {
        public Unproved {
            flaws = List.copyOf(flaws);
        }

        @Override
        public String text() {
            return "the image could not be proved to restore, and is gone: " + flaws.size()
                    + (flaws.size() == 1 ? " thing is" : " things are") + " in the way, or not as before";
        }
    }

    /** The caller gave up; everything was undone. */
    record Cancelled() implements Reason {
        @Override
        public String text() {
            return "given up; everything is as it was";
        }
    }

    private static String line(String what, String help) {
        return help.isEmpty() ? what : what + "; " + help;
    }
}
