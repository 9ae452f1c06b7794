package dev.reprise.engine.pager;

import dev.reprise.engine.model.PageFile;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The pieces of an image that were read last: those of who waits, and of what comes in between, are mostly two. */
final class LoadedPieces {
    private static final int KEPT = 4;

    private final PageFile pages;
    private final MemorySegment[] buffers = new MemorySegment[KEPT];
    private final PageFile.Piece[] pieces = new PageFile.Piece[KEPT];
    private int oldest;

    LoadedPieces(PageFile pages, Arena arena) throws KernelException {
        this.pages = pages;
        for (int i = 0; i < KEPT; i++) {
            buffers[i] = Native.pages(arena, PageFile.PIECE);
            pieces[i] = new PageFile.Piece(0, 0);
        }
    }

    /** The piece that a position lies in. */
    PagedSpace.Loaded at(long position) throws IOException {
        for (int i = 0; i < KEPT; i++) {
            if (pieces[i].has(position)) {
                return new PagedSpace.Loaded(pieces[i], buffers[i]);
            }
        }
        int used = oldest;
        oldest = (oldest + 1) % KEPT;
        pieces[used] = new PageFile.Piece(0, 0);
        pieces[used] = pages.read(position, buffers[used].asByteBuffer());
        return new PagedSpace.Loaded(pieces[used], buffers[used]);
    }
}
