// Processes in UTS namespaces: a child in its parent's, a grandchild in one of its own; what one is called,
// the others see who are in it.
// opt-out: executable: an executable holds one process
// needs: root
#include "guest.h"

#include <sched.h>
#include <sys/utsname.h>

enum { ASK, RENAME, NAMESPACE };

static struct guest_child sharer, alone;

static unsigned long hash(const char *text)
{
    unsigned long value = 5381;
    while (*text)
        value = value * 33 + (unsigned char)*text++;
    return value & 0x7fffffff;
}

static long name(void)
{
    struct utsname names;
    return uname(&names) == 0 ? (long)hash(names.nodename) : -1;
}

static long namespace(void)
{
    struct stat it;
    return stat("/proc/self/ns/uts", &it) == 0 ? (long)it.st_ino : -1;
}

static long answer(int question)
{
    if (question == RENAME)
        return sethostname("renamed", 7);
    return question == ASK ? name() : namespace();
}

static void unshare_alone(void)
{
    NEED_ZERO(unshare(CLONE_NEWUTS));
    NEED_ZERO(sethostname("inner", 5));
}

void setup(void)
{
    NEED_ZERO(unshare(CLONE_NEWUTS));
    NEED_ZERO(sethostname("outer", 5));
    guest_start_child(&sharer, NULL, answer);
    guest_start_child(&alone, unshare_alone, answer);
}

void sabotage(void)
{
    NEED_ZERO(unshare(CLONE_NEWUTS));
}

void verify(void)
{
    CHECK("the child's namespace", guest_ask(&sharer, NAMESPACE), namespace());
    CHECK("the other's is its own", guest_ask(&alone, NAMESPACE) != namespace(), 1);
    CHECK("the child's name", guest_ask(&sharer, ASK), hash("outer"));
    CHECK("the other's name", guest_ask(&alone, ASK), hash("inner"));
    CHECK("renaming", guest_ask(&sharer, RENAME), 0);
    CHECK("own name", name(), hash("renamed"));
    CHECK("the other's name stays", guest_ask(&alone, ASK), hash("inner"));
    CHECK("status", guest_end_child(&sharer, 3), 3 << 8);
    CHECK("status of the other", guest_end_child(&alone, 4), 4 << 8);
}
