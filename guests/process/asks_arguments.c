// A program that asks for the arguments and the environment of the exec (docs/executables.md): in pause(2) with a number that
// pause does not look at. Not an executable, it just goes on pausing.
#include "guest.h"

static pthread_t asking;
static volatile long answer;

static void *ask(void *nothing)
{
    (void)nothing;
    answer = syscall(SYS_pause, 0x3f65736972706572);
    return NULL;
}

void setup(void)
{
    NEED_ZERO(pthread_create(&asking, NULL, ask, NULL));
    usleep(50000); // into its pause
}

void sabotage(void)
{
    answer = 1;
}

void verify(void)
{
    if (!guest_is_executable()) {
        CHECK("nobody answers", answer, 0);
        return;
    }
    NEED_ZERO(pthread_join(asking, NULL));
    const struct { const char *arguments; uint64_t argument_bytes; const char *environment; uint64_t environment_bytes; } *got
        = (const void *)answer;
    const char path[] = "PATH=";
    CHECK("the first argument has an end", strnlen(got->arguments, got->argument_bytes) < got->argument_bytes, 1);
    CHECK("it is the executable's name", strstr(got->arguments, "/") != NULL, 1);
    CHECK("the environment has a PATH", memmem(got->environment, got->environment_bytes, path, strlen(path)) != NULL, 1);
}
