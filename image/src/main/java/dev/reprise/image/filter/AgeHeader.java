package dev.reprise.image.filter;

import dev.reprise.image.BadImageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** What an age file (age-encryption.org/v1) begins with: ways to its key, and what proves that they are its writer's. */
final class AgeHeader {
    private static final String VERSION = "age-encryption.org/v1";
    private static final String ANY_VERSION = "age-encryption.org/";
    private static final String ARMOR = "-----BEGIN AGE ENCRYPTED FILE-----";
    private static final String LAST = "---";
    private static final int MOST = 1 << 20;

    private final List<AgeStanza> stanzas;
    private final String text;
    private final byte[] mac;

    private AgeHeader(List<AgeStanza> stanzas, String text, byte[] mac) {
        this.stanzas = List.copyOf(stanzas);
        this.text = text;
        this.mac = mac;
    }

    /** The header's bytes. */
    static byte[] encode(List<AgeStanza> stanzas, byte[] fileKey) throws GeneralSecurityException {
        StringBuilder text = new StringBuilder(VERSION).append('\n');
        stanzas.forEach(stanza -> stanza.encode(text));
        text.append(LAST);
        byte[] mac = AgeKeys.headerMac(fileKey, ascii(text.toString()));
        return ascii(text + " " + AgeStanza.encode(mac) + "\n");
    }

    /** Reads it to its end. */
    static AgeHeader read(Intake intake) throws IOException {
        Lines lines = new Lines(intake);
        requireVersion(lines.next());
        List<AgeStanza> stanzas = new ArrayList<>();
        while (true) {
            int before = lines.text.length();
            String line = lines.next();
            try {
                if (line.startsWith("-> ")) {
                    stanzas.add(stanza(line, lines));
                } else if (line.startsWith(LAST + " ")) {
                    String covered = lines.text.substring(0, before) + LAST;
                    return new AgeHeader(stanzas, covered, AgeStanza.decode(line.substring(LAST.length() + 1)));
                } else {
                    throw new IllegalArgumentException("a line of another kind");
                }
            } catch (IllegalArgumentException malformed) {
                throw Expanding.corrupt("age", intake.position(), null);
            }
        }
    }

    private static void requireVersion(String line) throws BadImageException {
        if (line.equals(ARMOR)) {
            throw new BadImageException.TooNew("it is an armored age file, use age -d before, or age without -a", 0);
        }
        if (!line.equals(VERSION)) {
            throw line.startsWith(ANY_VERSION)
                    ? new BadImageException.TooNew("its age file has another version than v1, use age -d before", 0)
                    : new BadImageException.Corrupt("this is no Reprise image", 0);
        }
    }

    private static AgeStanza stanza(String line, Lines lines) throws IOException {
        List<String> arguments = List.of(line.substring(3).split(" ", -1));
        if (arguments.contains("")) {
            throw new IllegalArgumentException("an empty argument");
        }
        StringBuilder body = new StringBuilder();
        String part;
        do {
            part = lines.next();
            if (part.length() > AgeStanza.COLUMNS) {
                throw new IllegalArgumentException("a line that is too long");
            }
            body.append(part);
        } while (part.length() == AgeStanza.COLUMNS);
        return new AgeStanza(arguments, AgeStanza.decode(body.toString()));
    }

    /** All ways to the file's key. */
    List<AgeStanza> stanzas() {
        return stanzas;
    }

    /** Whether nobody but who had the file's key can have written it. */
    boolean isOf(byte[] fileKey) throws GeneralSecurityException {
        return MessageDigest.isEqual(mac, AgeKeys.headerMac(fileKey, ascii(text)));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The lines of a header, all of which are kept. */
    private static final class Lines {
        private final Intake intake;
        private final StringBuilder text = new StringBuilder();

        Lines(Intake intake) {
            this.intake = intake;
        }

        String next() throws IOException {
            int start = text.length();
            for (int c = intake.u8(); c != '\n'; c = intake.u8()) {
                if (c < ' ' || c > '~' || text.length() > MOST) {
                    throw Expanding.corrupt("age", intake.position(), null);
                }
                text.append((char) c);
            }
            String line = text.substring(start);
            text.append('\n');
            return line;
        }
    }
}
