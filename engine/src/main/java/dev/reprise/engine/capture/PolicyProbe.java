package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_get_mempolicy;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Mempolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Asks inside a process which memory policy its memory has at some addresses: the mode alone. */
final class PolicyProbe {
    /** So many addresses fit into a program that asks for other things, too. */
    private static final int MOST = 1024;

    private final List<Long> addresses;
    private final Slot modes;

    PolicyProbe(ProgramBuilder p, List<Long> addresses) {
        this.addresses = List.copyOf(addresses);
        modes = p.space((long) Integer.BYTES * addresses.size());
        for (int i = 0; i < addresses.size(); i++) {
            ask(p, modes.plus((long) Integer.BYTES * i), Arg.of(0), addresses.get(i));
        }
    }

    /** For the addresses that {@link MappingPolicies} wants to know of, as far as there is room. */
    static PolicyProbe ofMappings(ProgramBuilder p, List<Mapping> mappings) {
        List<Long> addresses = new ArrayList<>();
        for (Mapping mapping : mappings) {
            addresses.add(mapping.start());
            if (mapping.shared()) {
                addresses.add(mapping.end() - PageRun.PAGE_SIZE);
            }
        }
        return new PolicyProbe(p, addresses.subList(0, Math.min(addresses.size(), MOST)));
    }

    /** Adds the question for one address: the mode (int) to a place that holds 0, the nodes to another, or nowhere. */
    static void ask(ProgramBuilder p, Slot mode, Arg nodes, long address) {
        // Where the kernel knows no policies the place stays 0: none.
        Arg bits = Arg.of(Mempolicy.NODES_SIZE * Byte.SIZE);
        p.attempt(SYS_get_mempolicy, mode, nodes, bits, Arg.of(address), Arg.of(Mempolicy.MPOL_F_ADDR));
    }

    /** What the program has found: modes by address. */
    Map<Long, Integer> read(ProgramResults results) {
        Map<Long, Integer> found = new HashMap<>();
        for (int i = 0; i < addresses.size(); i++) {
            found.put(addresses.get(i), results.slot(modes).get(JAVA_INT, (long) Integer.BYTES * i));
        }
        return found;
    }
}
