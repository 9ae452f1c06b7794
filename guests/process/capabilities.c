// Capability sets of each thread: permitted, effective, inheritable, ambient; and the bounding set.
// needs: root
#include "guest.h"
#include <linux/capability.h>
#include <sys/prctl.h>

static const uint64_t PERMITTED = 1ULL << CAP_CHOWN | 1ULL << CAP_NET_RAW | 1ULL << CAP_KILL
                                  | 1ULL << CAP_CHECKPOINT_RESTORE | 1ULL << CAP_DAC_OVERRIDE;
static const uint64_t EFFECTIVE = 1ULL << CAP_KILL | 1ULL << CAP_CHECKPOINT_RESTORE;
static const uint64_t INHERITABLE = 1ULL << CAP_NET_RAW | 1ULL << CAP_CHOWN;
static char want[2][512];

static void set_capabilities(uint64_t effective, uint64_t permitted, uint64_t inheritable)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {
        {(uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable},
        {(uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), (uint32_t)(inheritable >> 32)},
    };
    NEED(syscall(SYS_capset, &header, data));
}

// The five lines CapInh, CapPrm, CapEff, CapBnd, CapAmb of this thread.
static void read_sets(char *out)
{
    static __thread char status[8192];
    guest_read_file("/proc/thread-self/status", status, sizeof status);
    char *from = strstr(status, "CapInh"), *to = strstr(status, "NoNewPrivs");
    snprintf(out, 512, "%.*s", (int)(to - from), from);
}

// One thread has fewer than the others.
static void set_up(int number)
{
    set_capabilities(0, 1ULL << CAP_KILL, 0);
    read_sets(want[number]);
}

static void check(int number)
{
    char now[512];
    read_sets(now);
    CHECK_STRING("sets", now, want[number]);
}

void setup(void)
{
    NEED(prctl(PR_CAPBSET_DROP, CAP_SYS_BOOT));
    NEED(prctl(PR_CAPBSET_DROP, CAP_MKNOD));
    set_capabilities(PERMITTED | 1ULL << CAP_SETPCAP, PERMITTED | 1ULL << CAP_SETPCAP, INHERITABLE);
    NEED(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0));
    set_capabilities(EFFECTIVE, PERMITTED, INHERITABLE);
    guest_start_threads(1, set_up, check);
    read_sets(want[1]);
}

void sabotage(void)
{
    set_capabilities(EFFECTIVE, EFFECTIVE, 0);
}

void verify(void)
{
    check(1);
    guest_join_threads();
}
