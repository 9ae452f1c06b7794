// Resource limits, soft and hard, each lowered to a value of its own where that does no harm.
#include "guest.h"
#include <sys/resource.h>

static struct rlimit want[RLIM_NLIMITS];

static void lower(int resource, rlim_t soft, rlim_t hard)
{
    struct rlimit limit;
    NEED(getrlimit(resource, &limit));
    if (limit.rlim_max < hard)
        hard = limit.rlim_max;
    if (hard < soft)
        soft = hard;
    limit = (struct rlimit){soft, hard};
    NEED(setrlimit(resource, &limit));
}

void setup(void)
{
    lower(RLIMIT_NOFILE, 333, 444);
    lower(RLIMIT_CORE, 4096, 8192);
    lower(RLIMIT_STACK, 4 << 20, 64 << 20);
    lower(RLIMIT_DATA, 1ULL << 30, 1ULL << 31);
    lower(RLIMIT_AS, 1ULL << 33, 1ULL << 34);
    lower(RLIMIT_FSIZE, 1 << 24, 1 << 25);
    lower(RLIMIT_CPU, 3600, 7200);
    lower(RLIMIT_MEMLOCK, 65536, 131072);
    lower(RLIMIT_SIGPENDING, 500, 600);
    lower(RLIMIT_MSGQUEUE, 5000, 6000);
    lower(RLIMIT_NICE, 0, 0);
    lower(RLIMIT_RTPRIO, 0, 0);
    for (int i = 0; i < (int)RLIM_NLIMITS; i++)
        NEED(getrlimit(i, &want[i]));
}

void sabotage(void)
{
    lower(RLIMIT_NOFILE, 332, 444);
}

void verify(void)
{
    for (int i = 0; i < (int)RLIM_NLIMITS; i++) {
        struct rlimit now = {0};
        char what[40];
        snprintf(what, sizeof what, "limit %d", i);
        CHECK(what, getrlimit(i, &now), 0);
        CHECK(what, now.rlim_cur, want[i].rlim_cur);
        CHECK(what, now.rlim_max, want[i].rlim_max);
    }
}
