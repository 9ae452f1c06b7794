package dev.reprise.image.filter;

import java.util.Base64;
import java.util.List;

/** One way to the key of an age file: of which type it is, and what else its reader needs. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record AgeStanza(List<String> arguments, byte[] body) {
    static final int COLUMNS = 64;

    AgeStanza {
        arguments = List.copyOf(arguments);
    }

    String type() {
        return arguments.getFirst();
    }

    /** As it stands in a header. */
    void encode(StringBuilder into) {
        into.append("->");
        arguments.forEach(argument -> into.append(' ').append(argument));
        into.append('\n');
        String text = encode(body);
        int at = 0;
        for (; text.length() - at >= COLUMNS; at += COLUMNS) {
            into.append(text, at, at + COLUMNS).append('\n');
        }
        into.append(text, at, text.length()).append('\n'); // shorter than the others, if need be empty
    }

    static String encode(byte[] bytes) {
        return Base64.getEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Bytes in the one way that they can be written. */
    static byte[] decode(String text) {
        byte[] bytes = Base64.getDecoder().decode(text);
        if (!encode(bytes).equals(text)) {
            throw new IllegalArgumentException("not as it would be written");
        }
        return bytes;
    }
}
