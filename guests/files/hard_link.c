// The name that a file was opened by is gone, and another one leads to it: it stays that very file.
#include "guest.h"

static int fd;

void setup(void)
{
    fd = NEED(open(guest_path("first"), O_RDWR | O_CREAT | O_EXCL, 0600));
    CHECK("write", write(fd, "linked", 6), 6);
    NEED(link(guest_path("first"), guest_path("second")));
    NEED(unlink(guest_path("first")));
}

void sabotage(void)
{
    NEED(rename(guest_path("second"), guest_path("third")));
    close(NEED(open(guest_path("second"), O_RDWR | O_CREAT | O_EXCL, 0600)));
}

void verify(void)
{
    struct stat open_one = {0}, named = {0};
    char path[64], link[PATH_MAX] = "", want[PATH_MAX];
    CHECK("offset", lseek(fd, 0, SEEK_CUR), 6);
    CHECK("fstat", fstat(fd, &open_one), 0);
    CHECK("stat", stat(guest_path("second"), &named), 0);
    CHECK("the same file", open_one.st_ino == named.st_ino, 1);
    CHECK("links", open_one.st_nlink, 1);
    CHECK_ERRNO("the first name", access(guest_path("first"), F_OK), ENOENT);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    snprintf(want, sizeof want, "%s (deleted)", guest_path("first"));
    CHECK("link", readlink(path, link, sizeof link - 1) > 0, 1);
    CHECK_STRING("link", link, want);
}
