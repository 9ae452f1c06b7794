package dev.reprise.engine.rebuild;

import dev.reprise.image.state.Bytes;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Vdso;

/**
 * The vdso that this machine's kernel gives each of its processes.
 *
 * @param code its pages
 * @param dataBytes how much of the address space its data take before them
 */
record LocalVdso(Bytes code, long dataBytes) {
    static LocalVdso ask() throws KernelException {
        return new LocalVdso(Bytes.of(Vdso.code()), Vdso.dataBytes());
    }
}
