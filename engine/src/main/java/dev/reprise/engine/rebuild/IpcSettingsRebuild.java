package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_read;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.IpcLimit;
import dev.reprise.image.state.IpcNamespace;
import dev.reprise.image.state.IpcSetting;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The limits of an IPC namespace, twice: first high enough for what is made in it, in the end exactly as they were. What is right
 * already is not written: a container's /proc/sys is read-only.
 */
final class IpcSettingsRebuild {
    private final ProgramBuilder p;
    private final IpcNamespace namespace;
    private final IpcNeeds needs;

    IpcSettingsRebuild(ProgramBuilder p, IpcNamespace namespace, IpcNeeds needs) {
        this.p = p;
        this.namespace = namespace;
        this.needs = needs;
    }

    /** Adds: high enough; segments stay while nobody has them attached. */
    void raise() {
        for (IpcSetting setting : namespace.settings()) {
            if (setting.limit() != IpcLimit.REMOVAL_FORCED) {
                set(setting.limit(), raised(setting));
            }
        }
    }

    /** Adds: as they were. */
    void settle() {
        for (IpcSetting setting : namespace.settings()) {
            if (setting.limit() == IpcLimit.REMOVAL_FORCED || !raised(setting).equals(setting.values())) {
                set(setting.limit(), setting.values());
            }
        }
    }

    private List<Long> raised(IpcSetting setting) {
        return needs.raised(setting.limit(), setting.values());
    }

    private void set(IpcLimit limit, List<Long> values) {
        Arg path = p.string("/proc/sys/" + limit.sysctl().replace('.', '/'));
        byte[] text = values.stream()
                .map(Long::toUnsignedString)
                .collect(Collectors.joining("\t", "", "\n"))
                .getBytes(StandardCharsets.ISO_8859_1);
        Slot wanted = p.bytes(Arrays.copyOf(text, text.length + 1));
        Slot found = p.space(text.length + 1);
        Label done = p.label();
        Step read = open(path, Fcntl.O_RDONLY).about(limit.sysctl());
        p.call(SYS_read, read, found, Arg.of(text.length + 1)).about(limit.sysctl());
        p.call(SYS_close, read);
        p.jumpIfEqual(p.compare(found, wanted, text.length + 1), Arg.of(0), done);
        Step file = open(path, Fcntl.O_WRONLY).about(limit.sysctl());
        p.call(SYS_write, file, wanted, Arg.of(text.length)).about(limit.sysctl());
        p.call(SYS_close, file);
        p.place(done);
    }

    private Step open(Arg path, int mode) {
        return p.call(SYS_openat, Arg.of(Fd.AT_FDCWD), path, Arg.of(mode | Fcntl.O_CLOEXEC), Arg.of(0));
    }
}
