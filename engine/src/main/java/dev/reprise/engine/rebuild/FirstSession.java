package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ProcessState;

/**
 * The session that the root is born in. Where it leads none and gets none of the caller's, its parent makes one: a leader could
 * not join the group of another, and a daemon's leader is gone for good (setsid, fork, exit).
 *
 * @param byParent whether its parent makes it
 * @param id that of the parent, which ends at once: the image's session, whose leader has ended; 0 for any
 */
record FirstSession(boolean byParent, int id) {
    /** That of the caller, or one that the root makes itself. */
    static final FirstSession NONE = new FirstSession(false, 0);

    static FirstSession of(Image image, RestoreOptions options) {
        ProcessState root = image.processes().getFirst();
        int session = root.sessionId();
        boolean lives = image.outsideSessions().contains(session);
        if (session == root.pid() || root.pid() == 1 || !options.detached() && (lives || !options.pidNamespace())) {
            return NONE;
        }
        return new FirstSession(true, lives ? 0 : session);
    }
}
