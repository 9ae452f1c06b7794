package dev.reprise.engine.proof;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import dev.reprise.kernel.Proc;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The settings of a network namespace that say what sockets may be and do: a new one has the kernel's own. */
final class NetworkSettings {
    private static final List<String> DIRECTORIES =
            List.of("/proc/sys/net/core", "/proc/sys/net/unix", "/proc/sys/net/ipv4", "/proc/sys/net/ipv6");

    private final Map<String, String> settings = new LinkedHashMap<>();

    private NetworkSettings() {}

    /** Those of the calling thread's. */
    static NetworkSettings read() throws KernelException {
        NetworkSettings all = new NetworkSettings();
        for (String directory : DIRECTORIES) {
            try {
                for (String name : Proc.list(directory)) {
                    all.read(directory + "/" + name);
                }
            } catch (KernelException missing) {
                missing.requireAnswer(); // a kernel without it
            }
        }
        return all;
    }

    private void read(String path) throws KernelException {
        try {
            settings.put(path, Proc.text(path));
        } catch (KernelException unreadable) {
            unreadable.requireAnswer(); // a directory, or to be written only
        }
    }

    /** Makes the calling thread's the same, as far as the kernel lets it. */
    void write() throws KernelException {
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            try {
                if (!Proc.text(setting.getKey()).equals(setting.getValue())) {
                    write(setting.getKey(), setting.getValue());
                }
            } catch (KernelException missing) {
                missing.requireAnswer(); // it is the whole system's, and only shown in its own namespace
            }
        }
    }

    private static void write(String path, String value) throws KernelException {
        byte[] text = value.getBytes(StandardCharsets.ISO_8859_1);
        try (Fd file = Fd.open(path, Fcntl.O_WRONLY, 0);
                Arena arena = Arena.ofConfined()) {
            Door.require(
                    Door.call(
                            SYS_write, file.number(), Native.bytes(arena, text).address(), text.length),
                    "write",
                    path);
        }
    }
}
