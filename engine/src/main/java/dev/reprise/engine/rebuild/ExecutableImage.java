package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.DeviceFile;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.FileLock;
import dev.reprise.image.state.FileOwner;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.OutsideFile;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.RegularFile;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Mman;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An image as an executable has it: files at 0-2 are those of the new exec, and what an earlier executable has left in
 * the address space is gone.
 */
final class ExecutableImage {
    /** The name of the region that stays mapped behind a program that has restored itself. */
    static final String REGION = "reprise-executable";

    private static final int ALL_RIGHTS = Mman.PROT_READ | Mman.PROT_WRITE | Mman.PROT_EXEC;
    private static final int LAST_STREAM = 2;

    private ExecutableImage() {}

    /** The image; {@code contents} are its memory's. */
    static Image of(Image image, Contents contents) {
        Set<ObjectId> streams = new HashSet<>();
        for (SharedObject object : image.objects()) {
            if (object instanceof FdTable table) {
                streams.addAll(streams(image, table));
            }
        }
        List<SharedObject> objects = new ArrayList<>();
        for (SharedObject object : image.objects()) {
            objects.add(
                    switch (object) {
                        case OpenFile file
                        when streams.contains(file.id()) ->
                            new OutsideFile(file.id(), file.flags(), FileOwner.NONE, "a standard stream");
                        case FdTable table -> withoutLocks(table, streams);
                        case AddressSpace space -> withoutRemains(space, remains(image, space, contents));
                        default -> object;
                    });
        }
        return image.with(objects);
    }

    private static Set<ObjectId> streams(Image image, FdTable table) {
        Set<ObjectId> streams = new HashSet<>();
        for (Descriptor descriptor : table.descriptors()) {
            OpenFile file = image.object(descriptor.openFile(), OpenFile.class);
            if (descriptor.number() <= LAST_STREAM && (file instanceof RegularFile || file instanceof DeviceFile)) {
                streams.add(file.id());
            }
        }
        return streams;
    }

    private static FdTable withoutLocks(FdTable table, Set<ObjectId> streams) {
        Set<Integer> numbers = new HashSet<>();
        for (Descriptor descriptor : table.descriptors()) {
            if (streams.contains(descriptor.openFile())) {
                numbers.add(descriptor.number());
            }
        }
        List<FileLock> locks = table.locks().stream()
                .filter(lock -> !numbers.contains(lock.descriptor()))
                .toList();
        return new FdTable(table.id(), table.descriptors(), locks);
    }

    /** The regions of earlier executables, unless a thread has stopped right inside. */
    private static List<Vma> remains(Image image, AddressSpace space, Contents contents) {
        List<Vma> remains = new ArrayList<>(0);
        for (Vma vma : space.vmas()) {
            boolean region = vma.backing() instanceof Backing.Anonymous
                    && vma.protection() == ALL_RIGHTS
                    && ExecutableRegion.isOne(contents, space.id(), vma.start());
            if (region && !isUsed(image, vma)) {
                remains.add(vma);
            }
        }
        return remains;
    }

    private static boolean isUsed(Image image, Vma vma) {
        for (ProcessState process : image.processes()) {
            for (TaskState task : process.tasks()) {
                if (isIn(vma, task.registers().rip())
                        || isIn(vma, task.registers().rsp())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isIn(Vma vma, long address) {
        return vma.start() <= address && address < vma.end();
    }

    private static AddressSpace withoutRemains(AddressSpace s, List<Vma> remains) {
        if (remains.isEmpty()) {
            return s;
        }
        List<Vma> vmas = new ArrayList<>(s.vmas());
        vmas.removeAll(remains);
        List<PageRun> runs =
                s.runs().stream().filter(run -> !isIn(remains, run)).toList();
        return s.with(vmas, runs);
    }

    private static boolean isIn(List<Vma> vmas, PageRun run) {
        return vmas.stream().anyMatch(vma -> isIn(vma, run.start()));
    }

    /** The batches of {@code image} that belong to what is left of it. */
    static List<PageBatch> batches(Image image, List<PageBatch> batches, Contents contents) {
        List<Vma> remains = new ArrayList<>(0);
        Set<ObjectId> spaces = new HashSet<>();
        for (SharedObject object : image.objects()) {
            if (object instanceof AddressSpace space) {
                remains.addAll(remains(image, space, contents));
                spaces.add(space.id());
            }
        }
        if (remains.isEmpty()) {
            return batches;
        }
        List<PageBatch> left = new ArrayList<>();
        for (PageBatch batch : batches) {
            if (spaces.contains(batch.object())) {
                long position = batch.position();
                for (PageRun run : batch.runs()) {
                    if (!isIn(remains, run)) {
                        left.add(new PageBatch(batch.object(), List.of(run), position));
                    }
                    position += run.bytes();
                }
            } else {
                left.add(batch);
            }
        }
        return left;
    }
}
