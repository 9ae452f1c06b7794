package dev.reprise.engine.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.reprise.engine.model.OutsideLinks;
import dev.reprise.engine.model.Refusal;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Looks at running processes: python3, which can map whatever is wanted. */
class AddressSpaceLookTest {
    private static final String PREPARE = "import mmap, os, sys, time, ctypes\n";
    private static final String WAIT = "\nprint('ready', flush=True)\ntime.sleep(600)\n";

    private static List<Refusal> look(String script) throws Exception {
        assumeThat(Door.call(SyscallNumbers.SYS_geteuid)).isZero();
        Process python = new ProcessBuilder("python3", "-c", PREPARE + script + WAIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            awaitReady(python);
            int pid = (int) python.pid();
            AddressSpaceCapture capture = new AddressSpaceCapture(pid, new HashMap<>());
            List<Refusal> refusals = new ArrayList<>(capture.look(null));
            if (refusals.isEmpty()) {
                assertThat(capture.bytesSeen()).isBetween(1L << 20, 1L << 28);
            }
            refusals.addAll(SharedMemoryLook.of(
                    Map.of(Member.alone(pid), capture), ProcessSet.alone(pid), new MemoryFates(OutsideLinks.NONE)));
            return refusals;
        } finally {
            python.descendants().forEach(ProcessHandle::destroyForcibly);
            python.destroyForcibly().waitFor();
        }
    }

    private static void awaitReady(Process process) throws IOException {
        int c = process.getInputStream().read();
        while (c != '\n') {
            assertThat(c).as("the end of python3").isNotNegative();
            c = process.getInputStream().read();
        }
    }

    @Test
    void anOrdinaryProgramIsFree() throws Exception {
        assertThat(look("")).isEmpty();
    }

    @Test
    void sharedAnonymousMemoryOfItsOwnIsFree() throws Exception {
        assertThat(look("m = mmap.mmap(-1, 8192)\nm[0] = 1")).isEmpty();
    }

    @Test
    void sharedMemoryThatAChildUsesTooIsRefused() throws Exception {
        assertThat(look("m = mmap.mmap(-1, 8192)\nif os.fork() == 0: time.sleep(600)"))
                .singleElement()
                .satisfies(refusal -> {
                    assertThat(refusal.resource()).isEqualTo("shared memory");
                    assertThat(refusal.reason()).containsPattern("process [0-9]+ uses it, too");
                });
    }

    @Test
    void aMemfdThatAChildHoldsButDoesNotMapIsRefused() throws Exception {
        String script = """
                fd = os.memfd_create('held', 0)
                os.truncate(fd, 4096)
                if os.fork() == 0:
                    time.sleep(600)
                m = mmap.mmap(fd, 4096)
                """;

        assertThat(look(script)).extracting(Refusal::resource).containsExactly("shared memory");
    }

    @Test
    void systemVSharedMemoryOfItsOwnIsNotInTheWay() throws Exception {
        String script = """
                libc = ctypes.CDLL(None)
                libc.shmat.restype = ctypes.c_void_p
                i = libc.shmget(0, 4096, 0o1600)
                libc.shmat(i, None, 0)
                libc.shmctl(i, 0, None)
                """;

        assertThat(look(script)).isEmpty();
    }

    @Test
    void zerosOfADeviceAreMemoryLikeAnyOther() throws Exception {
        String script = """
                libc = ctypes.CDLL(None)
                libc.mmap.restype = ctypes.c_void_p
                fd = os.open('/dev/zero', os.O_RDWR)
                libc.mmap(None, 4096, 3, 2, fd, ctypes.c_long(0))
                """;

        assertThat(look(script)).isEmpty();
    }
}
