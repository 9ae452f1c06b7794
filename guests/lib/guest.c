// The protocol with the harness: ready, go, result; and the checks. See ../README.md.
#include "guest.h"

#include <stdarg.h>
#include <stdatomic.h>

static char directory[PATH_MAX];
static char go_path[PATH_MAX + 8];
static int argument_count;
static char **arguments;
static atomic_bool ready_said;
static bool signals_expected;

static pthread_mutex_t failures_lock = PTHREAD_MUTEX_INITIALIZER;
static char failures[16384];
static size_t failures_length;

static void use_directory(const char *path)
{
    snprintf(directory, sizeof directory, "%s", path);
    snprintf(go_path, sizeof go_path, "%s/go", directory);
}

const char *guest_arg(int index, const char *fallback)
{
    return index < argument_count ? arguments[index] : fallback;
}

const char *guest_path(const char *name)
{
    char *path;
    if (asprintf(&path, "%s/%s", directory, name) < 0)
        abort();
    return path;
}

void guest_enter_dir(void)
{
    NEED(chdir(directory));
    use_directory(".");
}

// Files appear complete: the harness may look at any time.
static void write_file(const char *name, const char *text, size_t length)
{
    char aside[PATH_MAX + 32], final[PATH_MAX + 32];
    snprintf(aside, sizeof aside, "%s/%s.part", directory, name);
    snprintf(final, sizeof final, "%s/%s", directory, name);
    int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0 || write(fd, text, length) != (ssize_t)length || close(fd) != 0
        || rename(aside, final) != 0)
        _exit(3);
}

static _Noreturn void end_with(int status, const char *text)
{
    write_file("result", text, strlen(text));
    _exit(status);
}

void guest_ready(void)
{
    if (atomic_exchange(&ready_said, true))
        return;
    char pid[32];
    int length = snprintf(pid, sizeof pid, "%d\n", getpid());
    // The file last, because from then on nothing may change by itself; but who waits for the line on a terminal may
    // look for the file at once.
    bool terminal = isatty(STDOUT_FILENO);
    if (terminal)
        write_file("ready", pid, (size_t)length);
    ssize_t said = write(STDOUT_FILENO, "ready\n", 6);
    (void)said; // a guest without stdout: the file says it
    if (!terminal)
        write_file("ready", pid, (size_t)length);
}

static void *say_ready_later(void *argument)
{
    long ms = (long)argument;
    struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
    guest_ready();
    return NULL;
}

void guest_ready_after_ms(long ms)
{
    pthread_t thread;
    NEED_ZERO(pthread_create(&thread, NULL, say_ready_later, (void *)ms));
    NEED_ZERO(pthread_detach(thread));
}

bool guest_may_go(void)
{
    return access(go_path, F_OK) == 0;
}

long guest_away_ms(void)
{
    char text[64];
    long away;
    if (guest_read_file(go_path, text, sizeof text) < 0 || sscanf(text, "away_ms=%ld", &away) != 1)
        return -1;
    return away;
}

bool guest_is_executable(void)
{
    char text[64];
    return guest_read_file(go_path, text, sizeof text) > 0 && strstr(text, "executable=1") != NULL;
}

void guest_check_id(const char *what, pid_t got, pid_t kept)
{
    if (!guest_is_executable())
        guest_check(what, got, kept);
}

void guest_expect_signals(void)
{
    signals_expected = true;
}

void guest_wait_for_go(void)
{
    while (!guest_may_go()) {
        struct timespec moment = {0, 3000000};
        int result = nanosleep(&moment, NULL);
        if (result != 0 && !signals_expected)
            guest_fail("wait for go: nanosleep: expected 0 got %s", strerrorname_np(errno));
    }
}

int64_t guest_now_ns(clockid_t clock)
{
    struct timespec now;
    if (clock_gettime(clock, &now) != 0)
        guest_die("clock_gettime(%d): %s", (int)clock, strerror(errno));
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

void guest_skip(const char *format, ...)
{
    char text[512] = "SKIP: ";
    va_list list;
    va_start(list, format);
    vsnprintf(text + 6, sizeof text - 8, format, list);
    va_end(list);
    end_with(77, strcat(text, "\n"));
}

void guest_die(const char *format, ...)
{
    char text[512] = "FAIL: ";
    va_list list;
    va_start(list, format);
    vsnprintf(text + 6, sizeof text - 8, format, list);
    va_end(list);
    end_with(1, strcat(text, "\n"));
}

void guest_fail(const char *format, ...)
{
    pthread_mutex_lock(&failures_lock);
    if (failures_length < sizeof failures - 600) { // enough is enough
        char *at = failures + failures_length;
        va_list list;
        va_start(list, format);
        strcpy(at, "FAIL: ");
        vsnprintf(at + 6, 512, format, list);
        va_end(list);
        strcat(at, "\n");
        failures_length += strlen(at);
    }
    pthread_mutex_unlock(&failures_lock);
}

void guest_check(const char *what, long long got, long long want)
{
    if (got != want)
        guest_fail("%s: expected %lld got %lld (%#llx %#llx)", what, want, got,
                   (unsigned long long)want, (unsigned long long)got);
}

void guest_check_range(const char *what, long long got, long long least, long long most)
{
    if (got < least || got > most)
        guest_fail("%s: expected %lld..%lld got %lld", what, least, most, got);
}

void guest_check_goes_on(const char *what, const _Atomic long *counter, long more)
{
    const int64_t deadline = guest_now_ns(CLOCK_MONOTONIC) + 10000000000;
    long before = *counter;
    while (*counter < before + more && guest_now_ns(CLOCK_MONOTONIC) < deadline)
        usleep(100);
    guest_check(what, *counter >= before + more, true);
}

void guest_check_string(const char *what, const char *got, const char *want)
{
    if (strcmp(got, want) != 0)
        guest_fail("%s: expected '%.100s' got '%.100s'", what, want, got);
}

// xorshift64*: cheap, and no two pages or seeds look alike.
static uint64_t next_word(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545F4914F6CDD1DULL;
}

void guest_fill(void *memory, size_t length, uint64_t seed)
{
    uint64_t state = seed * 0x9E3779B97F4A7C15ULL + 1;
    for (size_t at = 0; at < length; at += 8) {
        uint64_t word = next_word(&state);
        memcpy((char *)memory + at, &word, length - at < 8 ? length - at : 8);
    }
}

void guest_check_fill(const char *what, const void *memory, size_t length, uint64_t seed)
{
    uint64_t state = seed * 0x9E3779B97F4A7C15ULL + 1;
    for (size_t at = 0; at < length; at += 8) {
        uint64_t word = next_word(&state);
        if (memcmp((const char *)memory + at, &word, length - at < 8 ? length - at : 8) != 0) {
            guest_fail("%s: other bytes at offset %zu of %zu", what, at, length);
            return;
        }
    }
}

ssize_t guest_read_file(const char *path, char *buffer, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    size_t length = 0;
    ssize_t got;
    while (length < size - 1 && (got = read(fd, buffer + length, size - 1 - length)) > 0)
        length += (size_t)got;
    close(fd);
    buffer[length] = 0;
    return (ssize_t)length;
}

char guest_state(pid_t pid)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    if (guest_read_file(path, text, sizeof text) < 0)
        guest_die("%s: %s", path, strerror(errno));
    return strrchr(text, ')')[2];
}

bool guest_is_blocked(pid_t pid)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/syscall", pid);
    return guest_read_file(path, text, sizeof text) > 0 && strncmp(text, "running", 7) != 0 && guest_state(pid) == 'S';
}

int main(int argc, char **argv)
{
    char absolute[PATH_MAX];
    if (argc < 2 || realpath(argv[1], absolute) == NULL) {
        fprintf(stderr, "usage: %s DIR [ARGUMENT...]   (see guests/README.md)\n", argv[0]);
        return 2;
    }
    use_directory(absolute);
    argument_count = argc - 2;
    arguments = argv + 2;
    setup();
    guest_ready();
    guest_wait_for_go();
    if (access(guest_path("sabotage"), F_OK) == 0)
        sabotage();
    verify();
    if (failures_length > 0)
        end_with(1, failures);
    end_with(0, "PASS\n");
}
