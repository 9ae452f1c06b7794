package dev.reprise.engine;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mount;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Native;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether the kernel executes images by handing them to a command (binfmt_misc): by the magic at the beginning of an image, with the
 * rights of whoever executes it, never with those of the file (no flag C).
 */
public final class Binfmt {
    private static final Path DIRECTORY = Path.of("/proc/sys/fs/binfmt_misc");
    private static final Path REGISTER = DIRECTORY.resolve("register");
    private static final Path ENTRY = DIRECTORY.resolve("reprise");
    /** The magic of an image (docs/image-format.md), as the kernel's register file wants it. */
    private static final String MAGIC = "\\x89REPRISE";

    private static final int LONGEST_PATH = 127;

    private Binfmt() {}

    /**
     * Lets the kernel hand images to a command.
     *
     * @param interpreter the absolute path of an executable that is called with the image's path as its first argument
     * @throws IOException when the kernel does not want it; the message says why and what would help
     */
    public static void enable(Path interpreter) throws IOException {
        String path = interpreter.toString();
        if (path.length() > LONGEST_PATH || path.contains(":")) {
            throw new IOException(path + " cannot be registered: too long, or with a colon; install it elsewhere");
        }
        if (!Files.isExecutable(interpreter)) {
            throw new IOException(path + " is not executable");
        }
        mount();
        disable();
        write(REGISTER, ":reprise:M::" + MAGIC + "::" + path + ":");
    }

    /** Ends that; nothing happens when it was not so. */
    public static void disable() throws IOException {
        if (Files.exists(ENTRY)) {
            write(ENTRY, "-1");
        }
    }

    /** In words: what happens when an image is executed here. */
    public static String status() throws IOException {
        if (!Files.exists(REGISTER)) {
            return "off: binfmt_misc is not mounted";
        }
        if (!Files.exists(ENTRY)) {
            return "off: not registered";
        }
        String entry = Files.readString(ENTRY);
        boolean allOff = Files.readString(DIRECTORY.resolve("status")).strip().equals("disabled");
        String interpreter = entry.lines()
                .filter(line -> line.startsWith("interpreter "))
                .map(line -> line.substring("interpreter ".length()))
                .findFirst()
                .orElse("?");
        if (allOff) {
            return "off: binfmt_misc is switched off as a whole";
        }
        return entry.startsWith("enabled") ? "on: " + interpreter : "off: disabled, for " + interpreter;
    }

    private static void mount() throws IOException {
        if (Files.exists(REGISTER)) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment type = Native.string(arena, "binfmt_misc");
            long result = Door.call(
                    SYS_mount,
                    type.address(),
                    Native.string(arena, DIRECTORY.toString()).address(),
                    type.address(),
                    0,
                    0,
                    0);
            if (Door.isError(result)) {
                throw new IOException(
                        "binfmt_misc cannot be mounted: " + Errno.of(result).text());
            }
        }
    }

    private static void write(Path file, String text) throws IOException {
        try {
            Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException failure) {
            throw new IOException(
                    file + ": " + failure.getMessage() + "; this takes root in the initial namespaces", failure);
        }
    }
}
