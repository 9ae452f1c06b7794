package dev.reprise.cli;

import dev.reprise.engine.Keys;
import dev.reprise.engine.Passphrases;
import dev.reprise.engine.model.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;

/** A file of keys that a command line names. */
final class KeyFile {
    private static final String PASSPHRASE = "passphrase";

    private KeyFile() {}

    /** What reads one. */
    interface Reader<T> {
        T read(Path file) throws IOException;
    }

    /** Reads public keys. */
    static <T> T open(String name, Reader<T> reader) throws IOException {
        Path file = WorkingDirectory.path(name);
        try {
            return reader.read(file);
        } catch (IOException failed) {
            throw new IOException(name + ": " + Failures.text(failed), failed);
        }
    }

    /** Reads what nobody else should be able to read; where somebody can, a warning says so. */
    static <T> T secret(String name, Reader<T> reader, Console console) throws IOException {
        T secret = open(name, reader);
        warn(name, console);
        return secret;
    }

    /** Whether {@code passphrase} or {@code passphrase:FILE} is meant. */
    static boolean isPassphrase(String name) {
        return name.equals(PASSPHRASE) || name.startsWith(PASSPHRASE + ":");
    }

    /** That passphrase, which is asked for {@code times} times where it is in no file. */
    static Secret passphrase(String name, int times, Console console) throws IOException {
        if (!name.equals(PASSPHRASE)) {
            return secret(name.substring(PASSPHRASE.length() + 1), Keys::passphrase, console);
        }
        Secret first = Passphrases.ask("Passphrase: ");
        for (int i = 1; i < times; i++) {
            if (!Arrays.equals(
                    first.bytes(), Passphrases.ask("The same again: ").bytes())) {
                throw new IOException("the passphrases differ");
            }
        }
        return first;
    }

    private static void warn(String name, Console console) throws IOException {
        Path file = WorkingDirectory.path(name);
        if (!Files.isRegularFile(file)) {
            return;
        }
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
        if (mode.contains(PosixFilePermission.GROUP_READ) || mode.contains(PosixFilePermission.OTHERS_READ)) {
            console.warning(name + ": others can read this secret (" + PosixFilePermissions.toString(mode) + ")");
        }
    }
}
