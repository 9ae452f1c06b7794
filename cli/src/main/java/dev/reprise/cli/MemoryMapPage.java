package dev.reprise.cli;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.Vma;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The memory map of one process: a strip of all mappings, and a table with a bar each. */
final class MemoryMapPage {
    private static final int WIDTH = 1000;
    private static final int PAGE_SIZE = 4096;
    private static final int PERCENT = 100;

    private final AddressSpace memory;
    private final String anchor;
    private final Markup page;
    private final List<List<MemoryParts.Part>> parts = new ArrayList<>();

    /** {@code anchor} is the beginning of the names that the strip links to. */
    MemoryMapPage(Image image, AddressSpace memory, String anchor, Markup page) {
        this.memory = memory;
        this.anchor = anchor;
        this.page = page;
        MemoryParts all = new MemoryParts(image, memory);
        for (Vma vma : memory.vmas()) {
            parts.add(all.of(vma));
        }
    }

    void write() {
        page.raw("<div class=\"strip\">");
        for (int i = 0; i < parts.size(); i++) {
            segment(i, memory.vmas().get(i));
        }
        page.raw("</div>");
        page.raw("<details open><summary>");
        page.text(Amounts.count(parts.size(), "mapping") + ", " + Amounts.bytes(Sizes.saved(memory)) + " saved");
        page.raw("</summary><table><tr><th>from</th><th>to</th><th></th><th>size</th><th>saved</th><th></th>")
                .raw("<th>what it is</th></tr>\n");
        for (int i = 0; i < parts.size(); i++) {
            row(i, memory.vmas().get(i));
        }
        page.raw("</table></details>\n");
    }

    // As wide as the logarithm of its size: a heap of gigabytes leaves the stack to be seen.
    private void segment(int index, Vma vma) {
        double width = 1 + Math.log((double) vma.bytes() / PAGE_SIZE) / Math.log(2);
        double saved = PERCENT * (double) MemoryParts.bytes(parts.get(index)) / vma.bytes();
        String colour = "var(--" + style(index, vma) + ")";
        page.raw(String.format(
                Locale.ROOT,
                "<a href=\"#%s%d\" style=\"flex-grow:%.1f;background:linear-gradient(to top,%s %.1f%%,var(--%s) 0)\" title=\"",
                anchor,
                index,
                width,
                colour,
                saved,
                rest(vma)));
        page.text(Words.backing(vma, memory.fields()) + ", " + Amounts.bytes(vma.bytes()) + ", " + Math.round(saved)
                + " % in the image");
        page.raw("\"></a>");
    }

    private String style(int index, Vma vma) {
        return parts.get(index).isEmpty()
                ? rest(vma)
                : parts.get(index).getFirst().kind().style();
    }

    /** What pages are that no part has: those of a file, or zeros. */
    private static String rest(Vma vma) {
        return switch (vma.backing()) {
            case Backing.MappedFile _, Backing.Kernel _, Backing.Device _ -> "file";
            case Backing.Anonymous _,
                    Backing.SharedMemory _,
                    Backing.AioRing _,
                    Backing.IoUringMemory _,
                    Backing.PacketRing _ -> "none";
        };
    }

    private void row(int index, Vma vma) {
        page.raw("<tr id=\"" + anchor + index + "\">");
        page.element("td", Long.toHexString(vma.start())).element("td", Long.toHexString(vma.end()));
        page.element("td", Words.protection(vma));
        page.element("td class=\"number\"", Amounts.bytes(vma.bytes()));
        long saved = MemoryParts.bytes(parts.get(index));
        page.element("td class=\"number\"", saved == 0 ? "" : Amounts.bytes(saved));
        page.raw("<td class=\"bar\">");
        bar(vma, parts.get(index));
        page.raw("</td>");
        page.element("td class=\"wide\"", Words.backing(vma, memory.fields()));
        page.raw("</tr>\n");
    }

    // Parts that fall on one of the thousand places are drawn as one.
    private void bar(Vma vma, List<MemoryParts.Part> of) {
        page.raw("<svg viewBox=\"0 0 " + WIDTH + " 10\" preserveAspectRatio=\"none\">");
        page.raw("<rect class=\"" + rest(vma) + "\" width=\"" + WIDTH + "\" height=\"10\"/>");
        double scale = (double) WIDTH / vma.bytes();
        for (int i = 0; i < of.size(); i++) {
            MemoryParts.Part part = of.get(i);
            long from = (long) (part.offset() * scale);
            long to = place(part, scale);
            while (i + 1 < of.size()
                    && of.get(i + 1).kind() == part.kind()
                    && of.get(i + 1).offset() * scale <= to) {
                i++;
                to = place(of.get(i), scale);
            }
            page.raw("<rect class=\"" + part.kind().style() + "\" x=\"" + from + "\" width=\"" + (to - from)
                    + "\" height=\"10\"/>");
        }
        page.raw("</svg>");
    }

    private static long place(MemoryParts.Part part, double scale) {
        return (long) Math.ceil((part.offset() + part.bytes()) * scale);
    }
}
