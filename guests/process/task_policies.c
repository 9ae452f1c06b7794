// Speculation that a task has asked to be without, and its memory policy.
#include "guest.h"
#include <linux/mempolicy.h>
#include <sys/prctl.h>

static long store_bypass, indirect_branch;


static void forbid(unsigned long which)
{
    long state = prctl(PR_GET_SPECULATION_CTRL, which, 0, 0, 0);
    if (state > 0 && state & PR_SPEC_PRCTL && prctl(PR_SET_SPECULATION_CTRL, which, PR_SPEC_DISABLE, 0, 0) == 0)
        return;
}

void setup(void)
{
    unsigned long nodes[16] = {1};
    forbid(PR_SPEC_STORE_BYPASS);
    forbid(PR_SPEC_INDIRECT_BRANCH);
    store_bypass = prctl(PR_GET_SPECULATION_CTRL, PR_SPEC_STORE_BYPASS, 0, 0, 0);
    indirect_branch = prctl(PR_GET_SPECULATION_CTRL, PR_SPEC_INDIRECT_BRANCH, 0, 0, 0);
    if (syscall(SYS_set_mempolicy, MPOL_BIND | MPOL_F_STATIC_NODES, nodes, 1024) < 0)
        guest_skip("no memory policies");
}

void sabotage(void)
{
    NEED(syscall(SYS_set_mempolicy, MPOL_DEFAULT, NULL, 0));
}

void verify(void)
{
    unsigned long nodes[16] = {0};
    int mode = 0;
    CHECK("store bypass", prctl(PR_GET_SPECULATION_CTRL, PR_SPEC_STORE_BYPASS, 0, 0, 0), store_bypass);
    CHECK("indirect branch", prctl(PR_GET_SPECULATION_CTRL, PR_SPEC_INDIRECT_BRANCH, 0, 0, 0), indirect_branch);
    CHECK("get_mempolicy", syscall(SYS_get_mempolicy, &mode, nodes, 1024, NULL, 0), 0);
    CHECK("policy", mode, MPOL_BIND | MPOL_F_STATIC_NODES);
    CHECK("nodes", nodes[0], 1);
}
