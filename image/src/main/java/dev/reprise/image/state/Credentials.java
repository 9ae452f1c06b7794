package dev.reprise.image.state;

import java.util.List;

/** A task's user and group ids, capability sets (one bit a capability) and securebits (PR_GET_SECUREBITS, keepcaps included). */
public record Credentials(
        int uid,
        int euid,
        int suid,
        int fsuid,
        int gid,
        int egid,
        int sgid,
        int fsgid,
        List<Integer> groups,
        long inheritable,
        long permitted,
        long effective,
        long bounding,
        long ambient,
        int securebits,
        boolean noNewPrivs) {
    public Credentials {
        groups = List.copyOf(groups);
    }
}
