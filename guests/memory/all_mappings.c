// Nothing at all about the mappings of a program changes: /proc/self/maps is the same text, and every
// mapping has the same VmFlags.
// build: static
#include "guest.h"

static char flags[2][1 << 16];

// All lines of VmFlags, one after the other.
static void read_flags(char *out)
{
    static char smaps[1 << 20];
    char *end = out;
    NEED(guest_read_file("/proc/self/smaps", smaps, sizeof smaps));
    for (char *line = strtok(smaps, "\n"); line != NULL; line = strtok(NULL, "\n"))
        if (strncmp(line, "VmFlags:", 8) == 0)
            end += sprintf(end, "%s\n", line + 9);
}

void setup(void)
{
    guest_remember_maps();
    read_flags(flags[0]);
}

void sabotage(void)
{
    NEED(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

void verify(void)
{
    guest_check_maps();
    read_flags(flags[1]);
    if (guest_is_executable())
        return; // its region is one mapping more
    CHECK("VmFlags", strcmp(flags[0], flags[1]), 0);
}
