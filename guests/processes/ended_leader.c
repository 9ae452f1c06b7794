// A child whose first thread has ended while another one lives on ("zombie with threads").
// opt-out: executable: an executable holds one process
#include "guest.h"

#include <sys/wait.h>

static struct guest_child child;
static int questions, answers;

static long answer(int question)
{
    (void)question;
    return getpid();
}

static void *live(void *argument)
{
    (void)argument;
    // Until the leader has really ended.
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", getpid());
    do
        guest_read_file(path, text, sizeof text);
    while (strstr(text, ") Z ") == NULL);
    guest_serve(questions, answers, NULL, answer);
}

void setup(void)
{
    guest_child_pipes(&child, &questions, &answers);
    child.pid = NEED(fork());
    if (child.pid == 0) {
        close(child.questions);
        close(child.answers);
        pthread_t thread;
        NEED_ZERO(pthread_create(&thread, NULL, live, NULL));
        syscall(SYS_exit, 5); // this thread alone
    }
    close(questions);
    close(answers);
    guest_await_child(&child);
}

void sabotage(void)
{
    kill(child.pid, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
}

void verify(void)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", child.pid);
    if (guest_read_file(path, text, sizeof text) > 0)
        CHECK("its leader is a zombie", strstr(text, ") Z ") != NULL, true);
    CHECK("its thread lives", guest_ask(&child, 0), child.pid);
    CHECK("cannot be waited for", waitpid(child.pid, NULL, WNOHANG), 0);
    CHECK("status", guest_end_child(&child, 6), 6 << 8);
}
