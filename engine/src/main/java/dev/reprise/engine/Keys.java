package dev.reprise.engine;

import dev.reprise.engine.model.Secret;
import dev.reprise.image.filter.Identities;
import dev.reprise.image.filter.Recipients;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.stream.Ed25519;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads the files in which people keep keys; what is wrong with one is said without a character of a secret. */
public final class Keys {
    private static final int MOST_BYTES = 1 << 20;

    private Keys() {}

    /**
     * Checks a key to encrypt to.
     *
     * @throws IOException it is none; the message says what it is instead
     */
    public static void requireRecipient(String key) throws IOException {
        try {
            Recipients.ofKeys(List.of(key));
        } catch (IllegalArgumentException none) {
            throw new IOException(notRecipient(key) + none.getMessage(), none);
        }
    }

    /**
     * The keys in a file that {@code age -R} takes: one a line, {@code #} begins a comment.
     *
     * @throws IOException it cannot be read, or there is something else in it
     */
    public static List<String> recipients(Path file) throws IOException {
        List<String> keys = new ArrayList<>();
        for (Line line : lines(file)) {
            try {
                Recipients.ofKeys(List.of(line.text()));
            } catch (IllegalArgumentException none) {
                throw line.wrong(notRecipient(line.text()) + none.getMessage());
            }
            keys.add(line.text());
        }
        return requireAny(keys, "no recipient");
    }

    // A secret key that was put where a public one belongs is not to be seen either.
    private static String notRecipient(String text) {
        if (text.startsWith("ssh-")) {
            return "ssh keys cannot be encrypted to, only age1...: ";
        }
        return text.startsWith("age1") ? "'" + text + "' is no recipient: " : "this is no recipient (age1...): ";
    }

    /**
     * The keys in a file that {@code age -i} takes: one a line, {@code #} begins a comment.
     *
     * @throws IOException it cannot be read, or there is something else in it
     */
    public static List<Secret> identities(Path file) throws IOException {
        List<Secret> keys = new ArrayList<>();
        for (Line line : lines(file)) {
            String other = otherIdentity(line.text());
            if (!other.isEmpty()) {
                throw line.wrong(other);
            }
            try {
                Identities.of(List.of(line.text()), List.of());
            } catch (IllegalArgumentException none) {
                throw line.wrong("this is no identity (AGE-SECRET-KEY-1...): " + none.getMessage());
            }
            keys.add(new Secret(line.text().getBytes(StandardCharsets.US_ASCII)));
        }
        return requireAny(keys, "no identity");
    }

    private static String otherIdentity(String text) {
        if (text.startsWith("age-encryption.org/") || text.startsWith("-----BEGIN AGE")) {
            return "this identity file is encrypted itself: decrypt it with age -d, into a pipe for example";
        }
        if (text.startsWith("AGE-PLUGIN-")) {
            return "this identity belongs to an age plugin: decrypt the image with age -d";
        }
        return text.startsWith("-----BEGIN ") ? "this is a key of another kind than AGE-SECRET-KEY-1..." : "";
    }

    /**
     * The first line of a file.
     *
     * @throws IOException it cannot be read, or there is nothing in the line
     */
    public static Secret passphrase(Path file) throws IOException {
        byte[] bytes = bytes(file);
        int end = 0;
        while (end < bytes.length && bytes[end] != '\n') {
            end++;
        }
        end -= end > 0 && bytes[end - 1] == '\r' ? 1 : 0;
        if (end == 0) {
            throw new IOException("there is no passphrase in its first line");
        }
        return new Secret(Arrays.copyOf(bytes, end));
    }

    /**
     * The Ed25519 private key that {@code openssl genpkey -algorithm ed25519} writes, as PKCS #8.
     *
     * @throws IOException it cannot be read, or is something else
     */
    public static Secret signer(Path file) throws IOException {
        Pem pem = Pem.first(text(file));
        switch (pem.label()) {
            case "PRIVATE KEY" -> {}
            case "ENCRYPTED PRIVATE KEY" ->
                throw new IOException(
                        "it is protected by a passphrase: decrypt it with 'openssl pkey', into a pipe for example");
            case "PUBLIC KEY" -> throw new IOException("it is a public key: what signs is the private one");
            default -> throw otherKey(pem);
        }
        try {
            Ed25519.signer(pem.bytes());
        } catch (IllegalArgumentException other) {
            throw new IOException(other.getMessage(), other);
        }
        return new Secret(pem.bytes());
    }

    /**
     * The Ed25519 public key that {@code openssl pkey -pubout} writes: its 32 bytes.
     *
     * @throws IOException it cannot be read, or is something else
     */
    public static Bytes verifier(Path file) throws IOException {
        Pem pem = Pem.first(text(file));
        if (pem.label().endsWith("PRIVATE KEY")) {
            throw new IOException(
                    "it is a private key, which is the signer's alone: 'openssl pkey -pubout' makes the public one");
        }
        if (!pem.label().equals("PUBLIC KEY")) {
            throw otherKey(pem);
        }
        try {
            return Bytes.of(Ed25519.key(pem.bytes()));
        } catch (IllegalArgumentException other) {
            throw new IOException(other.getMessage(), other);
        }
    }

    private static IOException otherKey(Pem pem) {
        return new IOException("it is no Ed25519 key as openssl writes it, but " + pem.label());
    }

    private static String text(Path file) throws IOException {
        return new String(bytes(file), StandardCharsets.ISO_8859_1);
    }

    private record Line(String text, int number) {
        IOException wrong(String what) {
            return new IOException("line " + number + ": " + what);
        }
    }

    private static List<Line> lines(Path file) throws IOException {
        List<Line> lines = new ArrayList<>();
        int number = 0;
        for (String text :
                new String(bytes(file), StandardCharsets.UTF_8).lines().toList()) {
            number++;
            if (!text.isBlank() && !text.startsWith("#")) {
                lines.add(new Line(text.strip(), number));
            }
        }
        return lines;
    }

    // Of a file that is too large for keys the beginning tells what it is.
    private static byte[] bytes(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(MOST_BYTES);
        }
    }

    private static <T> List<T> requireAny(List<T> keys, String what) throws IOException {
        if (keys.isEmpty()) {
            throw new IOException("there is " + what + " in it");
        }
        return keys;
    }
}
