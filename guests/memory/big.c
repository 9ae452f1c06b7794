// A process with much memory that does not compress, for speed. Arguments: MiB, and huge or small for
// the size of its pages.
// guest: 64 small
// guest: 64 huge
#include "guest.h"

static char *area;
static size_t size;

void setup(void)
{
    size = (size_t)atol(guest_arg(0, "64")) << 20;
    area = NEED(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    NEED(madvise(area, size, strcmp(guest_arg(1, "small"), "huge") ? MADV_NOHUGEPAGE : MADV_HUGEPAGE));
    guest_fill(area, size, 1);
}

void sabotage(void)
{
    area[size / 2] ^= 1;
}

void verify(void)
{
    guest_check_fill("memory", area, size, 1);
}
