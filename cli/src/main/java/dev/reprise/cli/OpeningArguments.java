package dev.reprise.cli;

import dev.reprise.engine.Keys;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.Secret;
import dev.reprise.image.state.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What an image is opened with, and whose it must be. */
final class OpeningArguments {
    @Option(
            names = "--identity",
            paramLabel = "FILE|passphrase[:FILE]",
            description =
                    "What opens an encrypted image: a file of keys as 'age -i' takes it, a passphrase that is asked for"
                            + " on the terminal, or the first line of FILE (/dev/fd/N is a descriptor). Can be given several times.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--verify",
            paramLabel = "KEY",
            description =
                    "Take the image only if it is signed by the owner of this key (--sign), an Ed25519 public key as"
                            + " 'openssl pkey -pubout' writes it. Nothing in it is acted upon before. Can be given several times: one of"
                            + " them must have signed.")
    private List<String> signers = new ArrayList<>();

    boolean areGiven() {
        return !names.isEmpty() || !signers.isEmpty();
    }

    /** Reads the files, and asks. */
    Opening opening(Console console) throws IOException {
        if (!areGiven()) {
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
        List<Bytes> verifiers = new ArrayList<>();
        for (String signer : signers) {
            verifiers.add(KeyFile.open(signer, Keys::verifier));
        }
        return new Opening(identities, passphrases, verifiers);
    }
}
