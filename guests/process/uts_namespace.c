// A UTS namespace of its own: host and domain name, the longest and the shortest, for all its threads.
// guest: names
// guest: longest
// guest: empty
// needs: root
#include "guest.h"

#include <sched.h>
#include <sys/utsname.h>

enum { LONGEST = 64 };

static char node[LONGEST + 1] = "reprise-guest", domain[LONGEST + 1] = "example.invalid";

static void set_up(int number)
{
    (void)number;
}

static void check(int number)
{
    struct utsname names;
    (void)number;
    CHECK("uname", uname(&names), 0);
    CHECK_STRING("node name", names.nodename, node);
    CHECK_STRING("domain name", names.domainname, domain);
}

void setup(void)
{
    if (strcmp(guest_arg(0, ""), "longest") == 0)
        memset(node, 'n', LONGEST), memset(domain, 'd', LONGEST);
    if (strcmp(guest_arg(0, ""), "empty") == 0)
        node[0] = domain[0] = 0;
    NEED_ZERO(unshare(CLONE_NEWUTS));
    NEED_ZERO(sethostname(node, strlen(node)));
    NEED_ZERO(setdomainname(domain, strlen(domain)));
    guest_start_threads(3, set_up, check);
}

void sabotage(void)
{
    NEED_ZERO(sethostname("another", 7));
}

void verify(void)
{
    char outside[128], own[128];
    check(0);
    // It is still one of its own: process 1 is in another.
    CHECK("link", readlink("/proc/self/ns/uts", own, sizeof own) > 0, 1);
    if (getpid() != 1 && readlink("/proc/1/ns/uts", outside, sizeof outside) > 0)
        CHECK("its own", strncmp(own, outside, 16) != 0, 1);
    guest_join_threads();
}
