package dev.reprise.engine.proof;

import dev.reprise.image.state.Backing;
import dev.reprise.image.state.FifoEnd;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.PosixQueue;
import dev.reprise.image.state.RegularFile;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.KernelException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The directories in which a restore makes names, if only for a while, or in which a name stands for something that the original
 * has, too (a FIFO); and the files in them that it opens to write, which are to be the very same.
 */
final class NewNames {
    private static final int AF_UNIX = 1;
    private static final int NAME_AT = 2;
    /** How the names of memfd_create(2) are shown. */
    private static final String MEMORY = "/memfd:";

    private final NavigableSet<String> directories = new TreeSet<>();
    private final NavigableSet<String> written = new TreeSet<>();

    private NewNames() {}

    static NewNames of(Image image) throws UnprovedException, KernelException {
        NewNames names = new NewNames();
        for (SharedObject object : image.objects()) {
            switch (object) {
                case MemoryObject memory
                when memory.kind() == MemoryObject.Kind.FILE_CONTENTS -> names.made(memory.name());
                case FifoEnd fifo -> names.made(fifo.file().name());
                case Socket socket
                when socket.domain() == AF_UNIX -> {
                    names.made(socket.boundFile().name());
                    names.made(name(socket));
                }
                case RegularFile file
                when (file.flags() & Fcntl.O_ACCMODE) != Fcntl.O_RDONLY -> {
                    names.made(file.goneName());
                    names.written.add(file.file().path());
                }
                case RegularFile file -> names.made(file.goneName());
                default -> {}
            }
            if (!(object instanceof PosixQueue)) {
                List<FileIdentity> gone = new ArrayList<>();
                Records.walk(object, record -> names.see(record, gone));
                for (FileIdentity file : gone) {
                    names.made(file.name());
                }
            }
        }
        if (names.directories.contains("/")) {
            throw new UnprovedException(List.of("the restore makes names in /, which cannot be covered for a proof"));
        }
        return names;
    }

    private void see(Record record, List<FileIdentity> gone) {
        if (record instanceof FileIdentity file
                && file.isDeleted()
                && !file.path().startsWith(MEMORY)) {
            gone.add(file);
        }
        if (record instanceof Vma vma && vma.shared() && vma.backing() instanceof Backing.MappedFile mapped) {
            written.add(mapped.file().path());
        }
    }

    private static String name(Socket socket) {
        byte[] address = socket.localAddress().toArray();
        return address.length <= NAME_AT || address[NAME_AT] == 0
                ? ""
                : new String(address, NAME_AT, address.length - NAME_AT, StandardCharsets.ISO_8859_1).replace("\0", "");
    }

    private void made(String path) throws KernelException {
        if (!path.startsWith("/")) {
            return; // none, or one in a directory that is known by another
        }
        String directory = path;
        do {
            directory = directory.substring(0, Math.max(0, directory.lastIndexOf('/')));
        } while (!directory.isEmpty() && !isDirectory(directory));
        directories.add(directory.isEmpty() ? "/" : directory);
    }

    private static boolean isDirectory(String path) throws KernelException {
        try {
            return FileStatus.of(path).isDirectory();
        } catch (KernelException missing) {
            missing.requireAnswer();
            return false;
        }
    }

    /** Covers those directories in the calling thread's mount namespace. */
    void cover() throws KernelException {
        for (String directory : outermost(directories)) {
            Cover.over(
                    directory,
                    written.stream()
                            .filter(file -> isBelow(file, directory))
                            .filter(file -> !file.endsWith(FileIdentity.DELETED))
                            .toList());
        }
    }

    /** Without those that are below others: an overlay covers all that is below, and they cannot be stacked twice. */
    static List<String> outermost(NavigableSet<String> directories) {
        List<String> outermost = new ArrayList<>();
        for (String directory : directories) {
            if (outermost.stream().noneMatch(above -> isBelow(directory, above))) {
                outermost.add(directory);
            }
        }
        return outermost;
    }

    private static boolean isBelow(String path, String directory) {
        return path.startsWith(directory + "/");
    }
}
