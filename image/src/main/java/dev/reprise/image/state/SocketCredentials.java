package dev.reprise.image.state;

/** Who somebody at a UNIX socket is (struct ucred); a pid of 0 is nobody in the image. */
public record SocketCredentials(int pid, int uid, int gid) {
    /** Not known. */
    public static final SocketCredentials NONE = new SocketCredentials(0, 0, 0);
}
