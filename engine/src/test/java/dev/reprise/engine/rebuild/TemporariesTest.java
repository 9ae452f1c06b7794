package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close_range;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_dup3;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.engine.model.StandardStreams;
import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ChildRun;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.Proc;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wherever an image's descriptors end, and whichever numbers are free at a seed's start, its temporaries find their places. */
class TemporariesTest {
    private static final String IMAGE = "/dev/urandom";
    private static final int CLOSED_NUMBER = 200;
    private static final int OPEN_TOO = 12;
    private static final String[] SOURCES = {"/dev/zero", "/dev/full", "/dev/random"};
    private static final StandardStreams NONE =
            new StandardStreams(StandardStreams.NOTHING, StandardStreams.NOTHING, StandardStreams.NOTHING);
    private static final StandardStreams CROSSED = new StandardStreams(2, StandardStreams.NOTHING, 0);
    private static final StandardStreams CLOSED = new StandardStreams(CLOSED_NUMBER, 0, CLOSED_NUMBER);

    static IntStream firsts() {
        return IntStream.range(0, 9);
    }

    @ParameterizedTest
    @MethodSource("firsts")
    void areWhereTheyShouldBe(int first) throws Exception {
        assertPlaces(first, StandardStreams.OWN, "/dev/zero", "/dev/full", "/dev/random");
        assertPlaces(first, NONE, "/dev/null", "/dev/null", "/dev/null");
        assertPlaces(first, CROSSED, "/dev/random", "/dev/null", "/dev/zero");
        assertPlaces(first, CLOSED, "/dev/null", "/dev/zero", "/dev/null");
    }

    // A terminal is /dev/tty where the tests have one, else /dev/null.
    @ParameterizedTest
    @MethodSource("firsts")
    void areSoWithTheTerminal(int first) throws Exception {
        for (String image : new String[] {"", IMAGE}) {
            TreeMap<Integer, String> places = places(first, StandardStreams.IMAGE_ON_STDIN, image);
            assertThat(places.get(first)).isEqualTo(places.get(first + 3)).matches("/dev/(tty|null)");
            assertThat(places).containsEntry(first + 1, "/dev/full").containsEntry(first + 2, "/dev/random");
        }
    }

    private static void assertPlaces(int first, StandardStreams streams, String... wanted) throws Exception {
        for (String image : new String[] {"", IMAGE}) {
            TreeMap<Integer, String> places = places(first, streams, image);
            for (int i = 0; i < wanted.length; i++) {
                assertThat(places).as("first %d, %s", first, streams).containsEntry(first + i, wanted[i]);
            }
            assertThat(places.keySet()).allMatch(number -> number >= first && number < first + 5);
            if (!image.isEmpty()) {
                assertThat(places).containsEntry(first + 4, image);
            }
        }
    }

    private static TreeMap<Integer, String> places(int first, StandardStreams streams, String image) throws Exception {
        TreeMap<Integer, String> places = new TreeMap<>();
        try (ChildRun child = new ChildRun(p -> open(p, first, streams, image))) {
            String directory = "/proc/" + child.pid() + "/fd";
            for (int number : Proc.numbers(directory)) {
                places.put(number, Proc.link(directory + "/" + number));
            }
        }
        return places;
    }

    private static void open(ProgramBuilder p, int first, StandardStreams streams, String image) {
        p.call(SYS_close_range, 0, 0xffffffffL, 0);
        for (String source : SOURCES) {
            p.call(SYS_openat, Arg.of(Fd.AT_FDCWD), p.string(source), Arg.of(2), Arg.of(0));
        }
        p.attempt(SYS_dup3, 0, OPEN_TOO, 0);
        new Temporaries(first, List.of()).open(p, streams, image);
    }
}
