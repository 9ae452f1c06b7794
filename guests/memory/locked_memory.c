// Locked memory: mlock, mlock2 on fault, mlockall of what is and of what comes.
// guest: some
// guest: current
// guest: future
// needs: root
#include "guest.h"
#include <sys/resource.h>

enum { SIZE = 64 * 4096 };
static char *locked, *on_fault, *plain;
static char flags[3][256];
static bool future;

static char *map(void)
{
    // Apart from each other, so that they do not grow together.
    char *area = NEED(mmap(NULL, SIZE + 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    NEED(mprotect(area + 4096, SIZE, PROT_READ | PROT_WRITE));
    return area + 4096;
}

static long locked_kilobytes(void)
{
    static char status[8192];
    long kilobytes = -1;
    guest_read_file("/proc/self/status", status, sizeof status);
    sscanf(strstr(status, "VmLck:"), "VmLck: %ld", &kilobytes);
    return kilobytes;
}

static long kilobytes_before;

void setup(void)
{
    const char *mode = guest_arg(0, "some");
    locked = map(), on_fault = map(), plain = map();
    guest_fill(locked, SIZE, 1);
    guest_fill(plain, SIZE, 2);
    guest_fill(on_fault, 4096, 3);
    if (mlock(locked, SIZE) != 0)
        guest_skip("mlock: %s", strerror(errno));
    NEED(mlock2(on_fault, SIZE, MLOCK_ONFAULT));
    future = strcmp(mode, "future") == 0;
    if (strcmp(mode, "some") != 0 && mlockall(future ? MCL_FUTURE | MCL_ONFAULT : MCL_CURRENT) != 0)
        guest_skip("mlockall: %s", strerror(errno));
    guest_vma_flags(locked, flags[0], 256);
    guest_vma_flags(on_fault, flags[1], 256);
    guest_vma_flags(plain, flags[2], 256);
    kilobytes_before = locked_kilobytes();
}

void sabotage(void)
{
    NEED(munlock(locked, 4096));
}

void verify(void)
{
    char now[256];
    CHECK("locked kilobytes", locked_kilobytes(), kilobytes_before);
    guest_vma_flags(locked, now, sizeof now);
    CHECK_STRING("locked", now, flags[0]);
    guest_vma_flags(on_fault, now, sizeof now);
    CHECK_STRING("locked on fault", now, flags[1]);
    guest_vma_flags(plain, now, sizeof now);
    CHECK_STRING("plain", now, flags[2]);
    guest_check_fill("locked", locked, SIZE, 1);
    guest_check_fill("plain", plain, SIZE, 2);
    guest_check_fill("locked on fault", on_fault, 4096, 3);
    // Kernel rule: MCL_FUTURE is in mm->def_flags, seen only in the mappings made after it.
    char *fresh = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    guest_vma_flags(fresh, now, sizeof now);
    CHECK("a new mapping is locked", strstr(now, " lo") != NULL, future);
}
