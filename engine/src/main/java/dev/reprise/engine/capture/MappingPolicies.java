package dev.reprise.engine.capture;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.tracee.ProgramRunner;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.MemoryPolicy;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mempolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The memory policies of single mappings (mbind(2)), asked inside: from outside only numa_maps tells, which looks at
 * every page (13 ms a GiB).
 *
 * <p>Shared memory has its policies itself, page by page, whoever has set them; a mapping begins where its own process
 * has set one, but another process may have set one in the middle of it. That shows at its end.
 *
 * <p>The host has been asked with everything else when it came in: a round trip here would be one a process.
 */
final class MappingPolicies {
    private static final int BATCH = 2048;

    private final ProgramRunner inside;
    private final Map<Long, Integer> modes;

    /** {@code known}: what a {@link PolicyProbe} has found already. */
    MappingPolicies(ProgramRunner inside, Map<Long, Integer> known) {
        this.inside = inside;
        this.modes = new HashMap<>(known);
    }

    /** The mappings, each with its policy. */
    List<Vma> of(List<Vma> vmas) throws KernelException, CannotCapture {
        askFor(vmas);
        List<Vma> all = new ArrayList<>(vmas.size());
        for (Vma vma : vmas) {
            int mode = modeAt(vma.start());
            if (isShared(vma) && modeAt(vma.end() - PageRun.PAGE_SIZE) != mode) {
                throw severalPolicies(vma);
            }
            all.add(mode == 0 ? vma : withPolicy(vma));
        }
        return all;
    }

    private void askFor(List<Vma> vmas) throws KernelException {
        List<Long> unknown = new ArrayList<>();
        for (Vma vma : vmas) {
            addUnknown(vma.start(), unknown);
            if (isShared(vma)) {
                addUnknown(vma.end() - PageRun.PAGE_SIZE, unknown);
            }
        }
        for (int first = 0; first < unknown.size(); first += BATCH) {
            ProgramBuilder p = new ProgramBuilder();
            PolicyProbe probe = new PolicyProbe(p, unknown.subList(first, Math.min(unknown.size(), first + BATCH)));
            p.end();
            modes.putAll(probe.read(inside.run(p.build())));
        }
    }

    private void addUnknown(long address, List<Long> unknown) {
        if (!modes.containsKey(address)) {
            unknown.add(address);
        }
    }

    private int modeAt(long address) {
        return Objects.requireNonNull(modes.get(address));
    }

    private Vma withPolicy(Vma vma) throws KernelException, CannotCapture {
        MemoryPolicy policy = policyAt(vma.start());
        if (isShared(vma) && !policyAt(vma.end() - PageRun.PAGE_SIZE).equals(policy)) {
            throw severalPolicies(vma);
        }
        return vma.with(policy);
    }

    private MemoryPolicy policyAt(long address) throws KernelException {
        ProgramBuilder p = new ProgramBuilder();
        Slot mode = p.space(Long.BYTES);
        Slot nodes = p.space(Mempolicy.NODES_SIZE);
        PolicyProbe.ask(p, mode, nodes, address);
        p.end();
        ProgramResults results = inside.run(p.build());
        return new MemoryPolicy(
                results.slot(mode).get(JAVA_INT, 0),
                Bytes.of(results.slot(nodes).asSlice(0, Mempolicy.NODES_SIZE).toArray(JAVA_BYTE)));
    }

    private static boolean isShared(Vma vma) {
        return vma.shared() && vma.backing() instanceof Backing.SharedMemory;
    }

    private static CannotCapture severalPolicies(Vma vma) {
        return new CannotCapture(List.of(new Refusal(
                "memory policy",
                "mapping " + Long.toHexString(vma.start()) + "-" + Long.toHexString(vma.end()),
                "another process has set one for a part of this shared memory",
                "")));
    }
}
