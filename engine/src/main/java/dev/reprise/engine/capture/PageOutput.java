package dev.reprise.engine.capture;

import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.tracee.ProgramRunner;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.KernelException;
import java.io.IOException;
import java.util.List;

/**
 * Writes the pages of a frozen process to a sink: by its own pwritev where the sink is a file that it can write, else
 * through a buffer of ours.
 */
final class PageOutput {
    /** Below this, asking whether the process can write costs more than it saves. */
    private static final long WORTH_ASKING = 2 << 20;

    private final int pid;
    private final ProgramRunner runner;
    private final PageSink sink;
    private final Pace pace;

    PageOutput(int pid, ProgramRunner runner, PageSink sink, Pace pace) {
        this.pid = pid;
        this.runner = runner;
        this.sink = sink;
        this.pace = pace;
    }

    /** The pages of an address space. */
    void write(AddressSpace space) throws KernelException, IOException {
        HiddenRanges hidden = new HiddenRanges(space.vmas());
        try (PageReader reader = new PageReader(pid, hidden)) {
            PagesThroughTool tool = new PagesThroughTool(sink, reader, pace);
            if (!byTracee(space, hidden, reader)) {
                tool.write(space);
            }
        }
    }

    /** The contents of memory objects. */
    static void write(List<MemoryFile> files, PageSink sink, Pace pace) throws KernelException, IOException {
        if (files.isEmpty()) {
            return;
        }
        try (PageReader reader = new PageReader(0, new HiddenRanges(List.of()))) {
            PagesThroughTool tool = new PagesThroughTool(sink, reader, pace);
            for (MemoryFile file : files) {
                tool.write(file);
            }
        }
    }

    private boolean byTracee(AddressSpace space, HiddenRanges hidden, PageReader reader)
            throws KernelException, IOException {
        long bytes = 0;
        for (PageRun run : space.runs()) {
            bytes += run.bytes();
        }
        if (bytes < WORTH_ASKING || !(sink instanceof PageSink.InPlace file) || !TraceeLimits.allow(pid, sink, bytes)) {
            return false;
        }
        try (PagesByTracee writing = new PagesByTracee(runner, file, hidden, reader, pace)) {
            return writing.open() && writing.write(space);
        }
    }
}
