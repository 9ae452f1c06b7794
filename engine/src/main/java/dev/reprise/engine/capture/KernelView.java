package dev.reprise.engine.capture;

import dev.reprise.kernel.Btf;
import dev.reprise.kernel.Btf.UnknownLayoutException;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.KernelMemory;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What no system call tells of an open file is looked up in the kernel's own memory, where the kernel lets us (CAP_BPF, CAP_PERFMON and its
 * type information). How it lays things out is learnt once, which takes some milliseconds.
 */
final class KernelView {
    private @Nullable Btf types;
    // Several threads look at several processes.
    private final ThreadLocal<String> whyNot = ThreadLocal.withInitial(() -> "");

    /** A question. */
    interface Question<T> {
        /** Its answer. */
        T ask(KernelMemory memory) throws KernelException, UnknownLayoutException;
    }

    /** The answer; none where the kernel does not tell: {@link #whyNot}. */
    <T> Optional<T> of(Question<T> question) {
        whyNot.set("");
        try {
            try (KernelMemory memory = new KernelMemory(types())) {
                return Optional.of(question.ask(memory));
            }
        } catch (KernelException | UnknownLayoutException failed) {
            whyNot.set("this kernel does not show it to us (" + failed.getMessage() + ")");
            return Optional.empty();
        }
    }

    /** Why there was no answer to this thread's last question; empty where there was one. */
    String whyNot() {
        return whyNot.get();
    }

    private synchronized Btf types() throws KernelException, UnknownLayoutException {
        Btf known = types;
        if (known == null) {
            known = Btf.ofKernel();
            types = known;
        }
        return known;
    }
}
