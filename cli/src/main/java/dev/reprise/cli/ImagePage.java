package dev.reprise.cli;

import dev.reprise.engine.SavedImage;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.FsContext;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.TaskState;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An image as one self-contained page: the tree, and of each process its memory map, descriptors and threads. */
final class ImagePage {
    private static final String LEGEND = """
            <p class="legend"><span><i class="saved"></i>in the image</span><span><i class="parent"></i>in the image with its
            parent's pages</span><span><i class="shared"></i>in the image as shared memory</span><span><i class="file"></i>in a
            file, or the kernel's</span><span><i class="none"></i>zeros, or never touched</span></p>
            """;

    private final SavedImage saved;
    private final Image image;
    private final Markup page = new Markup();

    private ImagePage(SavedImage saved) {
        this.saved = saved;
        this.image = saved.content();
    }

    /** The page; {@code run} is what {@code --stats} of the run that wrote the image says. */
    static String of(SavedImage saved, @Nullable RunFigures run) {
        ImagePage shown = new ImagePage(saved);
        shown.begin();
        if (run != null) {
            TimelinePage.write(run, shown.page);
        }
        shown.page.raw("<h2>Processes</h2>");
        new ForestPage(saved.content(), shown.page).write();
        shown.page.raw(LEGEND);
        shown.image.processes().forEach(shown::process);
        return shown.page.raw("</body></html>\n").toString();
    }

    private void begin() {
        String title = "Checkpoint of "
                + (image.processes().isEmpty()
                        ? ""
                        : ForestPage.name(image.processes().getFirst()));
        page.raw("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">")
                .raw("<meta name=\"viewport\" content=\"width=device-width\">")
                .element("title", title)
                .raw("<style>" + style() + "</style></head><body>");
        page.element("h1", title);
        page.element(
                "p class=\"faint\"",
                "image format " + saved.formatVersion() + ", taken on "
                        + image.machine().architecture() + ", Linux "
                        + image.machine().kernelRelease());
        saved.signed()
                .ifPresent(by -> page.element(
                        "p class=\"faint\"",
                        "signed by " + by.fingerprint()
                                + (by.isVerified() ? " (verified)" : " (as it says itself: --verify KEY proves it)")));
        int threads =
                image.processes().stream().mapToInt(one -> one.tasks().size()).sum();
        page.raw("<div class=\"facts\">");
        fact(Amounts.bytes(saved.imageBytes()), "image");
        fact(Amounts.bytes(Sizes.saved(image)), "memory in it");
        fact(image.processes().size() + "", "processes");
        fact(threads + "", "threads");
        if (!image.zombies().isEmpty()) {
            fact(image.zombies().size() + "", "ended, not waited for");
        }
        page.raw("</div>\n");
    }

    private void fact(String value, String of) {
        page.raw("<div>").element("b", value).text(of).raw("</div>");
    }

    private static String style() {
        try (InputStream in = Objects.requireNonNull(ImagePage.class.getResourceAsStream("page.css"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private AddressSpace memory(ProcessState process) {
        return image.object(process.addressSpace(), AddressSpace.class);
    }

    private void process(ProcessState process) {
        FsContext context = image.object(process.fsContext(), FsContext.class);
        page.raw("<h2 id=\"p" + process.pid() + "\">")
                .text(ForestPage.name(process))
                .raw("</h2>");
        page.element(
                "p class=\"faint\"",
                "parent " + (process.parentPid() == 0 ? "outside" : process.parentPid() + "") + ", group "
                        + process.groupId() + ", session " + process.sessionId() + ", directory "
                        + context.workingDirectory().path() + ", root " + context.root());
        new MemoryMapPage(image, memory(process), "m" + process.pid() + "-", page).write();
        descriptors(image.object(process.fdTable(), FdTable.class));
        threads(process);
    }

    private void descriptors(FdTable table) {
        page.raw("<details open><summary>")
                .text(Amounts.count(table.descriptors().size(), "descriptor"))
                .raw("</summary><table>");
        for (Descriptor descriptor : table.descriptors()) {
            OpenFile file = image.object(descriptor.openFile(), OpenFile.class);
            page.raw("<tr>").element("td class=\"number\"", descriptor.number() + "");
            page.element("td", Words.kind(file)).element("td class=\"wide\"", Words.detail(file));
            page.element("td", "#" + file.id().value() + (descriptor.closeOnExec() ? ", closed on exec" : ""));
            page.raw("</tr>\n");
        }
        page.raw("</table></details>\n");
    }

    private void threads(ProcessState process) {
        page.raw("<details><summary>")
                .text(Amounts.count(process.tasks().size(), "thread"))
                .raw("</summary><table>");
        for (TaskState task : process.tasks()) {
            page.raw("<tr>").element("td class=\"number\"", task.tid() + "").element("td", Words.name(task));
            page.element("td", "at 0x" + Long.toHexString(task.registers().rip()))
                    .raw("</tr>\n");
        }
        page.raw("</table></details>\n");
    }
}
