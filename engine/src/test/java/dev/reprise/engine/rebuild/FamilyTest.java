package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kill;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.FileOwner;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.Pipe;
import dev.reprise.image.state.PipeEnd;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.WaitStatus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Families written by hand, brought to life and looked at from outside. */
class FamilyTest {
    private static final FileOwner NOBODY = FileOwner.NONE;
    private static final int SIGKILL = 9;

    @TempDir
    Path directory;

    private List<Integer> ids = List.of();
    private HandMadeFamily family;
    private final List<Integer> born = new ArrayList<>();

    @BeforeEach
    void begin() throws Exception {
        ids = HandMade.freeIds(12);
        family = new HandMadeFamily(directory);
    }

    @AfterEach
    void end() {
        for (int pid : born) {
            Door.call(SYS_kill, pid, SIGKILL);
        }
        for (int pid : born) {
            try {
                WaitStatus.of(pid);
            } catch (dev.reprise.kernel.KernelException notOurs) {
                // its parent's, or its reaper's
            }
        }
    }

    private int id(int index) {
        return ids.get(index);
    }

    private void restore() throws Exception {
        restore(RestoreOptions.DEFAULT);
    }

    private void restore(RestoreOptions options) throws Exception {
        Image image = family.image();
        image.processes().forEach(process -> born.add(process.pid()));
        RestoreRun.restore(HandMade.source(image), options, Progress.NONE);
    }

    private record Place(int parent, int group, int session) {}

    private static Place placeOf(int pid) throws Exception {
        String[] fields = stat(pid);
        return new Place(Integer.parseInt(fields[1]), Integer.parseInt(fields[2]), Integer.parseInt(fields[3]));
    }

    private static String[] stat(int pid) throws Exception {
        String stat = Proc.text("/proc/" + pid + "/stat");
        return stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ");
    }

    @Test
    void everybodyHasParentGroupAndSession() throws Exception {
        family.process(id(0), 0);
        family.process(id(1), id(0));
        family.process(id(2), id(0)).group(id(2));
        family.process(id(3), id(2)).group(id(2));
        family.process(id(4), id(3)).group(id(4)).session(id(4));
        family.process(id(5), id(4)).group(id(4)).session(id(4));
        restore();

        assertThat(placeOf(id(1))).isEqualTo(new Place(id(0), id(0), id(0)));
        assertThat(placeOf(id(2))).isEqualTo(new Place(id(0), id(2), id(0)));
        assertThat(placeOf(id(3))).isEqualTo(new Place(id(2), id(2), id(0)));
        assertThat(placeOf(id(4))).isEqualTo(new Place(id(3), id(4), id(4)));
        assertThat(placeOf(id(5))).isEqualTo(new Place(id(4), id(4), id(4)));
    }

    @Test
    void aChildForkedBeforeItsParentLeftTheSessionIsStillInIt() throws Exception {
        family.process(id(0), 0);
        family.process(id(1), id(0)).group(id(1)).session(id(1));
        family.process(id(2), id(1)).group(id(0)).session(id(0));
        family.process(id(3), id(1)).group(id(1)).session(id(1));
        restore();

        assertThat(placeOf(id(2))).isEqualTo(new Place(id(1), id(0), id(0)));
        assertThat(placeOf(id(3))).isEqualTo(new Place(id(1), id(1), id(1)));
    }

    @Test
    void leadersThatAreGoneAreMadeAgainAndGoneAgain() throws Exception {
        family.process(id(0), 0).subreaper();
        // the leader of its session has ended: it came to the subreaper
        family.process(id(1), id(0)).group(id(2)).session(id(2));
        // the leader of its group has
        family.process(id(3), id(0)).group(id(4));
        family.process(id(5), id(0)).group(id(4));
        restore();

        assertThat(placeOf(id(1))).isEqualTo(new Place(id(0), id(2), id(2)));
        assertThat(placeOf(id(3))).isEqualTo(new Place(id(0), id(4), id(0)));
        assertThat(placeOf(id(5))).isEqualTo(new Place(id(0), id(4), id(0)));
        assertThat(Path.of("/proc/" + id(2))).doesNotExist();
        assertThat(Path.of("/proc/" + id(4))).doesNotExist();
        assertThat(pendingOf(id(0))).isZero();
    }

    private static long pendingOf(int pid) throws Exception {
        return Long.parseUnsignedLong(
                dev.reprise.kernel.ProcStatus.of(pid, pid).field("ShdPnd").strip(), 16);
    }

    @Test
    void anOrphanOfALeaderThatLivesComesToItsReaper() throws Exception {
        family.process(id(0), 0).subreaper();
        family.process(id(1), id(0));
        family.process(id(2), id(1)).group(id(2)).session(id(2));
        family.process(id(3), id(0)).group(id(2)).session(id(2));
        // a sibling of its leader
        family.process(id(4), id(0)).group(id(4)).session(id(4));
        family.process(id(5), id(0)).group(id(4)).session(id(4));
        restore();

        assertThat(placeOf(id(3))).isEqualTo(new Place(id(0), id(2), id(2)));
        assertThat(placeOf(id(5))).isEqualTo(new Place(id(0), id(4), id(4)));
        assertThat(Proc.text("/proc/" + id(0) + "/task/" + id(0) + "/children")
                        .strip()
                        .split(" "))
                .hasSize(4);
    }

    @Test
    void zombiesWaitForTheirParentsWithTheirStatus() throws Exception {
        family.process(id(0), 0);
        family.process(id(1), id(0));
        family.zombie(id(2), id(1), id(2), id(0), 7 << 8);
        family.zombie(id(3), id(1), id(2), id(0), 15);
        family.zombie(id(4), id(1), id(0), id(0), 11 | 0x80);
        restore();

        for (int i = 2; i <= 4; i++) {
            String[] stat = stat(id(i));
            assertThat(stat[0]).isEqualTo("Z");
            assertThat(stat[1]).isEqualTo(String.valueOf(id(1)));
        }
        assertThat(placeOf(id(3)).group()).isEqualTo(id(2));
        assertThat(stat(id(2))[49]).isEqualTo(String.valueOf(7 << 8));
        assertThat(stat(id(3))[49]).isEqualTo("15");
        assertThat(stat(id(4))[49]).isEqualTo("11");
        assertThat(dev.reprise.kernel.ProcStatus.of(id(2), id(2)).ids("Uid")[0]).isEqualTo(65534);
        assertThat(pendingOf(id(1))).isZero();
    }

    @Test
    void aThreadsChildIsItsOwnAndTheExitSignalStays() throws Exception {
        family.process(id(0), 0).thread(id(1));
        family.process(id(2), id(0)).parentTid(id(1));
        family.process(id(3), id(0)).exitSignal(0);
        restore();

        assertThat(Proc.text("/proc/" + id(0) + "/task/" + id(1) + "/children").strip())
                .isEqualTo(String.valueOf(id(2)));
        assertThat(stat(id(3))[35]).isEqualTo("0");
        assertThat(stat(id(2))[35]).isEqualTo("17");
    }

    @Test
    void aThreadsChildMayHaveBeenBornBeforeTheSession() throws Exception {
        family.process(id(0), 0);
        family.process(id(1), id(0)).thread(id(2)).group(id(1)).session(id(1));
        family.process(id(3), id(1)).parentTid(id(2)).group(id(0)).session(id(0));
        family.process(id(4), id(1)).parentTid(id(2)).group(id(1)).session(id(1));
        restore();

        assertThat(placeOf(id(3)).session()).isEqualTo(id(0));
        assertThat(placeOf(id(4)).session()).isEqualTo(id(1));
    }

    @Test
    void aLeaderThatHasEndedBeforeItsThreadsIsDeadAgain() throws Exception {
        family.process(id(0), 0);
        family.process(id(1), id(0)).thread(id(2)).leaderHasEnded(3 << 8);
        restore();

        assertThat(stat(id(1))[0]).isEqualTo("Z");
        assertThat(Proc.numbers("/proc/" + id(1) + "/task")).containsExactlyInAnyOrder(id(1), id(2));
    }

    @Test
    void stoppedProcessesStandStillAndTheirParentsHaveKnownIt() throws Exception {
        family.process(id(0), 0);
        family.process(id(1), id(0)).stopped();
        family.process(id(2), id(1)).stopped();
        restore();

        assertThat(stat(id(1))[0]).isEqualTo("T");
        assertThat(stat(id(2))[0]).isEqualTo("T");
        assertThat(pendingOf(id(0))).isZero();
        assertThat(pendingOf(id(1))).isZero();
    }

    @Test
    void whatIsSharedFromBirthIsShared() throws Exception {
        family.process(id(0), 0);
        family.process(id(1), id(0)).sharing(id(0));
        family.process(id(2), id(0)).sharing(id(0));
        restore();

        for (int type : new int[] {1, 2, 3, 4}) {
            assertThat(kcmp(id(0), id(1), type)).isZero();
            assertThat(kcmp(id(1), id(2), type)).isZero();
        }
    }

    private static long kcmp(int one, int other, int type) {
        return Door.call(dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kcmp, one, other, type, 0, 0);
    }

    @Test
    void onePipeIsBetweenSiblingsWhoseParentHasNoneOfIt() throws Exception {
        ObjectId pipe = family.add(
                new Pipe(family.nextId(), 65536, Ownership.ROOT, List.of(Bytes.of("unread".getBytes(ISO_8859_1)))));
        ObjectId reader = family.add(new PipeEnd(family.nextId(), 0, NOBODY, pipe));
        ObjectId writer = family.add(new PipeEnd(family.nextId(), 1, NOBODY, pipe));
        ObjectId own = family.add(new Pipe(family.nextId(), 65536, Ownership.ROOT, List.of()));
        ObjectId ownReader = family.add(new PipeEnd(family.nextId(), 0, NOBODY, own));
        family.process(id(0), 0);
        family.process(id(1), id(0)).descriptor(0, reader).descriptor(5, ownReader);
        family.process(id(2), id(0)).descriptor(1, writer).descriptor(7, writer);
        family.process(id(3), id(2)).descriptor(3, writer);
        restore();

        String inode = Proc.link("/proc/" + id(1) + "/fd/0");
        assertThat(Proc.link("/proc/" + id(2) + "/fd/1")).isEqualTo(inode);
        assertThat(Proc.link("/proc/" + id(2) + "/fd/7")).isEqualTo(inode);
        assertThat(Proc.link("/proc/" + id(3) + "/fd/3")).isEqualTo(inode);
        assertThat(kcmpFile(id(2), 1, id(3), 3)).isZero();
        assertThat(kcmpFile(id(2), 1, id(2), 7)).isZero();
        assertThat(Proc.numbers("/proc/" + id(0) + "/fd")).isEmpty();
        assertThat(Proc.numbers("/proc/" + id(1) + "/fd")).containsExactly(0, 5);
        assertThat(Proc.numbers("/proc/" + id(2) + "/fd")).containsExactly(1, 7);
        assertThat(Proc.numbers("/proc/" + id(3) + "/fd")).containsExactly(3);
        try (var in = Files.newInputStream(Path.of("/proc/" + id(1) + "/fd/0"))) {
            assertThat(new String(in.readNBytes(6), ISO_8859_1)).isEqualTo("unread");
        }
    }

    private static long kcmpFile(int one, int a, int other, int b) {
        return Door.call(dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kcmp, one, other, 0, a, b);
    }

    @Test
    void sharedAnonymousMemoryIsOneForAll() throws Exception {
        ObjectId memory = family.add(new MemoryObject(
                family.nextId(), MemoryObject.Kind.SHARED_ANONYMOUS, "", 8192, 0, 0, Ownership.ROOT, List.of()));
        family.process(id(0), 0);
        family.process(id(1), id(0)).mapping(shared(0x700000, 8192, 0, memory));
        family.process(id(2), id(0)).mapping(shared(0x800000, 4096, 4096, memory));
        restore();

        String first = mapping(id(1), "00700000-00702000");
        String second = mapping(id(2), "00800000-00801000");
        assertThat(first).contains("rw-s 00000000").contains("/dev/zero");
        assertThat(second).contains("rw-s 00001000").contains("/dev/zero");
        assertThat(inode(first)).isEqualTo(inode(second));
        assertThat(Proc.text("/proc/" + id(0) + "/maps")).doesNotContain("/dev/zero");
    }

    private static Vma shared(long start, long bytes, long offset, ObjectId memory) {
        return new Vma(start, start + bytes, 3, true, offset, new Backing.SharedMemory(memory, true), Set.of());
    }

    private static String mapping(int pid, String range) throws Exception {
        return Proc.text("/proc/" + pid + "/maps")
                .lines()
                .filter(line -> line.startsWith(range))
                .findFirst()
                .orElse("");
    }

    private static String inode(String line) {
        return line.split(" +")[4];
    }

    @Test
    void severalRootsAreChildrenOfTheSameOne() throws Exception {
        family.process(id(0), 0);
        family.process(id(1), 0).group(id(0)).session(id(0));
        family.process(id(2), 0).group(id(2)).session(id(2));
        family.process(id(3), id(1)).group(id(0)).session(id(0));
        restore();

        int own = (int) ProcessHandle.current().pid();
        assertThat(placeOf(id(1))).isEqualTo(new Place(own, id(0), id(0)));
        assertThat(placeOf(id(2))).isEqualTo(new Place(own, id(2), id(2)));
        assertThat(placeOf(id(3))).isEqualTo(new Place(id(1), id(0), id(0)));
    }

    @Test
    void aSetOfADetachedRootIsLeftToTheReaper() throws Exception {
        family.process(id(0), 0);
        family.process(id(1), id(0));
        restore(RestoreOptions.DEFAULT.asDetached());

        assertThat(ProcStat.of(id(0)).parent())
                .isNotEqualTo((int) ProcessHandle.current().pid());
        assertThat(placeOf(id(1))).isEqualTo(new Place(id(0), id(0), id(0)));
    }

    @Test
    void aSetInANewPidNamespaceHasItsIdsThere() throws Exception {
        family.process(7, 0);
        family.process(9, 7).group(9).session(9);
        family.zombie(11, 9, 9, 9, 3 << 8);
        RestoreRun.Running running = RestoreRun.restore(
                HandMade.source(family.image()), RestoreOptions.DEFAULT.inPidNamespace(), Progress.NONE);
        try {
            int child = Integer.parseInt(Proc.text("/proc/" + running.pid() + "/task/" + running.pid() + "/children")
                    .strip());
            assertThat(dev.reprise.kernel.ProcStatus.of(child, child).innermost("NSpid"))
                    .isEqualTo(9);
            assertThat(dev.reprise.kernel.ProcStatus.of(child, child).innermost("NSsid"))
                    .isEqualTo(9);
        } finally {
            Door.call(SYS_kill, running.child(), SIGKILL);
            WaitStatus.of(running.child());
        }
    }

    @Test
    void aNamespaceInsideComesBackWithTheIdsOfBothLevels() throws Exception {
        family.process(id(0), 0);
        family.process(id(1), id(0)).inner(1).group(id(1)).session(id(1));
        family.process(id(2), id(1)).inner(5).group(id(1)).session(id(1));
        restore();

        assertThat(dev.reprise.kernel.ProcStatus.of(id(1), id(1)).ids("NSpid")).containsExactly(id(1), 1);
        assertThat(dev.reprise.kernel.ProcStatus.of(id(2), id(2)).ids("NSpid")).containsExactly(id(2), 5);
        assertThat(placeOf(id(2))).isEqualTo(new Place(id(1), id(1), id(1)));
    }

    @Test
    void allWhoHaveWantedIdsAreNamedAtOnce() throws Exception {
        Process one = new ProcessBuilder("sleep", "60").start();
        Process other = new ProcessBuilder("sleep", "60").start();
        try {
            family.process((int) one.pid(), 0);
            family.process((int) other.pid(), (int) one.pid());
            family.process(id(2), (int) one.pid());

            assertThatThrownBy(this::restoreOnly)
                    .hasMessageContaining("id " + one.pid() + " is in use by process " + one.pid() + " (sleep)")
                    .hasMessageContaining("id " + other.pid() + " is in use by process " + other.pid() + " (sleep)");
        } finally {
            one.destroy();
            other.destroy();
        }
    }

    @Test
    void whoIsInASessionOfAWantedIdIsNamed() throws Exception {
        Process leader =
                new ProcessBuilder("setsid", "bash", "-c", "set -m; sleep 60 > /dev/null & echo $$ $!").start();
        String[] ids = new String(leader.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                .strip()
                .split(" ");
        leader.waitFor();
        try {
            family.process(Integer.parseInt(ids[0]), 0);

            assertThatThrownBy(this::restoreOnly)
                    .hasMessageContaining("id " + ids[0] + " is the session of process " + ids[1] + " (sleep)");
        } finally {
            Door.call(SYS_kill, Integer.parseInt(ids[1]), SIGKILL);
        }
    }

    private void restoreOnly() throws Exception {
        RestoreRun.restore(HandMade.source(family.image()), RestoreOptions.DEFAULT, Progress.NONE);
    }

    @Test
    void whenAChildFailsNobodyIsLeft() throws Exception {
        ObjectId pipe = family.add(new Pipe(family.nextId(), 65536, Ownership.ROOT, List.of()));
        ObjectId bad = family.add(new PipeEnd(family.nextId(), 3, NOBODY, pipe));
        family.process(id(0), 0);
        family.process(id(1), id(0));
        family.process(id(2), id(1)).descriptor(0, bad);
        family.process(id(3), id(0));

        assertThatThrownBy(this::restoreOnly).hasMessageContaining("openat(/proc/self/fd/0): EINVAL");
        for (int i = 0; i <= 3; i++) {
            assertThat(Door.call(SYS_kill, id(i), 0)).isEqualTo(-Errno.ESRCH.code());
        }
    }
}
