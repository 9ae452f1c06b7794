// Huge pages that have been asked for: private, shared, and a memfd of them.
// needs: root
#include "guest.h"

enum { HUGE = 2 << 20 };

static char *private, *shared, *file_mapping;
static int fd;

static void *map(int flags, int file, size_t size)
{
    void *place = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, file, 0);
    if (place == MAP_FAILED)
        guest_skip("no huge pages: %s", strerror(errno));
    return place;
}

static int free_pages(void)
{
    char text[32] = "";
    guest_read_file("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", text, sizeof text);
    return atoi(text);
}

// Pages are reserved for the whole machine: as many as all cases that run beside each other can need.
static void reserve(void)
{
    if (free_pages() >= 40)
        return;
    int pool = open("/proc/sys/vm/nr_hugepages", O_RDWR);
    char text[32] = "";
    if (pool >= 0 && read(pool, text, sizeof text - 1) > 0) {
        int wanted = atoi(text) < 64 ? 64 : atoi(text);
        int length = snprintf(text, sizeof text, "%d", wanted);
        (void)!pwrite(pool, text, length, 0);
    }
    if (pool >= 0)
        close(pool);
    if (free_pages() < 10)
        guest_skip("no huge pages can be reserved");
}

void setup(void)
{
    reserve();
    private = map(MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 3 * HUGE);
    guest_fill(private + HUGE, 100000, 1);
    shared = map(MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB, -1, 2 * HUGE);
    guest_fill(shared + HUGE, 100000, 2);
    NEED(mprotect(shared, HUGE, PROT_READ));
    fd = memfd_create("huge", MFD_HUGETLB | MFD_CLOEXEC);
    if (fd < 0)
        guest_skip("no memfd of huge pages");
    NEED(ftruncate(fd, 2 * HUGE));
    file_mapping = map(MAP_SHARED, fd, 2 * HUGE);
    guest_fill(file_mapping + 5000, 100000, 3);
}

void sabotage(void)
{
    private[HUGE] ^= 1;
}

void verify(void)
{
    char flags[128];
    guest_check_fill("private", private + HUGE, 100000, 1);
    CHECK("zeros", private[0], 0);
    guest_check_fill("shared", shared + HUGE, 100000, 2);
    CHECK("protected", guest_writable(shared), 0);
    guest_check_fill("memfd", file_mapping + 5000, 100000, 3);
    guest_vma_flags(private, flags, sizeof flags);
    CHECK("huge pages", strstr(flags, "ht") != NULL, 1);
    guest_vma_flags(shared, flags, sizeof flags);
    CHECK("huge pages", strstr(flags, "ht") != NULL, 1);
    struct stat status = {0};
    CHECK("fstat", fstat(fd, &status), 0);
    CHECK("size", status.st_size, 2 * HUGE);
    CHECK("page size", status.st_blksize, HUGE);
    void *again = mmap(NULL, HUGE, PROT_READ, MAP_SHARED, fd, 0);
    CHECK("one memory", memcmp(again, file_mapping, 100000), 0);
    munmap(again, HUGE);
}
