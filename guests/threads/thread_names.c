// Each thread has its own name; the name of the first one is that of the process.
#include "guest.h"
#include <sys/prctl.h>

enum { THREADS = 8 };

static void name_of(int number, char *name)
{
    // Fifteen characters is the most; blanks and parentheses make /proc/PID/stat hard to read.
    strcpy(name, number % 2 ? "a ) name (? x y" : "worker/?.......");
    *strchr(name, '?') = (char)('0' + number % 10);
}

static void set_up(int number)
{
    char name[16];
    name_of(number, name);
    NEED(prctl(PR_SET_NAME, name));
}

static void check(int number)
{
    char want[16], got[17] = "", path[64];
    name_of(number, want);
    CHECK("prctl", prctl(PR_GET_NAME, got), 0);
    CHECK_STRING("name", got, want);
    snprintf(path, sizeof path, "/proc/self/task/%d/comm", gettid());
    CHECK("comm", guest_read_file(path, got, sizeof got) > 0, 1);
    got[strcspn(got, "\n")] = 0;
    CHECK_STRING("comm", got, want);
}

void setup(void)
{
    guest_start_threads(THREADS, set_up, check);
    set_up(77);
}

void sabotage(void)
{
    NEED(prctl(PR_SET_NAME, "impostor"));
}

void verify(void)
{
    check(77);
    guest_join_threads();
}
