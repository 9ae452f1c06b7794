package dev.reprise.engine.capture;

import dev.reprise.image.state.BpfMap;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.kernel.BpfMaps;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import java.util.Set;

/** Maps of bpf(2), of the kinds that are nothing but their entries. */
final class BpfMapCapture implements OpenFileCapture {
    private static final String RESOURCE = "bpf-map";
    private static final String CLOSE = "close it";
    private static final long LARGEST = 64 << 20;
    private static final Set<Integer> TYPES = Set.of(
            BpfMaps.BPF_MAP_TYPE_HASH,
            BpfMaps.BPF_MAP_TYPE_ARRAY,
            BpfMaps.BPF_MAP_TYPE_PERCPU_HASH,
            BpfMaps.BPF_MAP_TYPE_PERCPU_ARRAY,
            BpfMaps.BPF_MAP_TYPE_LRU_HASH,
            BpfMaps.BPF_MAP_TYPE_LPM_TRIE);

    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.link().equals("anon_inode:bpf-map");
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        BpfMaps.Description info = BpfMaps.describe(d.copy());
        if (!TYPES.contains(info.type())) {
            look.refuse(d, RESOURCE, "maps of type " + info.type() + " are more than their entries", CLOSE);
        } else if (info.typed()) {
            look.refuse(d, RESOURCE, "it has types (BTF), or belongs to a device", CLOSE);
        } else if (!d.info().field("owner_prog_type").isEmpty()) {
            look.refuse(d, RESOURCE, "a program uses it", CLOSE);
        } else if (Integer.toUnsignedLong(info.maxEntries()) * (info.keySize() + info.valueBytes()) > LARGEST) {
            look.refuse(d, RESOURCE, "it has room for more than 64 MiB", CLOSE);
        } else if (look.isOpenTwice(d, Integer.toString(info.id()))) {
            look.refuse(d, RESOURCE, "it is open twice", CLOSE);
        }
        look.requireOwn(d, RESOURCE);
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        BpfMaps.Description info = BpfMaps.describe(d.copy());
        BpfMaps.Contents contents = contents(d, info);
        return new BpfMap(
                id,
                d.info().statusFlags(),
                take.owner(d),
                info.type(),
                info.keySize(),
                info.valueSize(),
                info.maxEntries(),
                info.flags(),
                info.extra(),
                info.name(),
                d.info().field("frozen").equals("1"),
                Bytes.of(contents.keys()),
                Bytes.of(contents.values()));
    }

    private static BpfMaps.Contents contents(LiveDescriptor d, BpfMaps.Description info) throws KernelException {
        if ((d.info().flags() & Fcntl.O_ACCMODE) != Fcntl.O_WRONLY) {
            return BpfMaps.contents(d.copy(), info);
        }
        try (Fd readable = BpfMaps.open(info.id())) {
            return BpfMaps.contents(readable, info);
        }
    }
}
