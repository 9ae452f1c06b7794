// A session of its own on a pseudo terminal whose master the guest has: its leader, its groups, /dev/tty, keys and signals.
// opt-out: executable: an executable holds one process
#include "guest.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

enum { GROUP = 1, SESSION = 2, INTERRUPTS = 3, TTY = 4, LINE = 5, SAME = 6, BACKGROUND = 7 };

static int master;
static char name[64];
static struct guest_child leader, front;
static volatile sig_atomic_t interrupts;
static int tty = -1;

static void on_interrupt(int signal)
{
    (void)signal;
    interrupts++;
}

static long answer(int question)
{
    char line[32] = "";
    switch (question) {
    case GROUP:
        return tcgetpgrp(tty);
    case SESSION:
        return tcgetsid(tty);
    case INTERRUPTS:
        return interrupts;
    case TTY: {
        int fd = open("/dev/tty", O_RDWR);
        long found = fd < 0 ? -errno : tcgetpgrp(fd);
        if (fd >= 0)
            close(fd);
        return found;
    }
    case LINE:
        return read(tty, line, sizeof line) == 3 && memcmp(line, "hi\n", 3) == 0;
    default:
        return getpgrp();
    }
}

static void catch(void)
{
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};
    NEED(sigaction(SIGINT, &action, NULL));
}

static void in_front(void)
{
    catch();
    NEED(setpgid(0, 0));
    tty = NEED(open("/dev/tty", O_RDWR));
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction before;
    NEED(sigaction(SIGTTOU, &ignore, &before));
    NEED(tcsetpgrp(tty, getpid()));
    NEED(sigaction(SIGTTOU, &before, NULL));
}

// The leader starts the other one and hands its answers on.
static long leaders_answer(int question)
{
    return question >= 100 ? guest_ask(&front, question - 100) : answer(question);
}

static void lead(void)
{
    catch();
    NEED(close(master));
    NEED(setsid());
    tty = NEED(open(name, O_RDWR)); // which makes it the controlling terminal
    guest_start_child(&front, in_front, answer);
}

void setup(void)
{
    master = NEED(posix_openpt(O_RDWR | O_NOCTTY));
    NEED(grantpt(master));
    NEED(unlockpt(master));
    if (ptsname_r(master, name, sizeof name) != 0)
        guest_die("setup: ptsname_r");
    guest_start_child(&leader, lead, leaders_answer);
}

void sabotage(void)
{
    NEED(write(master, "\003", 1));
    while (guest_ask(&leader, 100 + INTERRUPTS) == 0)
        usleep(1000);
}

void verify(void)
{
    long in_front_group = guest_ask(&leader, 100 + BACKGROUND);
    CHECK("the leader's group", guest_ask(&leader, BACKGROUND), leader.pid);
    CHECK("session", guest_ask(&leader, SESSION), leader.pid);
    CHECK("session, by the child", guest_ask(&leader, 100 + SESSION), leader.pid);
    CHECK("foreground", guest_ask(&leader, GROUP), in_front_group);
    CHECK("foreground, by the child", guest_ask(&leader, 100 + GROUP), in_front_group);
    CHECK("/dev/tty", guest_ask(&leader, TTY), in_front_group);
    CHECK("/dev/tty of the child", guest_ask(&leader, 100 + TTY), in_front_group);
    CHECK("no interrupt yet", guest_ask(&leader, 100 + INTERRUPTS), 0);
    CHECK("^C", write(master, "\003", 1), 1);
    for (int i = 0; i < 5000 && guest_ask(&leader, 100 + INTERRUPTS) == 0; i++)
        usleep(1000);
    CHECK("an interrupt", guest_ask(&leader, 100 + INTERRUPTS), 1);
    CHECK("none for the leader", guest_ask(&leader, INTERRUPTS), 0);
    CHECK("a line", write(master, "hi\n", 3), 3);
    CHECK("its reader", guest_ask(&leader, 100 + LINE), 1);
    CHECK("end", guest_end_child(&leader, 4), 4 << 8);
}
