package dev.reprise.engine.model;

/**
 * Something that the kernel, the user or the machine allows, or not, as probed just now.
 *
 * @param name in the kernel's spelling: "futex_waitv", "CAP_SYS_PTRACE"
 * @param available whether it is there
 * @param need what is lost without it
 * @param found what the probe saw: an errno, a version, a value
 * @param purpose what Reprise uses it for
 */
public record Feature(String name, boolean available, Need need, String found, String purpose) {
    /** How much depends on a feature. */
    public enum Need {
        /** Nothing works without it. */
        REQUIRED,
        /** Some programs cannot be checkpointed or restored without it. */
        PARTIAL,
        /** Only speed or comfort is lost. */
        OPTIONAL
    }
}
