package dev.reprise.cli;

import dev.reprise.engine.Keys;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.Secret;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What an image is opened with. */
final class IdentityArguments {
    @Option(
            names = "--identity",
            paramLabel = "FILE|passphrase[:FILE]",
            description =
                    "What opens an encrypted image: a file of keys as 'age -i' takes it, a passphrase that is asked for"
                            + " on the terminal, or the first line of FILE (/dev/fd/N is a descriptor). Can be given several times.")
    private List<String> names = new ArrayList<>();

    boolean areGiven() {
        return !names.isEmpty();
    }

    /** Reads the files, and asks. */
    Opening opening(Console console) throws IOException {
        if (names.isEmpty()) {
            return Opening.NONE;
        }
        List<Secret> identities = new ArrayList<>();
        List<Secret> passphrases = new ArrayList<>();
        for (String name : names) {
            if (KeyFile.isPassphrase(name)) {
                passphrases.add(KeyFile.passphrase(name, 1, console));
            } else {
                identities.addAll(KeyFile.secret(name, Keys::identities, console));
            }
        }
        return new Opening(identities, passphrases);
    }
}
