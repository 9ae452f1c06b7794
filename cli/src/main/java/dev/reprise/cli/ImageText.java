package dev.reprise.cli;

import dev.reprise.engine.SavedImage;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.DeadProcess;
import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.EnteredNamespace;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.FsContext;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.state.Vma;

/** An image for people. */
final class ImageText {
    private final Image image;
    private final StringBuilder text = new StringBuilder(8192);

    private ImageText(Image image) {
        this.image = image;
    }

    static String of(SavedImage saved) {
        ImageText shown = new ImageText(saved.content());
        shown.text
                .append("image format ")
                .append(saved.formatVersion())
                .append(", ")
                .append(Amounts.bytes(saved.imageBytes()))
                .append(", taken on ")
                .append(Console.oneLine(saved.content().machine().architecture()))
                .append(", Linux ")
                .append(Console.oneLine(saved.content().machine().kernelRelease()))
                .append('\n');
        saved.signed().ifPresent(shown::signed);
        shown.namespaces();
        shown.zombies();
        saved.content().processes().forEach(shown::process);
        return shown.text.toString();
    }

    private void signed(SavedImage.Signed by) {
        text.append("signed by ").append(by.fingerprint());
        text.append(by.isVerified() ? " (verified)\n" : " (as it says itself: --verify KEY proves it)\n");
    }

    private void namespaces() {
        for (EnteredNamespace one : Words.namespaces(image)) {
            text.append("in ").append(Words.kind(one)).append(" namespace ").append(Words.name(one));
            text.append(one.onlySysfs() ? ", which has another /sys\n" : "\n");
        }
    }

    private void zombies() {
        for (DeadProcess zombie : image.zombies()) {
            text.append("\nended process ").append(zombie.pid()).append(": ").append(Words.name(zombie.name()));
            text.append("\n  parent ").append(zombie.parentPid());
            text.append(", group ")
                    .append(zombie.groupId())
                    .append(", session ")
                    .append(zombie.sessionId());
            text.append(", ").append(Words.waitStatus(zombie.waitStatus())).append('\n');
        }
    }

    private void process(ProcessState process) {
        AddressSpace memory = image.object(process.addressSpace(), AddressSpace.class);
        FsContext context = image.object(process.fsContext(), FsContext.class);
        text.append("\nprocess ")
                .append(process.pid())
                .append(": ")
                .append(Console.oneLine(memory.executable().path()));
        text.append("\n  parent ").append(process.parentPid() == 0 ? "outside" : process.parentPid());
        text.append(", group ").append(process.groupId()).append(", session ").append(process.sessionId());
        text.append("\n  directory ")
                .append(Console.oneLine(context.workingDirectory().path()));
        text.append(", root ").append(Console.oneLine(context.root())).append('\n');
        text.append("  ")
                .append(Amounts.count(process.tasks().size(), "thread"))
                .append(":\n");
        for (TaskState task : process.tasks()) {
            text.append("    ")
                    .append(task.tid())
                    .append("  ")
                    .append(Words.name(task))
                    .append("  at 0x");
            text.append(Long.toHexString(task.registers().rip())).append('\n');
        }
        mappings(memory);
        descriptors(image.object(process.fdTable(), FdTable.class));
    }

    private void mappings(AddressSpace memory) {
        text.append("  ").append(Amounts.count(memory.vmas().size(), "mapping")).append(", ");
        text.append(Amounts.bytes(Sizes.saved(memory))).append(" saved:\n");
        for (Vma vma : memory.vmas()) {
            text.append("    ")
                    .append(Long.toHexString(vma.start()))
                    .append('-')
                    .append(Long.toHexString(vma.end()));
            text.append(' ')
                    .append(Words.protection(vma))
                    .append("  ")
                    .append(Amounts.bytes(vma.bytes()))
                    .append("  ");
            text.append(Console.oneLine(Words.backing(vma, memory.fields()))).append('\n');
        }
    }

    private void descriptors(FdTable table) {
        text.append("  ")
                .append(Amounts.count(table.descriptors().size(), "descriptor"))
                .append(":\n");
        for (Descriptor descriptor : table.descriptors()) {
            OpenFile file = image.object(descriptor.openFile(), OpenFile.class);
            text.append("    ").append(descriptor.number()).append("  ");
            text.append(Console.oneLine(Words.openFile(file))).append('\n');
        }
    }
}
