package dev.reprise.image.filter;

import dev.reprise.image.BadImageException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;

/** The stanza for whoever knows a passphrase; the only one of its file. */
final class AgeScrypt {
    static final String TYPE = "scrypt";
    static final int SALT = 16;
    private static final String PURPOSE = "age-encryption.org/v1/scrypt";
    /** As age writes it: 256 MiB, for seconds. */
    private static final int LOG_WORK = 18;

    private static final int MOST_LOG_WORK = 20;

    private AgeScrypt() {}

    static AgeStanza wrap(byte[] passphrase, byte[] fileKey, byte[] salt) throws GeneralSecurityException {
        byte[] key = Scrypt.key(passphrase, salted(salt), LOG_WORK);
        return new AgeStanza(
                List.of(TYPE, AgeStanza.encode(salt), Integer.toString(LOG_WORK)), AgeKeys.wrap(key, fileKey));
    }

    /** The file's key, if this is the passphrase. */
    static Optional<byte[]> unwrap(AgeStanza stanza, byte[] passphrase)
            throws GeneralSecurityException, BadImageException {
        if (stanza.arguments().size() != 3 || !stanza.arguments().get(2).matches("[1-9][0-9]?")) {
            throw new IllegalArgumentException("other arguments");
        }
        byte[] salt = AgeStanza.decode(stanza.arguments().get(1));
        int logWork = Integer.parseInt(stanza.arguments().get(2));
        if (salt.length != SALT) {
            throw new IllegalArgumentException("a salt of another length");
        }
        if (logWork > MOST_LOG_WORK) {
            throw new BadImageException.TooNew("its passphrase takes more than a GiB of memory, use age -d before", 0);
        }
        return AgeKeys.unwrap(Scrypt.key(passphrase, salted(salt), logWork), stanza.body());
    }

    private static byte[] salted(byte[] salt) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(PURPOSE.getBytes(StandardCharsets.US_ASCII));
        all.writeBytes(salt);
        return all.toByteArray();
    }
}
