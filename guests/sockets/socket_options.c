// Every option that getsockopt(2) shows, on sockets of every kind, set to something else than it was where that can be.
// needs: root
#include "guest.h"
#include <netinet/in.h>
#include <sys/socket.h>

enum { MOST = 130, SIZE = 128, TCP = 6, TCP_TIME = 24 };

static const int kinds[][3] = {
    {AF_INET, SOCK_STREAM, 0},   {AF_INET6, SOCK_STREAM, 0}, {AF_INET, SOCK_DGRAM, 0},    {AF_INET6, SOCK_DGRAM, 0},
    {AF_UNIX, SOCK_STREAM, 0},   {AF_UNIX, SOCK_DGRAM, 0},   {AF_NETLINK, SOCK_RAW, 0},   {AF_PACKET, SOCK_RAW, 0},
    {AF_INET, SOCK_RAW, 1},      {AF_INET6, SOCK_RAW, 58},   {AF_INET, SOCK_DGRAM, 136},  {AF_INET6, SOCK_DGRAM, 136},
    {AF_INET, SOCK_STREAM, 262}, {AF_INET6, SOCK_STREAM, 262}};
enum { KINDS = sizeof kinds / sizeof *kinds };
// SOCKET IP IPV6 TCP UDP UDPLITE PACKET NETLINK RAW ICMPV6
static const int levels[] = {1, 0, 41, 6, 17, 136, 263, 270, 255, 58};
enum { LEVELS = sizeof levels / sizeof *levels };

// What is asked for by other means (addresses, filters, clocks), or takes more than a number to be set.
static const int not_asked[][2] = {{1, 4},  {1, 17}, {1, 26}, {1, 31}, {1, 33}, {1, 39}, {1, 55},
                                   {1, 56}, {1, 57}, {1, 59}, {1, 77}, {6, 11}, {6, 24}, {6, 26}, {6, 28}};
static const int not_set[][2] = {{1, 25},  {1, 44}, {1, 62}, {6, 19}, {6, 20}, {6, 21},  {6, 22},  {6, 30},  {6, 31},
                                 {6, 35},  {6, 38}, {0, 4},  {0, 9},  {0, 16}, {0, 17},  {0, 64},  {0, 65},  {0, 66},
                                 {0, 67},  {41, 1}, {41, 6}, {41, 34}, {41, 35}, {41, 64}};

static int files[KINDS];
static struct {
    int length;
    unsigned char value[SIZE];
} kept[KINDS][LEVELS][MOST];

static bool is_among(const int (*list)[2], size_t count, int level, int option)
{
    for (size_t i = 0; i < count; i++)
        if (list[i][0] == level && list[i][1] == option)
            return true;
    return false;
}

static int get(int file, int level, int option, unsigned char *value)
{
    socklen_t length = SIZE;
    memset(value, 0, SIZE);
    if (is_among(not_asked, sizeof not_asked / sizeof *not_asked, level, option))
        return -1;
    return getsockopt(file, level, option, value, &length) == 0 ? (int)length : -1;
}

static bool sets(int file, int level, int option, const void *value, socklen_t length)
{
    unsigned char before[SIZE], after[SIZE];
    get(file, level, option, before);
    return setsockopt(file, level, option, value, length) == 0 && get(file, level, option, after) >= 0 &&
           memcmp(before, after, SIZE) != 0;
}

static void change(int file, int level, int option)
{
    static const int numbers[] = {1, 2, 3, 0, 5, 100, 2000, 5000};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char byte = (char)numbers[i];
        if (sets(file, level, option, &numbers[i], sizeof numbers[i]) ||
            (level != SOL_SOCKET && sets(file, level, option, &byte, 1)))
            return;
    }
    long time[2] = {3, 0};
    sets(file, level, option, time, sizeof time);
}

void setup(void)
{
    unsigned char value[SIZE];
    for (int k = 0; k < KINDS; k++) {
        files[k] = socket(kinds[k][0], kinds[k][1], kinds[k][2]); // not every kernel has every kind
        for (int l = 0; l < LEVELS; l++)
            for (int o = 1; o < MOST; o++)
                if (get(files[k], levels[l], o, value) >= 0 &&
                    !is_among(not_set, sizeof not_set / sizeof *not_set, levels[l], o))
                    change(files[k], levels[l], o);
        for (int l = 0; l < LEVELS; l++)
            for (int o = 1; o < MOST; o++)
                kept[k][l][o].length = get(files[k], levels[l], o, kept[k][l][o].value);
    }
}

void sabotage(void)
{
    int off = 0;
    NEED(setsockopt(files[0], SOL_SOCKET, SO_KEEPALIVE, &off, sizeof off));
}

void verify(void)
{
    unsigned char value[SIZE];
    for (int k = 0; k < KINDS; k++)
        for (int l = 0; l < LEVELS; l++)
            for (int o = 1; o < MOST; o++) {
                int length = get(files[k], levels[l], o, value);
                if (length != kept[k][l][o].length || memcmp(value, kept[k][l][o].value, SIZE) != 0)
                    guest_fail("socket %d/%d/%d, option %d.%d: %d bytes of %02x%02x, now %d of %02x%02x",
                               kinds[k][0], kinds[k][1], kinds[k][2], levels[l], o, kept[k][l][o].length,
                               kept[k][l][o].value[0], kept[k][l][o].value[1], length, value[0], value[1]);
            }
}
