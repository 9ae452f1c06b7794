// A program in a root directory of its own (chroot), with files that were opened inside and outside.
// needs: root
#include "guest.h"

static int inside, outside;

void setup(void)
{
    guest_enter_dir();
    outside = NEED(open("/etc/passwd", O_RDONLY));
    NEED(mkdir("sub", 0755));
    if (chroot(".") != 0)
        guest_skip("chroot: %s", strerror(errno));
    inside = NEED(open("/inside", O_RDWR | O_CREAT, 0600));
    CHECK("write", write(inside, "text", 4), 4);
}

void sabotage(void)
{
    NEED(chroot("sub"));
}

void verify(void)
{
    struct stat root = {0}, here = {0}, file = {0}, by_name = {0};
    char bytes[5] = "", directory[PATH_MAX] = "";
    CHECK("stat", stat("/", &root) + stat(".", &here), 0);
    CHECK("the root is the directory", root.st_ino, here.st_ino);
    CHECK("getcwd", getcwd(directory, sizeof directory) != NULL, 1);
    CHECK_STRING("seen from inside", directory, "/");
    CHECK("stat", fstat(inside, &file) + stat("/inside", &by_name), 0);
    CHECK("the file is that of the name", file.st_ino, by_name.st_ino);
    CHECK("read", pread(inside, bytes, 4, 0), 4);
    CHECK_STRING("bytes", bytes, "text");
    CHECK_ERRNO("nothing outside", access("/etc/passwd", F_OK), ENOENT);
    CHECK("but the open file", read(outside, bytes, 4), 4);
}
