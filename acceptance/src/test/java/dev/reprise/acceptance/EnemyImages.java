package dev.reprise.acceptance;

import dev.reprise.cli.EnemyText;
import dev.reprise.engine.Export;
import dev.reprise.engine.SavedImage;
import dev.reprise.engine.model.ExecutableOptions;
import dev.reprise.engine.model.Host;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.PageSource;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.engine.rebuild.EnemyPlan;
import dev.reprise.engine.transport.Images;
import dev.reprise.image.BadImageException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Gives everything that reads images mutated ones, in a JVM of its own with little memory:
 * {@code SEED SECONDS DIRECTORY IMAGE...}. Ends with 1 and a report when there is another answer than the named ones.
 */
public final class EnemyImages {
    private static final long LIMIT_MILLIS = 60_000;
    private static final int SHOWN = 12;

    private final Path file;
    private final Path product;
    private final Map<String, Integer> findings = new HashMap<>();
    private final Map<String, Integer> answers = new TreeMap<>();
    private volatile String now = "";
    private volatile long since = System.currentTimeMillis();

    private EnemyImages(Path directory) {
        file = directory.resolve("enemy");
        product = directory.resolve("product");
    }

    public static void main(String[] args) throws Exception {
        long seed = Long.parseLong(args[0]);
        long end = System.nanoTime() + Long.parseLong(args[1]) * 1_000_000_000L;
        EnemyImages enemy = new EnemyImages(Path.of(args[2]));
        byte[][] good = new byte[args.length - 3][];
        for (int i = 0; i < good.length; i++) {
            good[i] = Files.readAllBytes(Path.of(args[i + 3]));
            enemy.attack(TakenApart.of(good[i]).together(), args[i + 3] + " as it is");
        }
        enemy.since = System.currentTimeMillis();
        Thread watch = new Thread(enemy::watch, "watch");
        watch.setDaemon(true);
        watch.start();
        long count = 0;
        for (; System.nanoTime() < end; count++) {
            SplittableRandom random = new SplittableRandom(seed + count);
            ImageMutation mutation = new ImageMutation(random);
            byte[] image = mutation.of(good[random.nextInt(good.length)]);
            enemy.now = "seed " + (seed + count) + ": " + mutation;
            enemy.since = System.currentTimeMillis();
            enemy.attack(image, enemy.now);
        }
        System.out.println(count + " images: " + enemy.answers);
        if (!enemy.findings.isEmpty()) {
            System.out.println(enemy.findings.size() + " findings");
            System.exit(1);
        }
    }

    private void watch() {
        while (System.currentTimeMillis() - since < LIMIT_MILLIS) {
            try {
                Thread.sleep(200);
            } catch (InterruptedException end) {
                return;
            }
        }
        System.out.println("FINDING hangs: " + now);
        Thread.getAllStackTraces().forEach((thread, frames) -> {
            if (thread.getName().equals("main")) {
                for (StackTraceElement frame : frames) {
                    System.out.println("  " + frame);
                }
            }
        });
        Runtime.getRuntime().halt(2);
    }

    private void attack(byte[] image, String what) throws IOException {
        Files.write(file, image);
        answers("stream", what, () -> {
            SavedImage saved = SavedImage.read(channel(image), Opening.NONE);
            for (String text : new String[] {EnemyText.text(saved), EnemyText.json(saved)}) {
                requirePlain(text);
            }
        });
        answers("plan", what, () -> {
            try (PageSource source = Images.open(file, Host.ANY, Opening.NONE)) {
                EnemyPlan.of(source, RestoreOptions.DEFAULT.asDetached());
            }
        });
        answers("plan of a stream", what, () -> {
            try (PageSource source = Images.open(channel(image), Host.ANY, Opening.NONE)) {
                EnemyPlan.of(source, RestoreOptions.DEFAULT.inPidNamespace());
            }
        });
        answers("export", what, () -> {
            Files.deleteIfExists(product);
            Export.toExecutable(
                    file, Opening.NONE, product, new ExecutableOptions(false, false, Optional.empty()), Progress.NONE);
        });
    }

    private static ReadableByteChannel channel(byte[] image) {
        return Channels.newChannel(new ByteArrayInputStream(image));
    }

    private interface Reader {
        void read() throws Exception;
    }

    private void answers(String who, String what, Reader reader) {
        try {
            reader.read();
            answers.merge(who + " good", 1, Integer::sum);
        } catch (BadImageException bad) {
            answers.merge(who + " " + bad.getClass().getSimpleName(), 1, Integer::sum);
            requireLine(who, what, bad);
        } catch (RestoreException refused) {
            answers.merge(who + " " + refused.reason().getClass().getSimpleName(), 1, Integer::sum);
            requireLine(who, what, refused);
        } catch (Throwable other) {
            finding(who, what, other);
        }
    }

    private void requireLine(String who, String what, Exception answer) {
        String line = EnemyText.line(String.valueOf(answer.getMessage()));
        if (line.isBlank() || line.contains("Exception") || line.contains("dev.reprise")) {
            finding(who, what, new AssertionError("no clear line: " + line, answer));
        }
        requirePlain(line);
    }

    private static void requirePlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c) && c != '\n' || Character.getType(c) == Character.FORMAT) {
                throw new AssertionError(
                        "control character " + (int) c + " in: " + text.substring(Math.max(0, i - 40), i));
            }
        }
    }

    private void finding(String who, String what, Throwable thrown) {
        StackTraceElement[] frames = thrown.getStackTrace();
        StringBuilder at = new StringBuilder(thrown.getClass().getSimpleName());
        int ours = 0;
        for (StackTraceElement frame : frames) {
            if (frame.getClassName().startsWith("dev.reprise") && ours++ < 3) {
                at.append(' ').append(frame.getFileName()).append(':').append(frame.getLineNumber());
            }
        }
        if (findings.merge(at.toString(), 1, Integer::sum) == 1 && findings.size() <= SHOWN) {
            StringWriter text = new StringWriter();
            thrown.printStackTrace(new PrintWriter(text));
            System.out.println("FINDING " + who + " " + what + ": "
                    + String.join("\n  ", text.toString().lines().limit(16).toList()));
        }
    }
}
