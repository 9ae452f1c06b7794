package dev.reprise.kernel;

/**
 * The task whose namespaces are called ours: our first thread, or one of ours that has made itself others, for itself and for
 * the threads that it starts.
 */
public final class Home {
    private static final String FIRST = "/proc/self";
    private static final InheritableThreadLocal<String> DIRECTORY = new InheritableThreadLocal<>();
    private static final InheritableThreadLocal<String> OUR_ROOT = new InheritableThreadLocal<>();

    private Home() {}

    /** The calling thread's directory in /proc, or rather that of the task whose namespaces it has by itself. */
    public static String directory() {
        String own = DIRECTORY.get();
        return own == null ? FIRST : own;
    }

    /** The calling thread has namespaces of its own from now on; so have the threads that it starts. */
    public static void settle() {
        DIRECTORY.set(FIRST + "/task/" + Futex.ownTid());
    }

    /** The calling thread, and the threads that it starts, see other files than our process from now on. */
    static void settleFarAway() {
        OUR_ROOT.set(FIRST + "/root");
    }

    /** The path by which this thread finds what our process finds at an absolute path. */
    public static String ours(String path) {
        String root = OUR_ROOT.get();
        return root == null ? path : root + path;
    }
}
