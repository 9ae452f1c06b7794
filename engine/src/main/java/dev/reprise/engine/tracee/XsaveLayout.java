package dev.reprise.engine.tracee;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;

/**
 * Where this processor keeps the components of the XSAVE area in standard format (CPUID leaf 0xd); it differs between
 * makers.
 */
public final class XsaveLayout {
    private static final int LEAF = 0xd;
    private static final int COMPONENTS = 20;
    private static final int FIRST_EXTENDED = 2;
    private static final int HEADER_END = 576;
    private static final long LEGACY = 3;
    /** TILECFG and TILEDATA: only for tasks that asked for them (ARCH_REQ_XCOMP_PERM). */
    private static final long AMX = 3L << 17;

    private final long enabled;
    private final int[] ends;

    private XsaveLayout(long enabled, int[] ends) {
        this.enabled = enabled;
        this.ends = ends;
    }

    /** The calls that find it out, wherever they run. */
    public static final class Probe {
        private final Slot[] slots = new Slot[COMPONENTS];

        public Probe(ProgramBuilder p) {
            for (int i = 0; i < COMPONENTS; i++) {
                if (i != 1) { // subleaf 1 is about the compacted format
                    slots[i] = p.space(16);
                    p.cpuid(LEAF, i, slots[i]);
                }
            }
        }

        /** What they found. */
        public XsaveLayout read(ProgramResults results) {
            int[] ends = new int[COMPONENTS];
            for (int i = FIRST_EXTENDED; i < COMPONENTS; i++) {
                ends[i] = word(results, i, 0) == 0 ? 0 : word(results, i, 0) + word(results, i, 1);
            }
            return new XsaveLayout(Integer.toUnsignedLong(word(results, 0, 0)), ends);
        }

        private int word(ProgramResults results, int component, int index) {
            return results.slot(slots[component]).getAtIndex(JAVA_INT, index);
        }
    }

    /** The components that a signal frame may declare: all but AMX, unless the task has AMX state. */
    long frameComponents(long xstateBv) {
        return (xstateBv & AMX) != 0 ? enabled : enabled & ~AMX;
    }

    /** The bytes of an area with these components. */
    int size(long components) {
        int size = HEADER_END;
        for (int i = FIRST_EXTENDED; i < COMPONENTS; i++) {
            if ((components >>> i & 1) != 0) {
                size = Math.max(size, ends[i]);
            }
        }
        return size;
    }

    /** XCR0: x87 and SSE always. */
    public long enabled() {
        return enabled | LEGACY;
    }
}
