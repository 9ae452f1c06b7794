package dev.reprise.image.filter;

import java.io.IOException;

/** Where keys and nonces come from. It has no state of its own: a tool that is restored twice must never use one twice. */
@FunctionalInterface
public interface Randomness {
    /** So many bytes that nobody else has. */
    byte[] bytes(int count) throws IOException;
}
