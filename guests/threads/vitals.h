// DIR/vitals: what self_checker tells the outside while it runs. A shared mapping of a file of 4096
// bytes; all fields are 64-bit little-endian words.
#ifndef VITALS_H
#define VITALS_H

#include "guest.h"

// In the place of an errno, where the call itself was right.
enum error { DETAIL_DIFFERS = 9000, TOO_SHORT, WRONG_RESULT, CHILD_SEEN, SIGNAL_STATE, MEMORY_DIFFERS };

struct worker {
    int64_t ticks;       // rounds done
    int64_t errors;      // rounds in which something was not as it must be
    int64_t first_error; // errno, or one of enum error
    int64_t first_detail;
    int64_t eintrs;      // of the errors: calls that returned EINTR
    int64_t longest_us;  // the longest round
    char name[32];
};

enum { WORKERS = 48 };

static struct vitals {
    int64_t magic;   // "vitals 1"
    int64_t workers_used;
    int64_t handler_runs; // of SIGALRM, every 7 ms
    int64_t pid;
    int64_t unused[4];
    struct worker workers[WORKERS];
} *vitals;

_Static_assert(sizeof(struct worker) == 80 && sizeof(struct vitals) <= 4096, "");

static void vitals_open(void)
{
    int fd = NEED(open(guest_path("vitals"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    NEED(ftruncate(fd, 4096));
    vitals = NEED(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    close(fd);
    vitals->pid = getpid();
    memcpy(&vitals->magic, "vitals 1", 8);
}

static struct worker *worker_new(const char *name)
{
    struct worker *worker = &vitals->workers[vitals->workers_used];
    strncpy(worker->name, name, sizeof worker->name - 1);
    vitals->workers_used++;
    return worker;
}

static void worker_tick(struct worker *worker, int64_t us)
{
    worker->ticks++;
    if (us > worker->longest_us)
        worker->longest_us = us;
}

static void worker_error(struct worker *worker, int error, int64_t detail)
{
    if (worker->errors++ == 0) {
        worker->first_error = error;
        worker->first_detail = detail;
    }
    worker->eintrs += error == EINTR;
}

static bool all_have_ticked(void)
{
    for (int i = 0; i < vitals->workers_used; i++)
        if (vitals->workers[i].ticks == 0)
            return false;
    return true;
}

// Every worker worked, and met no error.
static void workers_check(void)
{
    for (int i = 0; i < vitals->workers_used; i++) {
        const struct worker *worker = &vitals->workers[i];
        if (worker->errors != 0)
            guest_fail("%s: expected no errors got %ld in %ld rounds, the first: %ld (%s) detail %ld",
                       worker->name, worker->errors, worker->ticks, worker->first_error,
                       worker->first_error < 200 ? strerrorname_np((int)worker->first_error) : "-",
                       worker->first_detail);
        if (worker->ticks == 0)
            guest_fail("%s: expected rounds got none", worker->name);
    }
}

#endif
