package dev.reprise.engine;

import java.io.IOException;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A key as openssl writes it (RFC 7468): what it says it is, and its bytes. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Pem(String label, byte[] bytes) {
    private static final Pattern FORM =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s+([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    /** The first one in a text. */
    static Pem first(String text) throws IOException {
        Matcher found = FORM.matcher(text);
        if (!found.find()) {
            throw new IOException("there is no key in it as openssl writes them (PEM)");
        }
        try {
            return new Pem(found.group(1), Base64.getMimeDecoder().decode(found.group(2)));
        } catch (IllegalArgumentException malformed) {
            throw new IOException("its key is cut, or broken", malformed);
        }
    }
}
