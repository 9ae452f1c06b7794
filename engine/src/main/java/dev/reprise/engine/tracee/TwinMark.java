package dev.reprise.engine.tracee;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Twin;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Randomness;

/**
 * What a copy of the memory that is to be kept is known by: random bytes that nobody else has at this address.
 *
 * @param word where in it stands whether it is kept
 * @param mark the bytes 16 bytes behind
 */
public record TwinMark(long word, Bytes mark) {
    static TwinMark newAt(long word) throws KernelException {
        return new TwinMark(word, Bytes.of(Randomness.bytes(Twin.MARK)));
    }
}
