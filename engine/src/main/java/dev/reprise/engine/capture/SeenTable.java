package dev.reprise.engine.capture;

import dev.reprise.kernel.FdInfo;
import dev.reprise.kernel.FdInfos;
import dev.reprise.kernel.FdLinks;
import dev.reprise.kernel.KcmpFile;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one process has open, as it was seen from outside. What its parent has under the same number, too, is one open file, about which /proc
 * is not asked again.
 *
 * @param tid a thread of it that lives
 * @param parent one of the process whose table it may have inherited; 0 for none
 * @param descriptors ascending
 */
record SeenTable(int tid, int parent, List<SeenDescriptor> descriptors) {
    /** Of a process that runs. */
    static SeenTable running(int tid, int parent) throws KernelException {
        return of(tid, parent, Proc.numbers("/proc/" + tid + "/fd"));
    }

    /** Of a frozen one; {@code numbers} as it has told them, null where it has not. */
    static SeenTable frozen(int tid, int parent, @Nullable OpenNumbers numbers) throws KernelException {
        return numbers == null ? running(tid, 0) : of(tid, parent, numbers.all());
    }

    private static SeenTable of(int tid, int parent, List<Integer> numbers) throws KernelException {
        Set<Integer> own = own(tid, parent, numbers);
        Map<Integer, String> links = FdLinks.of(tid, own);
        Map<Integer, FdInfo> infos = FdInfos.of(tid, own);
        List<SeenDescriptor> descriptors = new ArrayList<>(numbers.size());
        for (int number : numbers) {
            String link = links.get(number);
            FdInfo info = infos.get(number);
            if (!own.contains(number)) {
                descriptors.add(SeenDescriptor.inherited(number));
            } else if (link != null && info != null) {
                descriptors.add(new SeenDescriptor(number, link, info));
            }
        }
        return new SeenTable(tid, parent, descriptors);
    }

    private static Set<Integer> own(int tid, int parent, List<Integer> numbers) {
        Set<Integer> own = new LinkedHashSet<>();
        for (int number : numbers) {
            if (parent == 0 || !KcmpFile.isSame(parent, number, tid, number)) {
                own.add(number);
            }
        }
        return own;
    }

    /** The inherited ones on whose files there may be locks of this table's own. */
    List<Integer> withLocks(Descriptions descriptions, LockedInodes locked) {
        List<Integer> numbers = new ArrayList<>(0);
        for (SeenDescriptor one : descriptors) {
            Descriptions.Description file = one.info() != null ? null : descriptions.at(tid, one.number());
            if (file != null && locked.mayHave(file.info().inode())) {
                numbers.add(one.number());
            }
        }
        return numbers;
    }
}
