// The vdso stands where it stood and works: time read through it agrees with the system call.
// build: static
#include "guest.h"
#include <sys/auxv.h>
#include <sched.h>

static uintptr_t address;
static char lines[2][1024];

// The lines of /proc/self/maps about the vdso and its data.
static void read_lines(char *out)
{
    static char line[512], stream_buffer[4096];
    FILE *maps = fopen("/proc/self/maps", "re");
    setvbuf(maps, stream_buffer, _IOFBF, sizeof stream_buffer);
    *out = 0;
    while (fgets(line, sizeof line, maps) != NULL)
        if (strstr(line, "[v") != NULL && strstr(line, "[vsyscall]") == NULL)
            strcat(out, line);
    fclose(maps);
}

static int64_t by_system_call(clockid_t clock)
{
    struct timespec now;
    syscall(SYS_clock_gettime, clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

void setup(void)
{
    address = getauxval(AT_SYSINFO_EHDR);
    if (address == 0)
        guest_skip("no vdso");
    read_lines(lines[0]);
}

void sabotage(void)
{
    lines[0][0] ^= 1;
}

void verify(void)
{
    static const clockid_t CLOCKS[] = {CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_BOOTTIME,
                                       CLOCK_MONOTONIC_COARSE, CLOCK_MONOTONIC_RAW, CLOCK_TAI};
    unsigned cpu = 99999;
    CHECK("AT_SYSINFO_EHDR", getauxval(AT_SYSINFO_EHDR), address);
    read_lines(lines[1]);
    CHECK_STRING("maps", lines[1], lines[0]);
    CHECK("an ELF there", memcmp((char *)address, "\177ELF", 4), 0);
    for (int i = 0; i < 6; i++) {
        int64_t before = by_system_call(CLOCKS[i]);
        int64_t between = guest_now_ns(CLOCKS[i]);
        CHECK_RANGE("time by the vdso", between, before, by_system_call(CLOCKS[i]));
    }
    CHECK("getcpu", getcpu(&cpu, NULL), 0);
    CHECK("CPU by the vdso", cpu < 99999, 1);
    CHECK("time()", time(NULL) >= 1700000000, 1);
}
