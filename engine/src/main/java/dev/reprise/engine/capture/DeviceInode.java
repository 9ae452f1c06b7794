package dev.reprise.engine.capture;

import dev.reprise.kernel.FileStatus;
import java.util.Comparator;

/** The key of a file in the {@link ObjectTable}: memory objects are shared by mappings and descriptors. */
record DeviceInode(long device, long inode) {
    static final Comparator<DeviceInode> ORDER =
            Comparator.comparingLong(DeviceInode::device).thenComparingLong(DeviceInode::inode);

    static DeviceInode of(FileStatus status) {
        return new DeviceInode(status.device(), status.inode());
    }
}
