package dev.reprise.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The texts are of Linux 6.18. */
class ProcStatusTest {
    private static final ProcStatus STATUS = new ProcStatus("""
            Name:	a\\nUid:	9 b
            Umask:	0022
            State:	t (tracing stop)
            Tgid:	4711
            Pid:	4712
            PPid:	17
            TracerPid:	33
            Uid:	1000	0	4294967294	1003
            Gid:	5	6	7	8
            Groups:	4 24 70000\s
            NStgid:	4711	2
            NSpid:	4712	3
            CapInh:	0000000000000000
            CapPrm:	000001fffeffffff
            CapEff:	ffffffffffffffff
            NoNewPrivs:	1
            Seccomp:	2
            Seccomp_filters:	3
            """);

    @Test
    void idsAreReadAndLargeOnesAreNoErrors() {
        assertThat(STATUS.userIds()).containsExactly(1000, 0, -2, 1003);
        assertThat(STATUS.groupIds()).containsExactly(5, 6, 7, 8);
        assertThat(STATUS.groups()).containsExactly(4, 24, 70000);
    }

    @Test
    void stateAndTracerAndUmaskAreRead() {
        assertThat(STATUS.state()).isEqualTo('t');
        assertThat(STATUS.tracer()).isEqualTo(33);
        assertThat(STATUS.parent()).isEqualTo(17);
        assertThat(STATUS.umask()).isEqualTo(022);
    }

    @Test
    void capabilitiesAreUnsigned() {
        assertThat(STATUS.capabilities("Prm")).isEqualTo(0x1fffeffffffL);
        assertThat(STATUS.capabilities("Eff")).isEqualTo(-1);
        assertThat(STATUS.noNewPrivs()).isTrue();
        assertThat(STATUS.seccomp()).isEqualTo(2);
    }

    @Test
    void theInnermostIdIsTheTasksOwn() {
        assertThat(STATUS.ids("NSpid")).containsExactly(4712, 3);
        assertThat(STATUS.innermost("NStgid")).isEqualTo(2);
    }

    @Test
    void aFieldThatThisKernelDoesNotHaveIsEmpty() {
        assertThat(STATUS.field("x86_Thread_features")).isEmpty();
        assertThat(new ProcStatus("Groups:\t\n").groups()).isEmpty();
        assertThat(new ProcStatus("Name:\tx\nGroups:\t \n").groups()).isEmpty();
        assertThat(new ProcStatus("Name:\tx\n").seccomp()).isZero();
    }
}
