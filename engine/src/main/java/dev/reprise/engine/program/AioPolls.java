package dev.reprise.engine.program;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_io_submit;

import dev.reprise.kernel.Aio;
import dev.reprise.kernel.Poll;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Requests of our own for an AIO context: polls of an eventfd, which wait, or complete at once when it counts. */
public final class AioPolls {
    /** What our events are known by, together with the address of the request. */
    private static final long COOKIE = 0x9d0c_52e1_7a64_b38fL;

    private final ProgramBuilder p;
    private final Slot request;
    private final Slot list;

    /** Adds such requests, at most {@code most} in a call. */
    public AioPolls(ProgramBuilder p, int most) {
        this.p = p;
        ByteBuffer iocb = ByteBuffer.allocate(Aio.IOCB_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        iocb.putLong(0, COOKIE);
        iocb.putShort(Aio.IOCB_OPCODE, (short) Aio.IOCB_CMD_POLL);
        iocb.putLong(Aio.IOCB_BUFFER, Poll.POLLIN);
        request = p.bytes(iocb.array());
        list = p.space((long) Long.BYTES * most);
        for (long i = 0; i < most; i++) {
            p.store8(list.plus(Long.BYTES * i), request);
        }
    }

    /** Adds: from here on they are of this descriptor. */
    public void of(Arg eventfd) {
        p.store4(request.plus(Aio.IOCB_DESCRIPTOR), eventfd);
    }

    /** Adds: so many are submitted; the result is how many of them were taken. */
    public Step submit(Arg context, long count) {
        return p.attempt(SYS_io_submit, context, Arg.of(count), list);
    }

    /** Data and object of every event of ours. */
    public Slot mark() {
        Slot mark = p.space(2 * Long.BYTES);
        p.store8(mark, Arg.of(COOKIE));
        p.store8(mark.plus(Long.BYTES), request);
        return mark;
    }
}
