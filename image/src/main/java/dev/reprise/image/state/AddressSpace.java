package dev.reprise.image.state;

import java.util.List;

/**
 * An address space. {@code runs} are the pages whose contents are in the stream, ascending; {@code guards} the guard
 * regions (MADV_GUARD_INSTALL); {@code lockFlags} the MCL_* flags of mlockall(2) in force for future mappings.
 *
 * <p>{@code inherited} are the pages that it still shares, copy-on-write since a fork, with the same addresses of the
 * address space {@code parent} (which stands before it; {@link ObjectId#NONE}: none): their contents are there, not here.
 */
public record AddressSpace(
        ObjectId id,
        MmFields fields,
        Bytes auxv,
        FileIdentity executable,
        List<Vma> vmas,
        List<PageRun> runs,
        ObjectId parent,
        List<PageRun> inherited,
        List<PageRun> guards,
        int dumpable,
        int thpDisabled,
        int coredumpFilter,
        int lockFlags)
        implements SharedObject {
    public AddressSpace {
        vmas = List.copyOf(vmas);
        runs = List.copyOf(runs);
        inherited = List.copyOf(inherited);
        guards = List.copyOf(guards);
    }

    /** The same with other mappings, and other pages in the stream. */
    public AddressSpace with(List<Vma> newVmas, List<PageRun> newRuns) {
        return new AddressSpace(
                id,
                fields,
                auxv,
                executable,
                newVmas,
                newRuns,
                parent,
                inherited,
                guards,
                dumpable,
                thpDisabled,
                coredumpFilter,
                lockFlags);
    }
}
