// What every guest shares: the protocol with the harness (../README.md) and the checks.
//
// A guest defines setup(), verify() and sabotage(); main() is in guest.c. A check that fails is
// collected, the guest goes on, and the result names all of them.
#ifndef GUEST_H
#define GUEST_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

// Brings up the state that is to survive. Runs before `ready`.
void setup(void);

// Checks that all of it is still there. Runs after `go`; must be repeatable from the same image.
void verify(void);

// Breaks the state just before verify(), which must then fail: proof that verify() can.
void sabotage(void);

// The guest's own arguments, after DIR; an absent one is the fallback.
const char *guest_arg(int index, const char *fallback);

// The absolute path of a file in the scratch directory; the caller may keep it.
const char *guest_path(const char *name);

// Makes the scratch directory the working directory and from now on uses names relative to it, for
// guests that lose the right to walk its path (another uid, another root).
void guest_enter_dir(void);

// Says `ready`. Called by main() after setup(); only a guest that blocks in setup() says it earlier.
void guest_ready(void);

// Says `ready` after so many milliseconds, from a thread that then ends.
void guest_ready_after_ms(long ms);

// True once the harness has created DIR/go. Async-signal-safe.
bool guest_may_go(void);

// Milliseconds that the guest was not running, as the harness measured; -1 where it did not.
// Valid after `go`.
long guest_away_ms(void);

// Whether it goes on as an executable: under new ids, and with one mapping more, which restored it.
// Valid after `go`.
bool guest_is_executable(void);

// A thread id that the guest has kept, against what it is now; an executable has new ones.
void guest_check_id(const char *what, pid_t got, pid_t kept);

// By default the wait for `go` also checks that no sleep of it is ever interrupted. Guests whose own
// signals interrupt it say so in setup().
void guest_expect_signals(void);

// The wait that main() does, for guests that need it elsewhere.
void guest_wait_for_go(void);

// The VmFlags of the mapping at this address, e.g. "rd wr mr mw me ac ", from /proc/self/smaps.
void guest_vma_flags(const void *address, char *flags, size_t size);

// Remembers /proc/self/maps, and compares it with what it is then.
void guest_remember_maps(void);
void guest_check_maps(void);

// Whether the kernel could read, or write, a byte there: no signal as it would be for the guest itself.
bool guest_readable(const void *address);
bool guest_writable(void *address); // writes what is there already

int64_t guest_now_ns(clockid_t clock);

// Starts threads that each run set_up(number) before this returns, and then wait, blocked.
void guest_start_threads(int count, void (*set_up)(int number), void (*check)(int number));

// In verify(): lets each of them run check(number), and joins it.
void guest_join_threads(void);

// The kernel's id of such a thread, as it was when it started.
pid_t guest_thread_tid(int number);

// A child process that answers questions: long answers to int questions, through two pipes. It ends by itself when
// nobody is left who could ask.
struct guest_child {
    pid_t pid;
    int questions; // to write
    int answers;   // to read
};

// Forks one, which runs set_up() (may be NULL) before this returns, and then answers.
void guest_start_child(struct guest_child *child, void (*set_up)(void), long (*answer)(int question));

// The child's part, for children that are made in another way: never returns.
_Noreturn void guest_serve(int questions, int answers, void (*set_up)(void), long (*answer)(int question));

// Makes the pipes of a child that the guest starts itself; the two ends that are the child's.
void guest_child_pipes(struct guest_child *child, int *questions, int *answers);

// Waits until a child is set up.
void guest_await_child(struct guest_child *child);

// Its answer.
long guest_ask(struct guest_child *child, int question);

// Tells it to exit with a status, and waits for that; the wait status.
int guest_end_child(struct guest_child *child, int status);

// A question that no answer() sees: exit with the status in the lower bits.
enum { GUEST_EXIT = 1 << 30 };

// Ends the guest at once with SKIP: the machine lacks what it is about.
_Noreturn void guest_skip(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Ends the guest at once with FAIL: for setups that cannot be brought up.
_Noreturn void guest_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Records one failed check. Thread-safe.
void guest_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Fills memory with bytes that only this seed produces, and compares with them.
void guest_fill(void *memory, size_t length, uint64_t seed);
void guest_check_fill(const char *what, const void *memory, size_t length, uint64_t seed);

// Reads a whole small file into the buffer and ends it with a zero byte; -1 with errno on error.
ssize_t guest_read_file(const char *path, char *buffer, size_t size);

// The letter for a process's state, as in /proc/PID/stat; ends the guest when there is none.
char guest_state(pid_t pid);

// Whether it is in a system call that waits, and not on the way there.
bool guest_is_blocked(pid_t pid);

// A counter that a thread of the guest moves goes on: by so many, within ten seconds.
void guest_check_goes_on(const char *what, const _Atomic long *counter, long more);

void guest_check(const char *what, long long got, long long want);
void guest_check_range(const char *what, long long got, long long least, long long most);
void guest_check_string(const char *what, const char *got, const char *want);

#define CHECK(what, got, want) guest_check((what), (long long)(got), (long long)(want))
#define CHECK_RANGE(what, got, least, most)                                                        \
    guest_check_range((what), (long long)(got), (long long)(least), (long long)(most))
#define CHECK_STRING(what, got, want) guest_check_string((what), (got), (want))

// The call must fail, with this errno.
#define CHECK_ERRNO(what, call, want)                                                              \
    do {                                                                                           \
        errno = 0;                                                                                 \
        long guest_result = (long)(call);                                                          \
        int guest_errno = errno;                                                                   \
        guest_check(what ": result", guest_result, -1);                                            \
        guest_check(what ": errno", guest_errno, (want));                                          \
    } while (0)

// In setup(): the call must not return -1; gives its result.
#define NEED(call)                                                                                 \
    ({                                                                                             \
        __typeof__(call) guest_result = (call);                                                    \
        if ((intptr_t)guest_result == -1)                                                          \
            guest_die("setup: %s: %s", #call, strerror(errno));                                    \
        guest_result;                                                                              \
    })

// In setup(): a pthread_ function must return 0.
#define NEED_ZERO(call)                                                                            \
    do {                                                                                           \
        int guest_error = (call);                                                                  \
        if (guest_error != 0)                                                                      \
            guest_die("setup: %s: %s", #call, strerror(guest_error));                              \
    } while (0)

#endif
