package dev.reprise.engine.capture;

import dev.reprise.kernel.Mapping;

/** The mappings that the kernel makes by itself. */
final class SpecialMapping {
    private SpecialMapping() {}

    /** Whether it is one: vdso, its data, or the vsyscall page. */
    static boolean is(Mapping mapping) {
        String path = mapping.path();
        return path.startsWith("[v") && (path.equals("[vdso]") || path.startsWith("[vvar") || isVsyscall(mapping));
    }

    /** Whether it is the page at the fixed address which every process has. */
    static boolean isVsyscall(Mapping mapping) {
        return mapping.path().equals("[vsyscall]");
    }
}
