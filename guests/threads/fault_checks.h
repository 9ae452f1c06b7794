// Workers of self_checker: one loses pages and write protects them, the other serves its faults.
#ifndef FAULT_CHECKS_H
#define FAULT_CHECKS_H

#include "self_checks.h"
#include "vitals.h"
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sys/ioctl.h>

enum { FAULT_PAGE = 4096, FAULT_PAGES = 32 };

static int faults;
static char *faulty;
static _Atomic long faults_missing, faults_protected;

static void faults_prepare(void)
{
    struct uffdio_api api = {.api = UFFD_API, .features = UFFD_FEATURE_PAGEFAULT_FLAG_WP};
    faults = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
    if (faults < 0 || ioctl(faults, UFFDIO_API, &api) != 0)
        guest_skip("userfaultfd: %s", strerror(errno));
    size_t size = FAULT_PAGES * FAULT_PAGE;
    faulty = NEED(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    struct uffdio_register range = {.range = {(uintptr_t)faulty, size},
                                    .mode = UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_WP};
    NEED(ioctl(faults, UFFDIO_REGISTER, &range));
}

static int faults_protect(char *page, bool on)
{
    struct uffdio_writeprotect range = {.range = {(uintptr_t)page, FAULT_PAGE}, .mode = on ? UFFDIO_WRITEPROTECT_MODE_WP : 0};
    return ioctl(faults, UFFDIO_WRITEPROTECT, &range);
}

// A fault that a signal has interrupted comes again, perhaps when it has been served.
static void fault_serve(struct worker *worker)
{
    static char content[FAULT_PAGE] __attribute__((aligned(FAULT_PAGE)));
    struct uffd_msg message;
    if (read(faults, &message, sizeof message) != sizeof message)
        return;
    char *page = (char *)(uintptr_t)(message.arg.pagefault.address & -(uint64_t)FAULT_PAGE);
    if (message.event != UFFD_EVENT_PAGEFAULT || page < faulty || page >= faulty + FAULT_PAGES * FAULT_PAGE) {
        worker_error(worker, DETAIL_DIFFERS, message.event);
    } else if (message.arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WP) {
        faults_protected++;
        if (faults_protect(page, false) != 0 && errno != EEXIST)
            worker_error(worker, errno, 1);
    } else {
        faults_missing++;
        memset(content, 1 + (page - faulty) / FAULT_PAGE, FAULT_PAGE);
        struct uffdio_copy copy = {.dst = (uintptr_t)page, .src = (uintptr_t)content, .len = FAULT_PAGE};
        if (ioctl(faults, UFFDIO_COPY, &copy) != 0 && errno != EEXIST)
            worker_error(worker, errno, 2);
    }
}

static void *faults_serve_all(void *worker)
{
    while (!stopping) {
        struct pollfd ready = {faults, POLLIN, 0};
        poll(&ready, 1, 20);
        fault_serve(worker);
        worker_tick(worker, 0);
    }
    return NULL;
}

static void faults_once(struct worker *worker)
{
    static unsigned round;
    int64_t start_ns = guest_now_ns(CLOCK_MONOTONIC);
    int number = round++ % FAULT_PAGES;
    volatile char *page = faulty + number * FAULT_PAGE;
    long missing = faults_missing, protected = faults_protected;
    if (madvise((char *)page, FAULT_PAGE, MADV_DONTNEED) != 0)
        worker_error(worker, errno, 3);
    if (page[17] != 1 + number || faults_missing == missing)
        worker_error(worker, DETAIL_DIFFERS, page[17]);
    if (faults_protect((char *)page, true) != 0)
        worker_error(worker, errno, 4);
    page[18]++;
    if (page[18] != 2 + number || faults_protected == protected)
        worker_error(worker, DETAIL_DIFFERS, page[18]);
    // what is protected and what is missing stay so while nobody touches them
    struct timespec moment = {0, 3000000};
    faults_protect(faulty, true);
    nanosleep(&moment, NULL);
    worker_tick(worker, (guest_now_ns(CLOCK_MONOTONIC) - start_ns) / 1000);
}

#endif
