// What stopped the output of a terminal starts it: tcflow(3) what tcflow has stopped, ^Q what ^S has.
// opt-out: beside: a terminal has its number once
#include "guest.h"
#include <pty.h>
#include <termios.h>

static int masters[3], slaves[3];

static int slave_flows(int which)
{
    return write(slaves[which], "x", 1) == 1;
}

void setup(void)
{
    for (int i = 0; i < 3; i++) {
        NEED(openpty(&masters[i], &slaves[i], NULL, NULL, NULL));
        NEED(fcntl(slaves[i], F_SETFL, O_RDWR | O_NONBLOCK));
    }
    NEED(tcflow(slaves[0], TCOOFF));
    NEED(write(masters[1], "\023", 1));
    // held back with something in it
    NEED(write(slaves[2], "abc", 3));
    NEED(tcflow(slaves[2], TCOOFF));
    for (int i = 0; i < 1000 && slave_flows(1); i++)
        usleep(1000);
}

void sabotage(void)
{
    NEED(tcflow(slaves[0], TCOON));
}

static void key(int which, const char *code)
{
    CHECK("key", write(masters[which], code, 1), 1);
    usleep(20000);
}

void verify(void)
{
    char bytes[8] = "";
    for (int i = 0; i < 3; i++)
        CHECK("stopped", slave_flows(i), 0);
    key(0, "\021");
    CHECK("no key starts it", slave_flows(0), 0);
    CHECK("TCOON", tcflow(slaves[0], TCOON), 0);
    CHECK("flows", slave_flows(0), 1);
    CHECK("TCOON", tcflow(slaves[1], TCOON), 0);
    CHECK("no call starts it", slave_flows(1), 0);
    key(1, "\021");
    CHECK("flows", slave_flows(1), 1);
    CHECK("output", read(masters[2], bytes, 3), 3);
    CHECK_STRING("output", bytes, "abc");
    CHECK("still stopped", slave_flows(2), 0);
    CHECK("TCOON", tcflow(slaves[2], TCOON), 0);
    CHECK("flows", slave_flows(2), 1);
}
