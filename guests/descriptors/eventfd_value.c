// eventfds: plain and semaphore, with values from 0 to the largest, and their flags.
#include "guest.h"
#include <sys/eventfd.h>

static int zero, plain, semaphore, largest;
static const uint64_t LARGEST = UINT64_MAX - 1;

void setup(void)
{
    zero = NEED(eventfd(0, EFD_NONBLOCK));
    plain = NEED(eventfd(1234567, EFD_NONBLOCK | EFD_CLOEXEC));
    semaphore = NEED(eventfd(3, EFD_NONBLOCK | EFD_SEMAPHORE));
    largest = NEED(eventfd(0, EFD_NONBLOCK));
    CHECK("write", write(largest, &LARGEST, 8), 8);
}

void sabotage(void)
{
    uint64_t value;
    NEED(read(semaphore, &value, 8));
}

void verify(void)
{
    uint64_t value = 0, one = 1;
    CHECK("close-on-exec", fcntl(plain, F_GETFD), FD_CLOEXEC);
    CHECK("flags", fcntl(plain, F_GETFL), O_RDWR | O_NONBLOCK);
    CHECK_ERRNO("zero", read(zero, &value, 8), EAGAIN);
    CHECK("read", read(plain, &value, 8), 8);
    CHECK("value", value, 1234567);
    for (int i = 0; i < 3; i++) {
        CHECK("read of the semaphore", read(semaphore, &value, 8), 8);
        CHECK("one by one", value, 1);
    }
    CHECK_ERRNO("semaphore at 0", read(semaphore, &value, 8), EAGAIN);
    CHECK_ERRNO("no more on top", write(largest, &one, 8), EAGAIN);
    CHECK("read of the largest", read(largest, &value, 8), 8);
    CHECK("largest", value == LARGEST, 1);
}
