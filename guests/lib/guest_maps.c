// What /proc/self says about the guest's own mappings.
#include "guest.h"

enum { MAPS_SIZE = 1 << 22 };

// Static: a look at the mappings must not change them.
static char remembered[MAPS_SIZE], now[MAPS_SIZE];

void guest_vma_flags(const void *address, char *flags, size_t size)
{
    static char line[4096], stream_buffer[65536];
    unsigned long from, to;
    bool here = false;
    FILE *smaps = fopen("/proc/self/smaps", "re");
    if (smaps == NULL)
        guest_die("/proc/self/smaps: %s", strerror(errno));
    setvbuf(smaps, stream_buffer, _IOFBF, sizeof stream_buffer);
    strcpy(flags, "no such mapping");
    while (fgets(line, sizeof line, smaps) != NULL) {
        // A mapping's first line has two addresses, the others a name and a colon.
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
            here = (unsigned long)address >= from && (unsigned long)address < to;
        else if (here && strncmp(line, "VmFlags: ", 9) == 0) {
            line[strcspn(line, "\n")] = 0;
            snprintf(flags, size, "%s", line + 9);
        }
    }
    fclose(smaps);
}

static void *volatile guest_memory; // so that the call is not left out

void guest_remember_maps(void)
{
    free(guest_memory = malloc(64)); // the first use of the heap makes its mapping
    NEED(guest_read_file("/proc/self/maps", remembered, MAPS_SIZE));
}

// The one mapping that no other has: of an executable's own, private, anonymous, with every right.
static void forget_restorer(void)
{
    for (char *line = now; *line != 0;) {
        char *next = line + strcspn(line, "\n") + 1;
        unsigned long from, to, inode;
        char rights[5];
        size_t length = (size_t)(next - line);
        if (sscanf(line, "%lx-%lx %4s %*s %*s %lu", &from, &to, rights, &inode) == 4 && strcmp(rights, "rwxp") == 0
            && inode == 0 && memmem(remembered, strlen(remembered), line, length) == NULL) {
            memmove(line, next, strlen(next) + 1);
            return;
        }
        line = next;
    }
}

// The first line that differs says most.
void guest_check_maps(void)
{
    if (guest_read_file("/proc/self/maps", now, MAPS_SIZE) < 0)
        guest_die("/proc/self/maps: %s", strerror(errno));
    if (guest_is_executable())
        forget_restorer();
    size_t line = 0, at = 0;
    for (; remembered[at] == now[at] && now[at] != 0; at++)
        if (now[at] == '\n')
            line = at + 1;
    if (remembered[at] != now[at])
        guest_fail("maps: expected '%.*s' got '%.*s'", (int)strcspn(remembered + line, "\n"),
                   remembered + line, (int)strcspn(now + line, "\n"), now + line);
}

bool guest_readable(const void *address)
{
    int ends[2];
    NEED(pipe(ends));
    bool readable = write(ends[1], address, 1) == 1;
    if (!readable)
        guest_check("errno of an unreadable address", errno, EFAULT);
    close(ends[0]), close(ends[1]);
    return readable;
}

// Memory that can be written but not read is written by way of /proc/self/mem, which can do both.
bool guest_writable(void *address)
{
    char byte;
    int ends[2];
    int mem = NEED(open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
    bool writable = false;
    if (pread(mem, &byte, 1, (off_t)(uintptr_t)address) == 1) {
        NEED(pipe(ends));
        NEED(write(ends[1], &byte, 1));
        writable = read(ends[0], address, 1) == 1;
        close(ends[0]), close(ends[1]);
    }
    close(mem);
    return writable;
}
