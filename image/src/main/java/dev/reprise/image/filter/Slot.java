package dev.reprise.image.filter;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A piece of a stream on its way through a {@link Crew}; its buffers are used again. */
final class Slot {
    private byte[] in = new byte[0];
    private byte[] out = new byte[0];
    private int inLength;
    private int outLength;
    private int taken;
    private long position;
    private long number;
    private boolean isLast;
    private boolean isRaw;
    private boolean isDone;
    private @Nullable IOException failure;

    /** The bytes that go in, with room for so many; what is there stays. */
    byte[] in(int capacity) {
        if (in.length < capacity) {
            byte[] larger = new byte[capacity];
            System.arraycopy(in, 0, larger, 0, inLength);
            in = larger;
        }
        return in;
    }

    /** The bytes that come out, with room for so many. */
    byte[] out(int capacity) {
        if (out.length < capacity) {
            out = new byte[capacity];
        }
        return out;
    }

    int inLength() {
        return inLength;
    }

    void inLength(int length) {
        inLength = length;
    }

    int outLength() {
        return outLength;
    }

    /** What is to come out at most, until it is known. */
    void outLength(int length) {
        outLength = length;
    }

    /** Whether what goes in comes out as it is. */
    boolean isRaw() {
        return isRaw;
    }

    void raw(boolean raw) {
        isRaw = raw;
    }

    /** What has come out. */
    byte[] result() {
        return isRaw ? in : out;
    }

    /** How much of the result has been taken. */
    int taken() {
        return taken;
    }

    void take(int length) {
        taken += length;
    }

    /** Where in the envelope the piece ends. */
    long position() {
        return position;
    }

    void position(long behind) {
        position = behind;
    }

    /** The how manyeth piece of the stream it is, from 0. */
    long number() {
        return number;
    }

    void number(long before) {
        number = before;
    }

    /** Whether no piece follows. */
    boolean isLast() {
        return isLast;
    }

    void last(boolean last) {
        isLast = last;
    }

    /** Empty, as at first. */
    void clear() {
        inLength = 0;
        outLength = 0;
        taken = 0;
        isRaw = false;
        isLast = false;
        isDone = false;
        failure = null;
    }

    synchronized void done(@Nullable IOException failed) {
        failure = failed;
        isDone = true;
        notifyAll();
    }

    /** Waits for the result, interrupted or not: it is a matter of milliseconds. */
    synchronized void await() throws IOException {
        boolean isInterrupted = false;
        while (!isDone) {
            try {
                wait();
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw failure;
        }
    }
}
