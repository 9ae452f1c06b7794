// Members of an epoll set that are files of /proc: the mounts and a setting, which report changes.
// opt-out: executable: files of /proc are opened by the old id
#include "guest.h"
#include <sys/epoll.h>

static int mounts, hostname, set;

static int members(void)
{
    char path[64], line[256];
    int count = 0;
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", set);
    FILE *info = fopen(path, "r");
    if (info == NULL)
        guest_die("%s", path);
    while (fgets(line, sizeof line, info))
        count += strncmp(line, "tfd:", 4) == 0;
    fclose(info);
    return count;
}

static void add(int fd, int data)
{
    struct epoll_event event = {.events = EPOLLPRI, .data.u64 = data};
    NEED(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event));
}

void setup(void)
{
    mounts = NEED(open("/proc/self/mountinfo", O_RDONLY));
    hostname = NEED(open("/proc/sys/kernel/hostname", O_RDONLY));
    set = NEED(epoll_create1(0));
    add(mounts, 3);
    add(hostname, 4);
}

void sabotage(void)
{
    NEED(epoll_ctl(set, EPOLL_CTL_DEL, hostname, NULL));
}

void verify(void)
{
    char byte;
    CHECK("members", members(), 2);
    CHECK("mounts", read(mounts, &byte, 1), 1);
    CHECK("hostname", read(hostname, &byte, 1), 1);
    struct epoll_event event = {.events = EPOLLPRI, .data.u64 = 5};
    CHECK("changed", epoll_ctl(set, EPOLL_CTL_MOD, mounts, &event), 0);
    CHECK_ERRNO("there already", epoll_ctl(set, EPOLL_CTL_ADD, hostname, &event), EEXIST);
}
