package dev.reprise.engine.tracee;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getpid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_gettid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sigaltstack;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.SignalStack;
import dev.reprise.kernel.Signal;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Into real programs and out again, many times: nothing of them may change. */
class TakeoverTest {
    private static final int SIGUSR1 = 10;
    private static final int SIGUSR2 = 12;
    private static final int ROUNDS = Integer.getInteger("reprise.rounds", 20);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exec sleep 1000",
                "exec tail -f /dev/null",
                "while :; do :; done",
                "exec python3 -c 'import time,threading\n"
                        + "[threading.Thread(target=time.sleep,args=(1000,)).start() for i in range(5)]\n"
                        + "while True: sum(range(1000))'",
                "exec python3 -c 'import select\nselect.epoll().poll(1000)'"
            })
    void aProgramIsWhatItWas(String command) throws Exception {
        String script = command.startsWith("exec") ? command.substring(5) : "sh -c '" + command + "'";
        try (Victim victim = new Victim(script)) {
            String before = victim.awaitCalm(script.contains("threading") ? 6 : 1);
            for (int i = 0; i < ROUNDS; i++) {
                Tracer.run(tracer -> {
                    round(tracer, victim.pid);
                    return null;
                });
            }
            assertThat(victim.isAlive()).isTrue();
            assertThat(victim.condition()).isEqualTo(before);
        }
    }

    /** The kernel tells of our end before it lets go of what we trace: here the one comes long before the other. */
    @ParameterizedTest
    @ValueSource(ints = {SIGUSR1, SIGUSR2})
    void whoIsStoppedTakesNoSignalWhileWeDie(int pending) throws Exception {
        try (Victim victim = new Victim("python3 -c 'import signal,time\n"
                + "signal.signal(signal.SIGUSR2, lambda *_: exit(3))\n"
                + "while True: time.sleep(1000)'")) {
            victim.awaitCalm(1);
            victim.signal(Signal.SIGSTOP);
            victim.await('T');
            victim.signal(pending);
            Tracer.run(tracer -> {
                Freeze freeze = new Freeze(tracer, victim.pid);
                freeze.freeze();
                Takeover takeover = Takeover.prepare(tracer, freeze);
                ProgramBuilder p = new ProgramBuilder();
                p.end();
                takeover.enter(p.build());
                takeover.close();
                victim.await('t'); // as far as it comes
                tracer.leaveBehind();
                return null;
            });
            victim.await('T');
            assertThat(victim.condition()).contains("ShdPnd:\t%016x".formatted(1L << (pending - 1)));
            victim.signal(Signal.SIGCONT);
            victim.awaitEnd();
        }
    }

    private static void round(Tracer tracer, int pid) throws Exception {
        Freeze freeze = new Freeze(tracer, pid);
        try {
            freeze.freeze();
            Takeover takeover = Takeover.prepare(tracer, freeze);
            try {
                work(takeover, freeze, pid);
            } finally {
                takeover.leave();
                takeover.close();
            }
        } finally {
            freeze.thaw();
        }
    }

    private static void work(Takeover takeover, Freeze freeze, int pid) throws Exception {
        ProgramBuilder p = new ProgramBuilder();
        Step own = p.call(SYS_getpid);
        Slot stack = p.space(24);
        p.call(SYS_sigaltstack, Arg.of(0), stack);
        XsaveLayout.Probe probe = new XsaveLayout.Probe(p);
        p.end();
        ProgramResults results = takeover.enter(p.build());
        assertThat(results.result(own)).isEqualTo(pid);
        MemorySegment words = results.slot(stack);
        SignalStack altstack =
                new SignalStack(words.get(JAVA_LONG, 0), words.get(JAVA_INT, 8), words.get(JAVA_LONG, 16));
        XsaveLayout layout = probe.read(results);
        assertThat(layout.size(layout.frameComponents(0))).isGreaterThanOrEqualTo(576);

        takeover.prepareDeparture(new Departure(altstack, layout));
        Map<Tracee, Step> steps = new HashMap<>();
        for (Tracee tracee : freeze.tracees()) {
            if (tracee != takeover.host()) {
                ProgramBuilder own2 = new ProgramBuilder();
                steps.put(tracee, own2.call(SYS_gettid));
                own2.end();
                takeover.join(tracee, own2.build());
            }
        }
        for (Map.Entry<Tracee, Step> entry : steps.entrySet()) {
            assertThat(takeover.await(entry.getKey()).result(entry.getValue()))
                    .isEqualTo(entry.getKey().tid());
            takeover.back(entry.getKey());
        }
        ProgramBuilder again = new ProgramBuilder();
        Step second = again.call(SYS_gettid);
        again.end();
        assertThat(takeover.run(again.build()).result(second))
                .isEqualTo(takeover.host().tid());
    }
}
