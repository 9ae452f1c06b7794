package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setsockopt;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.tracee.ForestStandstill;
import dev.reprise.engine.tracee.GuardedChange;
import dev.reprise.engine.tracee.ProgramRunner;
import dev.reprise.engine.tracee.Takeover;
import dev.reprise.kernel.IpcResidence;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.SocketView;
import java.util.List;
import java.util.Map;

/** Changes for a moment, which the process that has what is changed undoes even if we die. */
final class ChangeGuard {
    private final Map<Integer, Takeover> takeovers;
    private final SeccompCapture seccomp;

    /** {@code takeovers}: of each process by its pid. */
    ChangeGuard(Map<Integer, Takeover> takeovers, SeccompCapture seccomp) {
        this.takeovers = Map.copyOf(takeovers);
        this.seccomp = seccomp;
    }

    /** A four-byte option as it is to be. */
    record Setting(int level, int name, int value) {}

    /** Whether somebody can undo a change of this socket. */
    boolean guards(LiveDescriptor d) {
        return takeovers.containsKey(d.pid());
    }

    /** Where the process {@code pid} runs what we ask of it. */
    ProgramRunner runner(int pid) {
        return takeover(pid);
    }

    /** For programs of {@code pid} that nobody of the set may run beside. */
    ForestStandstill standstill(int pid) {
        return new ForestStandstill(takeover(pid), takeovers.values());
    }

    /** The same for what only processes of its IPC namespace can have. */
    ForestStandstill standstillInItsNamespace(int pid) {
        Takeover runner = takeover(pid);
        String name = runner.segment().residence().name();
        return new ForestStandstill(
                runner,
                takeovers.values().stream()
                        .filter(other -> other.segment().residence().name().equals(name))
                        .toList());
    }

    /** A process in an IPC namespace. */
    int anyIn(IpcResidence residence) {
        for (Map.Entry<Integer, Takeover> one : takeovers.entrySet()) {
            if (one.getValue().segment().residence().name().equals(residence.name())) {
                return one.getKey();
            }
        }
        throw new IllegalArgumentException("nobody is in " + residence.name());
    }

    /** Which of some calls seccomp filters forbid the process {@code pid}. */
    List<String> forbidden(int pid, Map<String, Integer> calls) {
        return SeccompLook.forbidden(seccomp, takeover(pid).host(), calls);
    }

    private Takeover takeover(int pid) {
        Takeover takeover = takeovers.get(pid);
        if (takeover == null) {
            throw new IllegalStateException("process " + pid + " is not frozen");
        }
        return takeover;
    }

    /** Does {@code work}, which may change options, and sets them to {@code settings} afterwards. */
    void during(LiveDescriptor d, List<Setting> settings, GuardedChange.Work work) throws KernelException {
        Takeover takeover = takeovers.get(d.pid());
        if (takeover == null) {
            throw new IllegalStateException("nobody guards descriptor " + d.number());
        }
        GuardedChange.during(takeover, p -> settings.forEach(setting -> add(p, d, setting)), () -> {
            try {
                work.run();
            } finally {
                SocketView socket = new SocketView(d.copy());
                for (Setting setting : settings) {
                    socket.set(setting.level(), setting.name(), setting.value());
                }
            }
        });
    }

    private static void add(ProgramBuilder p, LiveDescriptor d, Setting setting) {
        p.attempt(
                SYS_setsockopt,
                Arg.of(d.number()),
                Arg.of(setting.level()),
                Arg.of(setting.name()),
                p.ints(setting.value()),
                Arg.of(4));
    }
}
