package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.ExecutableOptions;
import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.program.x86_64.ExecutableElf;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Image;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A program of an image as an ELF file: its first page, then the pages of the image, then the region that restores it.
 *
 * <p>Pure but for what the machine that makes it tells of itself: its processor, the places of build ids.
 *
 * @param head the file's first page
 * @param region what stands behind the pages
 */
@SuppressWarnings("ArrayRecordComponent") // written to a file, never compared
public record Executable(byte[] head, byte[] region) {
    /** Where the pages begin in the file. */
    public static final long PAGES = ExecutableElf.SIZE;

    /**
     * Makes it when all pages are there.
     *
     * @param batches the pages, from {@link #PAGES} to the end of the file
     * @param file the file as it is, mapped
     * @param path its final name
     */
    public static Executable of(
            Image whole, List<PageBatch> batches, MemorySegment file, String path, ExecutableOptions options)
            throws KernelException, RestoreException {
        Contents contents = new Contents(file, batches);
        Image image = ExecutableImage.of(whole, contents);
        List<PageBatch> left = ExecutableImage.batches(whole, batches, contents);
        AddressSpace space = image.object(image.processes().getFirst().addressSpace(), AddressSpace.class);
        List<OwnerWord> owners = OwnerWords.of(space, image.processes().getFirst(), new Contents(file, left));
        LocalProcessor here = LocalProcessor.ask();
        boolean sameProcessor = image.machine()
                .bootId()
                .equals(Proc.text("/proc/sys/kernel/random/boot_id").strip());
        ExecutablePlanner.Plan plan;
        try {
            plan = new ExecutablePlanner(image, path, options).plan(left, owners, here, sameProcessor);
        } catch (Holes.NoRoom noRoom) {
            throw new RestoreException(new Reason.Incapable(String.valueOf(noRoom.getMessage()), ""), noRoom);
        }
        byte[] region = ExecutableRegion.of(plan, here.xsave());
        return new Executable(ExecutableRegion.head(plan, region.length, file.byteSize()), region);
    }
}
