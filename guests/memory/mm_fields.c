// What the kernel knows about a process image: the auxiliary vector, command line, environment, the
// exe link, and the code, data, heap, stack, argument and environment borders of its mm.
#include "guest.h"
#include <sys/auxv.h>
#include <sys/prctl.h>

extern char **environ;
static char exe[PATH_MAX], auxv[2][4096], cmdline[2][8192], environment[2][65536], fields[2][1024];
static ssize_t lengths[2][3];

// Fields of /proc/PID/stat that are addresses (man 5 proc): startcode, endcode, startstack; start_data,
// end_data, start_brk, arg_start, arg_end, env_start, env_end.
static void read_addresses(char *out)
{
    static char stat[4096];
    NEED(guest_read_file("/proc/self/stat", stat, sizeof stat));
    char *field = strtok(strrchr(stat, ')') + 2, " ");
    for (int number = 3; field != NULL; number++, field = strtok(NULL, " "))
        if ((number >= 26 && number <= 28) || (number >= 45 && number <= 51))
            out += sprintf(out, "%d=%s ", number, field);
}

static void look(int when)
{
    lengths[when][0] = NEED(guest_read_file("/proc/self/auxv", auxv[when], sizeof *auxv));
    lengths[when][1] = NEED(guest_read_file("/proc/self/cmdline", cmdline[when], sizeof *cmdline));
    lengths[when][2] = NEED(guest_read_file("/proc/self/environ", environment[when], sizeof *environment));
    read_addresses(fields[when]);
}

void setup(void)
{
    NEED(readlink("/proc/self/exe", exe, sizeof exe));
    look(0);
}

void sabotage(void)
{
    // An environment string is memory of the process: changing it changes /proc.
    environ[0][0] ^= 1;
}

void verify(void)
{
    static char link[PATH_MAX];
    look(1);
    for (int i = 0; i < 3; i++)
        CHECK("length", lengths[1][i], lengths[0][i]);
    CHECK("auxv", memcmp(auxv[0], auxv[1], sizeof *auxv), 0);
    CHECK("cmdline", memcmp(cmdline[0], cmdline[1], sizeof *cmdline), 0);
    CHECK("environ", memcmp(environment[0], environment[1], sizeof *environment), 0);
    CHECK_STRING("addresses in stat", fields[1], fields[0]);
    CHECK("readlink", readlink("/proc/self/exe", link, sizeof link) > 0, 1);
    CHECK_STRING("exe", link, exe);
    CHECK("the exe link can be opened", open("/proc/self/exe", O_RDONLY) >= 0, 1);
    CHECK("AT_PAGESZ", getauxval(AT_PAGESZ), 4096);
    CHECK("AT_PHDR", memcmp((char *)(getauxval(AT_PHDR) & -4096UL), "\177ELF", 4), 0);
}
