package dev.reprise.engine.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.kernel.Flock;
import dev.reprise.kernel.Native;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names in a directory of images in memory; what twins have to do with them: acceptance's TwinNamesTest. */
class DraftTest {
    @TempDir
    Path directory;

    private Path named(String name) {
        return directory.resolve(name);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName() + "").sorted().toList();
        }
    }

    @Test
    void asLongAsItsWriterLivesItIsNoLeftover() throws Exception {
        try (Draft draft = Draft.create(named("x"))) {
            Settling.settle(directory);
            assertThat(draft.path()).exists();
            Files.writeString(draft.path(), "new");
            assertThat(draft.publish()).isEmpty();
        }
        assertThat(names()).containsExactly("x");
        try (Draft given = Draft.create(named("x"))) {
            assertThat(given.path()).exists();
        }
        assertThat(names()).containsExactly("x");
        Files.createFile(named(".x.1-1f.part")); // process 1 lives, but has no lock on it
        Settling.settle(directory);
        assertThat(names()).containsExactly("x");
        assertThat(named("x")).hasContent("new");
    }

    @Test
    void whatWasToLoseItsNameAndHasNotKeepsIt() throws Exception {
        Files.writeString(named("x"), "old");
        Files.createLink(named(".x.1-1f.gone"), named("x"));
        Files.writeString(named(".y.1-20.gone"), "y");
        Settling.settle(directory);
        assertThat(names()).containsExactly("x");
        assertThat(named("x")).hasContent("old");
    }

    @Test
    void whatCannotBeNamedChangesNothing() throws Exception {
        Files.createDirectory(named("x"));
        Draft draft = Draft.create(named("x"));
        assertThatThrownBy(draft::publish).isInstanceOf(IOException.class);
        draft.close();
        assertThat(names()).containsExactly("x");
    }

    @Test
    void whoIsStoppedInItsTurnKeepsNobodyForEver() throws Exception {
        try (Flock stopped = Flock.take(Native.chars(directory))) {
            assertThat(stopped).isNotNull();
            Settling.settle(directory);
            assertThatThrownBy(() -> Draft.create(named("x")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another command has been at work");
        }
        assertThat(names()).isEmpty();
    }

    @Test
    void manyAtATimeLeaveNothing() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
            List<Callable<Void>> all = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                int number = i;
                all.add(() -> {
                    switch (number % 3) {
                        case 0 -> Settling.settle(directory);
                        case 1 -> {
                            try (Draft draft = Draft.create(named("x"))) {
                                Files.writeString(draft.path(), "new");
                                draft.publish();
                            }
                        }
                        default -> Files.createFile(named(".x.1-" + Integer.toHexString(number) + ".part"));
                    }
                    return null;
                });
            }
            for (Future<Void> one : threads.invokeAll(all)) {
                one.get();
            }
        }
        Settling.settle(directory);
        assertThat(names()).containsExactly("x");
        assertThat(named("x")).hasContent("new");
    }
}
