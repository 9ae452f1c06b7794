// User and group ids, all four of each, and the supplementary groups.
// guest: plain
// guest: mixed
// needs: root
#include "guest.h"
#include <grp.h>
#include <sys/fsuid.h>

static bool mixed;
static uid_t expected_effective_user = 65534;
static const gid_t GROUPS[] = {1, 20, 4711, 65534, 1000000000}; // in the kernel's order
enum { COUNT = sizeof GROUPS / sizeof *GROUPS };

static void check(int number)
{
    uid_t u[3];
    gid_t g[3], groups[64];
    (void)number;
    CHECK("getresuid", getresuid(&u[0], &u[1], &u[2]), 0);
    CHECK("getresgid", getresgid(&g[0], &g[1], &g[2]), 0);
    CHECK("real user", u[0], mixed ? 1001 : 65534);
    CHECK("effective user", u[1], expected_effective_user);
    CHECK("saved user", u[2], mixed ? 0 : 65534);
    CHECK("real group", g[0], mixed ? 2001 : 65534);
    CHECK("effective group", g[1], mixed ? 2002 : 65534);
    CHECK("saved group", g[2], mixed ? 2003 : 65534);
    CHECK("file system user", setfsuid((uid_t)-1), mixed ? 1001 : 65534);
    CHECK("file system group", setfsgid((gid_t)-1), mixed ? 2001 : 65534);
    CHECK("number of groups", getgroups(64, groups), COUNT);
    CHECK("groups", memcmp(groups, GROUPS, sizeof GROUPS), 0);
}

// The file system ids belong to a thread alone; glibc sets the others in all threads.
static void set_up(int number)
{
    (void)number;
    if (mixed)
        setfsuid(1001), setfsgid(2001);
}

void setup(void)
{
    mixed = strcmp(guest_arg(0, "plain"), "mixed") == 0;
    if (getuid() != 0)
        guest_skip("not root");
    guest_enter_dir();
    NEED(chmod(".", 0777)); // the result is written by somebody else than the creator
    NEED(setgroups(COUNT, GROUPS));
    if (mixed)
        NEED(setresgid(2001, 2002, 2003) | setresuid(1001, 65534, 0));
    else
        NEED(setresgid(65534, 65534, 65534) | setresuid(65534, 65534, 65534));
    set_up(0);
    guest_start_threads(2, set_up, check);
}

void sabotage(void)
{
    expected_effective_user++; // a plain user cannot change its own
}

void verify(void)
{
    check(0);
    guest_join_threads();
}
