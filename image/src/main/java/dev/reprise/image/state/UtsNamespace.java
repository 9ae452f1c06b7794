package dev.reprise.image.state;

/** A UTS namespace that is not the checkpointing tool's: what uname(2) says there, as far as it can be set; at most 64 bytes each. */
public record UtsNamespace(ObjectId id, Bytes nodeName, Bytes domainName) implements SharedObject {
    /** The longest name. */
    public static final int LONGEST = 64;

    public UtsNamespace {
        if (nodeName.length() > LONGEST || domainName.length() > LONGEST) {
            throw new IllegalArgumentException("a name of a UTS namespace has at most 64 bytes");
        }
    }
}
