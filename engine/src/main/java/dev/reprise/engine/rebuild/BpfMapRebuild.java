package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_bpf;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.BpfMap;
import dev.reprise.kernel.BpfMaps;
import dev.reprise.kernel.Fcntl;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Maps of bpf(2): made, filled, and frozen if they were; an open file for one direction only is a second one. Pure. */
final class BpfMapRebuild {
    private static final int BATCH = 56;

    private final ProgramBuilder p;
    private final OpenFiles files;

    BpfMapRebuild(ProgramBuilder p, OpenFiles files) {
        this.p = p;
        this.files = files;
    }

    void create(BpfMap map) {
        Step created = bpf(BpfMaps.BPF_MAP_CREATE, p.bytes(attributes(map)), BpfMaps.ATTRIBUTES, map);
        fill(map, created);
        if (map.frozen()) {
            Slot frozen = p.space(Long.BYTES);
            p.store8(frozen, created);
            bpf(BpfMaps.BPF_MAP_FREEZE, frozen, Integer.BYTES, map);
        }
        int access = map.flags() & Fcntl.O_ACCMODE;
        if (access == Fcntl.O_RDWR) {
            files.place(p, created, map);
            return;
        }
        Step parked = files.park(p, created);
        // struct { u32 bpf_fd, info_len; u64 info; } info
        Slot about = p.space(BpfMaps.INFO);
        Slot ask = p.longs(0, 0);
        p.store8(ask, parked);
        p.store4(ask.plus(Integer.BYTES), Arg.of(BpfMaps.INFO));
        p.store8(ask.plus(Long.BYTES), about);
        bpf(BpfMaps.BPF_OBJ_GET_INFO_BY_FD, ask, 16, map);
        // struct { u32 map_id, next_id, open_flags; }
        Slot open = p.longs(0, access == Fcntl.O_RDONLY ? BpfMaps.BPF_F_RDONLY : BpfMaps.BPF_F_WRONLY);
        p.store8(
                open,
                p.shiftRight(Arg.contentOf(about), Arg.of(Integer.SIZE))); // struct bpf_map_info { u32 type, id; ... }
        files.place(p, bpf(BpfMaps.BPF_MAP_GET_FD_BY_ID, open, 12, map), map);
        p.call(SYS_close, parked);
    }

    private void fill(BpfMap map, Step created) {
        if (map.count() == 0) {
            return;
        }
        Slot batch = p.space(BATCH);
        p.store8(batch.plus(16), p.bytes(map.keys().toArray()));
        p.store8(batch.plus(24), p.bytes(map.values().toArray()));
        p.store4(batch.plus(32), Arg.of(map.count()));
        p.store4(batch.plus(36), created);
        bpf(BpfMaps.BPF_MAP_UPDATE_BATCH, batch, BATCH, map);
    }

    private Step bpf(int command, Arg attributes, int size, BpfMap map) {
        return p.call(SYS_bpf, Arg.of(command), attributes, Arg.of(size))
                .about("bpf map " + (map.name().isEmpty() ? "" : map.name() + " ") + "of descriptor "
                        + files.numberOf(map));
    }

    private static byte[] attributes(BpfMap map) {
        ByteBuffer attributes = ByteBuffer.allocate(BpfMaps.ATTRIBUTES).order(ByteOrder.LITTLE_ENDIAN);
        attributes.putInt(map.type()).putInt(map.keySize()).putInt(map.valueSize());
        attributes.putInt(map.maxEntries()).putInt(map.mapFlags());
        attributes.put(BpfMaps.NAME, map.name().getBytes(StandardCharsets.ISO_8859_1));
        attributes.putLong(BpfMaps.EXTRA, map.extra());
        return attributes.array();
    }
}
