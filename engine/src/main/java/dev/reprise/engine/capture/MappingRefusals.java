package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.tracee.Segment;
import dev.reprise.image.state.VmFlag;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Mman;
import java.util.ArrayList;
import java.util.List;

/** The mappings that cannot be saved, as far as /proc/PID/smaps itself tells. Pure. */
final class MappingRefusals {
    // VmFlags, what they stand for, why they are in the way; the first that is there is told.
    private static final String[][] FLAGS = {
        {"ss", "shadow stack", "its contents cannot be written back"},
        {"sf", "synchronous DAX mapping", "it bypasses the page cache"},
        {"mm", "device memory", "it is not ordinary memory"},
        {"pf", "device memory", "it is not ordinary memory"},
        {"io", "device memory", "it is not ordinary memory"},
    };
    // How paths begin of mappings that are no files.
    private static final String[][] PATHS = {
        {"/secretmem", "secret memory", "the kernel lets nobody read it"},
        {"anon_inode:[perf_event]", "performance counter", "its state stays in the kernel"},
        {"anon_inode:", "mapping of a kernel object", "its state stays in the kernel"},
        {"[uprobes]", "user-space probe", "its state stays in the kernel"},
        {"/dev/hugepages", "huge pages of hugetlbfs", "their pages are not saved yet"},
    };

    private MappingRefusals() {}

    static List<Refusal> of(List<Mapping> mappings) {
        List<Refusal> refusals = new ArrayList<>();
        boolean vdso = false;
        for (Mapping mapping : mappings) {
            vdso |= mapping.path().equals("[vdso]");
            // What a dead tool has left is taken away in the freeze.
            String[] reason = Segment.isOne(mapping) ? new String[0] : reason(mapping);
            if (reason.length > 0) {
                refusals.add(new Refusal(reason[1], "mapping " + mapping.range(), reason[2], ""));
            }
        }
        refusals.addAll(IoUringMappings.of(mappings));
        if (!vdso) {
            // So it is for a moment in the middle of an execve, too.
            refusals.add(new Refusal("process without a vdso", "address space", "a restore ends in the vdso's code", "")
                    .thatPasses());
        }
        return refusals;
    }

    private static String[] reason(Mapping mapping) {
        if (IoUringMappings.isOne(mapping)) {
            return new String[0];
        }
        if (PacketRings.isOne(mapping)) {
            return PacketRings.reason(mapping);
        }
        for (String[] path : PATHS) {
            if (mapping.path().startsWith(path[0])) {
                return path;
            }
        }
        if (SpecialMapping.is(mapping)) {
            return new String[0];
        }
        for (String[] flag : FLAGS) {
            if (mapping.has(flag[0])) {
                return flag;
            }
        }
        if (mapping.has(VmFlag.HUGETLB.smaps()) && FaultPages.isOne(mapping)) {
            return new String[] {"", "userfaultfd range of huge pages", "its pages are not saved yet"};
        }
        // The kernel itself gives one to memory that may only be executed, and does so again.
        if (mapping.protectionKey() != 0 && mapping.protection() != Mman.PROT_EXEC) {
            return new String[] {"", "memory under a protection key", "keys are not saved yet"};
        }
        return new String[0];
    }
}
