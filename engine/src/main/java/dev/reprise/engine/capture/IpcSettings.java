package dev.reprise.engine.capture;

import dev.reprise.image.state.IpcLimit;
import dev.reprise.image.state.IpcSetting;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.ArrayList;
import java.util.List;

/** The limits of the IPC namespace in which the calling thread stays. */
final class IpcSettings {
    private static final List<String> NEXT_IDS =
            List.of("kernel.shm_next_id", "kernel.sem_next_id", "kernel.msg_next_id");

    private IpcSettings() {}

    /** All that this kernel has. */
    static List<IpcSetting> here() throws KernelException {
        List<IpcSetting> settings = new ArrayList<>();
        for (IpcLimit limit : IpcLimit.values()) {
            List<Long> values = values(limit.sysctl());
            if (!values.isEmpty()) {
                settings.add(new IpcSetting(limit, values));
            }
        }
        return settings;
    }

    /** The only value of a limit; 0 where this kernel does not have it. */
    static long here(IpcLimit limit) throws KernelException {
        List<Long> values = values(limit.sysctl());
        return values.isEmpty() ? 0 : values.getFirst();
    }

    /** Which id somebody has asked for that nobody has got yet: a file's name, or an empty text. */
    static String awaitedId() throws KernelException {
        for (String name : NEXT_IDS) {
            if (values(name).stream().anyMatch(value -> value >= 0)) {
                return name;
            }
        }
        return "";
    }

    // Numbers without a sign, but for -1 of what is not set.
    private static List<Long> values(String sysctl) throws KernelException {
        List<Long> values = new ArrayList<>();
        try {
            String text = Proc.text("/proc/sys/" + sysctl.replace('.', '/')).strip();
            for (String number : text.split("\\s+", -1)) {
                values.add(number.startsWith("-") ? Long.parseLong(number) : Long.parseUnsignedLong(number));
            }
        } catch (KernelException missing) {
            if (missing.errno() != Errno.ENOENT) {
                throw missing;
            }
        }
        return values;
    }
}
