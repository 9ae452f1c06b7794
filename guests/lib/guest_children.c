// Children that answer questions. See guest.h.
#include "guest.h"

#include <sys/wait.h>

void guest_child_pipes(struct guest_child *child, int *questions, int *answers)
{
    int to[2], from[2];
    NEED(pipe2(to, O_CLOEXEC));
    NEED(pipe2(from, O_CLOEXEC));
    child->questions = to[1];
    child->answers = from[0];
    *questions = to[0];
    *answers = from[1];
}

void guest_serve(int questions, int answers, void (*set_up)(void), long (*answer)(int question))
{
    if (set_up != NULL)
        set_up();
    long result = 0;
    int question;
    if (write(answers, &result, sizeof result) != sizeof result)
        _exit(4);
    while (read(questions, &question, sizeof question) == sizeof question) {
        if (question >= GUEST_EXIT)
            _exit(question - GUEST_EXIT);
        result = answer(question);
        if (write(answers, &result, sizeof result) != sizeof result)
            _exit(4);
    }
    _exit(0);
}

void guest_await_child(struct guest_child *child)
{
    long ready;
    if (read(child->answers, &ready, sizeof ready) != sizeof ready)
        guest_die("setup: child %d could not be set up", child->pid);
}

void guest_start_child(struct guest_child *child, void (*set_up)(void), long (*answer)(int question))
{
    int questions, answers;
    guest_child_pipes(child, &questions, &answers);
    child->pid = NEED(fork());
    if (child->pid == 0) {
        close(child->questions);
        close(child->answers);
        guest_serve(questions, answers, set_up, answer);
    }
    close(questions);
    close(answers);
    guest_await_child(child);
}

long guest_ask(struct guest_child *child, int question)
{
    long result = 0;
    if (write(child->questions, &question, sizeof question) != sizeof question)
        guest_fail("child %d: asking: %s", child->pid, strerrorname_np(errno));
    else if (read(child->answers, &result, sizeof result) != sizeof result)
        guest_fail("child %d: no answer: %s", child->pid, strerrorname_np(errno));
    return result;
}

int guest_end_child(struct guest_child *child, int status)
{
    int question = GUEST_EXIT + status, result = -1;
    if (write(child->questions, &question, sizeof question) != sizeof question)
        guest_fail("child %d: ending: %s", child->pid, strerrorname_np(errno));
    pid_t pid = waitpid(child->pid, &result, __WALL);
    if (pid != child->pid)
        guest_fail("waiting for child %d: %d %s", child->pid, pid, strerrorname_np(errno));
    return result;
}
