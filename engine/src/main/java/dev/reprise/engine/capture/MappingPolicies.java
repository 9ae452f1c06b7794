package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_get_mempolicy;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.tracee.ProgramRunner;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.MemoryPolicy;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mempolicy;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory policies of single mappings (mbind(2)), asked inside: from outside only numa_maps tells, which looks at
 * every page (13 ms a GiB).
 *
 * <p>Shared memory has its policies itself, page by page, whoever has set them; a mapping begins where its own process
 * has set one, but another process may have set one in the middle of it. That shows at its end.
 */
final class MappingPolicies {
    private static final int BATCH = 2048;

    private final ProgramRunner inside;

    MappingPolicies(ProgramRunner inside) {
        this.inside = inside;
    }

    /** The mappings, each with its policy. */
    List<Vma> of(List<Vma> vmas) throws KernelException, CannotCapture {
        List<Vma> all = new ArrayList<>(vmas.size());
        for (int first = 0; first < vmas.size(); first += BATCH) {
            List<Vma> batch = vmas.subList(first, Math.min(vmas.size(), first + BATCH));
            int[] modes = modes(batch);
            for (int i = 0; i < modes.length; i++) {
                all.add(modes[i] == 0 ? batch.get(i) : withPolicy(batch.get(i)));
            }
        }
        return all;
    }

    private int[] modes(List<Vma> batch) throws KernelException, CannotCapture {
        ProgramBuilder p = new ProgramBuilder();
        Slot starts = p.space((long) Integer.BYTES * batch.size());
        Slot ends = p.space((long) Integer.BYTES * batch.size());
        for (int i = 0; i < batch.size(); i++) {
            long at = (long) Integer.BYTES * i;
            ask(p, starts.plus(at), Arg.of(0), batch.get(i).start());
            if (isShared(batch.get(i))) {
                ask(p, ends.plus(at), Arg.of(0), batch.get(i).end() - PageRun.PAGE_SIZE);
            }
        }
        p.end();
        ProgramResults results = inside.run(p.build());
        int[] modes = new int[batch.size()];
        for (int i = 0; i < modes.length; i++) {
            long at = (long) Integer.BYTES * i;
            modes[i] = results.slot(starts).get(JAVA_INT, at);
            if (isShared(batch.get(i)) && results.slot(ends).get(JAVA_INT, at) != modes[i]) {
                throw severalPolicies(batch.get(i));
            }
        }
        return modes;
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
        ask(p, mode, nodes, address);
        p.end();
        ProgramResults results = inside.run(p.build());
        return new MemoryPolicy(
                results.slot(mode).get(JAVA_INT, 0),
                Bytes.of(results.slot(nodes).asSlice(0, Mempolicy.NODES_SIZE).toArray(JAVA_BYTE)));
    }

    // Where the kernel knows no policies the slot stays 0: none.
    private static Step ask(ProgramBuilder p, Slot mode, Arg nodes, long address) {
        Arg bits = Arg.of(Mempolicy.NODES_SIZE * Byte.SIZE);
        return p.attempt(SYS_get_mempolicy, mode, nodes, bits, Arg.of(address), Arg.of(Mempolicy.MPOL_F_ADDR));
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
