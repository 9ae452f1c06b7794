// A userfaultfd of a process's memory that its child serves: it has the descriptor and another memory at the same addresses.
// opt-out: executable: an executable holds one process
#include "guest.h"
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

enum { PAGE = 4096 };
static char *memory;
static int faults;
static pid_t child;

static long served(int times)
{
    static char content[PAGE] __attribute__((aligned(PAGE)));
    for (int i = 0; i < times; i++) {
        struct uffd_msg message;
        if (read(faults, &message, sizeof message) != sizeof message)
            return 1;
        char *page = (char *)(uintptr_t)(message.arg.pagefault.address & -(uint64_t)PAGE);
        memset(content, 'a' + (page - memory) / PAGE, PAGE);
        struct uffdio_copy copy = {.dst = (uintptr_t)page, .src = (uintptr_t)content, .len = PAGE};
        if (ioctl(faults, UFFDIO_COPY, &copy) != 0)
            return 2;
    }
    return memory[5 * PAGE] == 0 ? 0 : 3; // its own memory is nobody's business
}

void setup(void)
{
    faults = syscall(SYS_userfaultfd, 0);
    if (faults < 0)
        guest_skip("userfaultfd: %s", strerror(errno));
    memory = NEED(mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    NEED(ioctl(faults, UFFDIO_API, &(struct uffdio_api){.api = UFFD_API}));
    memory[PAGE] = 'x';
    NEED(ioctl(faults, UFFDIO_REGISTER,
               &(struct uffdio_register){.range = {(uintptr_t)memory, 8 * PAGE}, .mode = UFFDIO_REGISTER_MODE_MISSING}));
    child = NEED(fork());
    if (child == 0)
        _exit(served(2));
}

void sabotage(void)
{
    NEED(ioctl(faults, UFFDIO_UNREGISTER, &(struct uffdio_range){(uintptr_t)memory, 8 * PAGE}));
    NEED(kill(child, SIGKILL));
}

void verify(void)
{
    int status = -1;
    CHECK("what was there", memory[PAGE], 'x');
    CHECK("what was missing", memory[4 * PAGE], 'a' + 4);
    CHECK("what was missing", memory[7 * PAGE + 1], 'a' + 7);
    CHECK("the child ends", waitpid(child, &status, 0), child);
    CHECK("what it found", status, 0);
}
