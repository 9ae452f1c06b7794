// Files without a name keep times, modes, owners, extended attributes and holes: unlinked, O_TMPFILE, a removed directory and FIFO, a memfd.
// needs: root
#include "guest.h"
#include <sys/xattr.h>

enum { UNLINKED, NAMELESS, DIRECTORY, FIFO, MEMFD, FILES };

static const char *const names[FILES] = {"unlinked", "nameless", "directory", "fifo", "memfd"};
static int files[FILES];
static struct stat kept[FILES];

static void keep(int file)
{
    struct timespec times[2] = {{.tv_sec = 1000 + file, .tv_nsec = 5}, {.tv_sec = 2000 + file, .tv_nsec = 7}};
    NEED(fchown(files[file], 123, 456));
    NEED(futimens(files[file], times));
    NEED(fstat(files[file], &kept[file]));
}

void setup(void)
{
    guest_enter_dir();
    files[UNLINKED] = NEED(open("unlinked", O_RDWR | O_CREAT | O_EXCL, 0640));
    NEED(write(files[UNLINKED], "hello", 5));
    NEED(pwrite(files[UNLINKED], "tail", 4, 1 << 20));
    NEED(fsetxattr(files[UNLINKED], "user.origin", "kept", 4, 0));
    NEED(unlink("unlinked"));
    files[NAMELESS] = NEED(open(".", O_RDWR | O_TMPFILE, 0600));
    NEED(write(files[NAMELESS], "x", 1));
    NEED(mkdir("directory", 01755));
    files[DIRECTORY] = NEED(open("directory", O_RDONLY | O_DIRECTORY));
    NEED(rmdir("directory"));
    NEED(mkfifo("fifo", 0624));
    files[FIFO] = NEED(open("fifo", O_RDWR | O_NONBLOCK));
    NEED(write(files[FIFO], "abc", 3));
    NEED(unlink("fifo"));
    files[MEMFD] = NEED(memfd_create("memory", 0));
    NEED(write(files[MEMFD], "m", 1));
    NEED(fsetxattr(files[MEMFD], "user.origin", "too", 3, 0));
    for (int i = 0; i < FILES; i++)
        keep(i);
}

void sabotage(void)
{
    NEED(futimens(files[NAMELESS], NULL));
}

static void compare(int file)
{
    struct stat now = {0};
    CHECK(names[file], fstat(files[file], &now), 0);
    CHECK(names[file], now.st_mode, kept[file].st_mode);
    CHECK(names[file], now.st_uid, 123);
    CHECK(names[file], now.st_gid, 456);
    CHECK(names[file], now.st_size, kept[file].st_size);
    CHECK(names[file], now.st_blocks, kept[file].st_blocks);
    CHECK(names[file], now.st_nlink, kept[file].st_nlink);
    CHECK(names[file], now.st_mtim.tv_sec, 2000 + file);
    CHECK(names[file], now.st_mtim.tv_nsec, 7);
    CHECK(names[file], now.st_atim.tv_sec, 1000 + file);
    CHECK(names[file], now.st_atim.tv_nsec, 5);
}

void verify(void)
{
    for (int i = 0; i < FILES; i++)
        compare(i);
    char value[8] = "";
    CHECK("attribute", fgetxattr(files[UNLINKED], "user.origin", value, sizeof value), 4);
    CHECK_STRING("attribute", value, "kept");
    CHECK("attribute of memory", fgetxattr(files[MEMFD], "user.origin", value, sizeof value), 3);
    CHECK("hole", lseek(files[UNLINKED], 0, SEEK_HOLE), 4096);
    CHECK("data", lseek(files[UNLINKED], 4096, SEEK_DATA), 1 << 20);
}
