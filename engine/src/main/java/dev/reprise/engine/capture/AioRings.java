package dev.reprise.engine.capture;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.tracee.Standstill;
import dev.reprise.engine.tracee.Takeover;
import dev.reprise.engine.tracee.Tracee;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Bytes;
import dev.reprise.kernel.Aio;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Mman;
import dev.reprise.kernel.ProcessMemory;
import dev.reprise.kernel.Processors;
import dev.reprise.kernel.RemoteAddress;
import dev.reprise.kernel.Smaps;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The rings of AIO contexts, which a program shares with the kernel: looked at from outside, measured in the freeze. */
final class AioRings {
    private static final String CONTEXT = "asynchronous I/O context";
    private static final String TRY_AGAIN = "try again when its requests have ended";
    private static final int READ_WRITE = Mman.PROT_READ | Mman.PROT_WRITE;

    private final List<FrozenProcess> sharers;
    private final SeccompCapture seccomp;

    /** Of the frozen processes that share an address space. */
    AioRings(List<FrozenProcess> sharers, SeccompCapture seccomp) {
        this.sharers = sharers;
        this.seccomp = seccomp;
    }

    /** A ring's header, as far as the program may change it. */
    private record Header(int events, int head, int tail) {
        int unread() {
            return Math.floorMod(tail - head, events);
        }
    }

    /** Whether a mapping is one. */
    static boolean isOne(Mapping mapping) {
        return mapping.shared() && mapping.path().startsWith(Aio.PATH);
    }

    /** Those that are not as the kernel has made them. Touches nothing. */
    static List<Refusal> look(int pid, List<Mapping> mappings) throws KernelException {
        List<Refusal> refusals = new ArrayList<>(0);
        for (Mapping mapping : mappings) {
            if (isOne(mapping)) {
                String why = whyNot(pid, mapping);
                if (!why.isEmpty()) {
                    refusals.add(refusal(mapping, why, ""));
                }
            }
        }
        return refusals;
    }

    /** What nobody can know beforehand: for those who ask. */
    static List<String> notes(int pid) throws KernelException {
        long rings = Smaps.mapsOf(pid).stream().filter(AioRings::isOne).count();
        return rings == 0
                ? List.of()
                : List.of("has " + rings + " asynchronous I/O contexts: a checkpoint waits up to 200 ms for requests in"
                        + " flight, and is refused while there are any");
    }

    private static Refusal refusal(Mapping mapping, String why, String help) {
        return new Refusal(CONTEXT, "mapping " + mapping.range(), why, help);
    }

    private static String whyNot(int pid, Mapping mapping) throws KernelException {
        if (mapping.protection() != READ_WRITE) {
            return "its ring may not be read and written";
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = read(pid, mapping, 0, Aio.HEADER_SIZE, arena);
            if (mapping.offset() != 0 || header.get(JAVA_INT, Aio.RING_NR) != Aio.events(mapping.bytes())) {
                return "its ring is mapped in part";
            }
            Header found = header(header);
            boolean own = header.get(JAVA_INT, Aio.RING_MAGIC) == Aio.MAGIC
                    && header.get(JAVA_INT, Aio.RING_INCOMPAT) == 0
                    && header.get(JAVA_INT, Aio.RING_HEADER) == Aio.HEADER_SIZE;
            boolean inside = Integer.compareUnsigned(found.head, found.events) < 0
                    && Integer.compareUnsigned(found.tail, found.events) < 0;
            return own && inside ? "" : "the program has changed the head of its ring";
        }
    }

    private static Header header(MemorySegment ring) {
        return new Header(
                ring.get(JAVA_INT, Aio.RING_NR), ring.get(JAVA_INT, Aio.RING_HEAD), ring.get(JAVA_INT, Aio.RING_TAIL));
    }

    private static MemorySegment read(int pid, Mapping mapping, long from, long bytes, Arena arena)
            throws KernelException {
        MemorySegment into = arena.allocate(bytes, Long.BYTES);
        try (ProcessMemory memory = new ProcessMemory(pid)) {
            memory.read(new RemoteAddress(mapping.start() + from), into);
        }
        return into;
    }

    /** The rings by their addresses, when nothing is in flight any more. */
    Map<Long, Backing.AioRing> take(int tid, List<Mapping> mappings) throws KernelException, CannotCapture {
        Map<Long, Backing.AioRing> rings = new HashMap<>();
        for (Mapping mapping : mappings) {
            if (isOne(mapping)) {
                rings.put(mapping.start(), take(tid, mapping));
            }
        }
        return rings;
    }

    private Backing.AioRing take(int tid, Mapping mapping) throws KernelException, CannotCapture {
        boolean hasContext = measure(tid, mapping);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ring = read(tid, mapping, 0, mapping.bytes(), arena);
            Header header = header(ring);
            byte[] unread = new byte[Aio.EVENT_SIZE * header.unread()];
            for (int i = 0; i < header.unread(); i++) {
                long at = Aio.HEADER_SIZE + (long) Aio.EVENT_SIZE * ((header.head + i) % header.events);
                MemorySegment.copy(ring, JAVA_BYTE, at, unread, Aio.EVENT_SIZE * i, Aio.EVENT_SIZE);
            }
            return new Backing.AioRing(hasContext, header.head, header.tail, Bytes.of(unread));
        }
    }

    // Whether it has a context, in which nothing is in flight.
    private boolean measure(int tid, Mapping mapping) throws KernelException, CannotCapture {
        Set<String> forbidden = new TreeSet<>();
        for (FrozenProcess process : sharers) {
            for (Tracee tracee : process.freeze().tracees()) {
                forbidden.addAll(SeccompLook.forbidden(seccomp, tracee, AioMeasurement.CALLS));
            }
        }
        if (!forbidden.isEmpty()) {
            String why = "its requests cannot be counted: a seccomp filter forbids " + String.join(", ", forbidden);
            throw new CannotCapture(List.of(refusal(mapping, why, "")));
        }
        AioMeasurement measurement;
        try (Arena arena = Arena.ofConfined()) {
            Header header = header(read(tid, mapping, 0, Aio.HEADER_SIZE, arena));
            measurement = new AioMeasurement(
                    mapping.start(), mapping.bytes(), header.head, Processors.possible(), Processors.numbers());
        }
        List<Takeover> takeovers = sharers.stream().map(FrozenProcess::takeover).toList();
        ProgramResults results = Standstill.run(takeovers, measurement.program());
        long inFlight = measurement.inFlight(results);
        switch (measurement.outcome(results)) {
            case NO_CONTEXT -> {
                return false;
            }
            case IMPOSSIBLE -> {
                String why = "its requests cannot be counted: no process, descriptor or memory could be had for that";
                throw new CannotCapture(List.of(refusal(mapping, why, "raise its limits")));
            }
            case MEASURED -> {
                if (inFlight != 0) {
                    String why = inFlight + (inFlight == 1 ? " request is" : " requests are") + " in flight";
                    throw new CannotCapture(List.of(refusal(mapping, why, TRY_AGAIN)));
                }
            }
        }
        return true;
    }
}
