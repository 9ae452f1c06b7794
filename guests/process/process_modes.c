// Registrations for membarrier(2), huge pages forbidden, subreaper, dumpable.
#include "guest.h"
#include <linux/membarrier.h>
#include <sys/prctl.h>

#ifndef MEMBARRIER_CMD_GET_REGISTRATIONS
#define MEMBARRIER_CMD_GET_REGISTRATIONS (1 << 9)
#endif

static long membarrier(int command)
{
    return syscall(SYS_membarrier, command, 0, 0);
}

static long registrations;

void setup(void)
{
    if (membarrier(MEMBARRIER_CMD_QUERY) < 0)
        guest_skip("no membarrier");
    NEED(membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED));
    NEED(membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE));
    NEED(membarrier(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED));
    registrations = membarrier(MEMBARRIER_CMD_GET_REGISTRATIONS);
    NEED(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0));
    NEED(prctl(PR_SET_CHILD_SUBREAPER, 1));
    NEED(prctl(PR_SET_DUMPABLE, 0));
    NEED(prctl(PR_SET_DUMPABLE, 1));
}

void sabotage(void)
{
    NEED(membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ));
    NEED(prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0));
}

void verify(void)
{
    int subreaper = 0;
    CHECK("private expedited", membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED), 0);
    CHECK("sync core", membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE), 0);
    CHECK("registrations", membarrier(MEMBARRIER_CMD_GET_REGISTRATIONS), registrations);
    CHECK("huge pages", prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), 1);
    CHECK("subreaper", prctl(PR_GET_CHILD_SUBREAPER, &subreaper), 0);
    CHECK("subreaper", subreaper, 1);
    CHECK("dumpable", prctl(PR_GET_DUMPABLE), 1);
}
