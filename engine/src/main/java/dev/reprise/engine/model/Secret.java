package dev.reprise.engine.model;

/** What nobody else may see: a key or a passphrase. It prints as nothing. */
public final class Secret {
    private final byte[] bytes;

    /** Its bytes; a passphrase's are those that were typed. */
    public Secret(byte[] bytes) {
        this.bytes = bytes.clone();
    }

    /** A copy of its bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}
