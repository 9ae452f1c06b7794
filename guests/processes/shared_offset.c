// A file description that parent and child share: one offset, one set of flags; a file opened twice: two.
// opt-out: executable: an executable holds one process
#include "guest.h"

enum { OFFSET, SEEK, FLAGS, OWN_OFFSET };

static int together, apart;
static struct guest_child child;

static long answer(int question)
{
    switch (question) {
    case OFFSET:
        return lseek(together, 0, SEEK_CUR);
    case SEEK:
        return lseek(together, 1234, SEEK_SET);
    case FLAGS:
        return fcntl(together, F_GETFL) & (O_APPEND | O_NONBLOCK);
    default:
        return lseek(apart, 0, SEEK_CUR);
    }
}

static void open_again(void)
{
    NEED(close(apart));
    apart = NEED(open(guest_path("file"), O_RDWR));
    NEED(lseek(apart, 7, SEEK_SET));
}

void setup(void)
{
    together = NEED(open(guest_path("file"), O_RDWR | O_CREAT, 0600));
    NEED(ftruncate(together, 5000));
    apart = NEED(open(guest_path("file"), O_RDWR));
    guest_start_child(&child, open_again, answer);
    NEED(lseek(together, 100, SEEK_SET));
}

void sabotage(void)
{
    int again = NEED(open(guest_path("file"), O_RDWR));
    NEED(lseek(again, 100, SEEK_SET));
    NEED(dup2(again, together)); // as if it had been opened twice
}

void verify(void)
{
    CHECK("child's offset", guest_ask(&child, OFFSET), 100);
    NEED(lseek(together, 200, SEEK_SET));
    CHECK("moved by the parent", guest_ask(&child, OFFSET), 200);
    CHECK("seek", guest_ask(&child, SEEK), 1234);
    CHECK("moved by the child", lseek(together, 0, SEEK_CUR), 1234);
    NEED(fcntl(together, F_SETFL, O_APPEND));
    CHECK("flags", guest_ask(&child, FLAGS), O_APPEND);
    NEED(fcntl(together, F_SETFL, 0));
    CHECK("own offset", guest_ask(&child, OWN_OFFSET), 7);
    CHECK("other's offset", lseek(apart, 0, SEEK_CUR), 0);
    NEED(lseek(together, 100, SEEK_SET));
}
