package dev.reprise.engine.capture;

import static dev.reprise.kernel.Sockets.SOL_SOCKET;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.SocketOption;
import dev.reprise.kernel.Btf.UnknownLayoutException;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.KernelMemory;
import dev.reprise.kernel.Sockets;
import java.util.List;

/**
 * The program that chooses among the sockets of one port (SO_ATTACH_REUSEPORT_CBPF). No call tells of it: it is in the kernel's memory
 * (net/core/sock_reuseport.c), a classic one as it was attached.
 */
final class GroupFilter {
    private static final int SO_REUSEPORT = 15;
    private static final int ENTRY = 8; // struct sock_filter
    private static final Found NONE = new Found(false, Bytes.empty());

    private GroupFilter() {}

    private record Found(boolean isExtended, Bytes classic) {}

    /** Whether it is one of eBPF, for which there is no way back. */
    static boolean isExtended(LiveSocket socket, KernelView kernel) throws KernelException {
        return find(socket, kernel).isExtended();
    }

    /** The option that attaches it; none without one. */
    static List<SocketOption> of(LiveSocket socket, KernelView kernel) throws KernelException {
        Bytes classic = find(socket, kernel).classic();
        return classic.isEmpty()
                ? List.of()
                : List.of(new SocketOption(SOL_SOCKET, Sockets.SO_ATTACH_REUSEPORT_CBPF, classic));
    }

    private static Found find(LiveSocket socket, KernelView kernel) throws KernelException {
        boolean inet = socket.domain() == Sockets.AF_INET || socket.domain() == Sockets.AF_INET6;
        if (!inet || socket.view().number(SOL_SOCKET, SO_REUSEPORT) == 0) {
            return NONE;
        }
        return kernel.of(memory -> find(memory, socket)).orElse(NONE);
    }

    private static Found find(KernelMemory memory, LiveSocket socket) throws KernelException, UnknownLayoutException {
        long opened = memory.field(memory.file(socket.d().copy()), "file", "private_data");
        long group = memory.field(memory.field(opened, "socket", "sk"), "sock", "sk_reuseport_cb");
        long program = group == 0 ? 0 : memory.field(group, "sock_reuseport", "prog");
        if (program == 0) {
            return NONE;
        }
        long original = memory.field(program, "bpf_prog", "orig_prog");
        if (original == 0) {
            return new Found(true, Bytes.empty());
        }
        int length = (int) memory.field(original, "sock_fprog_kern", "len");
        return new Found(
                false, Bytes.of(memory.read(memory.field(original, "sock_fprog_kern", "filter"), length * ENTRY)));
    }
}
