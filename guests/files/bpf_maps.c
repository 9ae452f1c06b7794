// Maps of bpf(2): their contents, sizes, flags and names; one that is frozen, one per processor, one that is open for reading only.
// guest: array
// guest: hash
// guest: lru
// guest: trie
// guest: processors
// guest: frozen
// guest: read_only
// guest: full
// needs: root
#include "guest.h"
#include <linux/bpf.h>
#include <sys/sysinfo.h>

enum { LARGE = 5000 };

static int map, copies = 1;
static bool frozen, read_only;
static union bpf_attr made;
static unsigned entries;

static long bpf(int command, union bpf_attr *attributes)
{
    return syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

// The key of entry i: of tries a prefix of eight bits, too.
static void key_of(unsigned i, char *key)
{
    unsigned words[2] = {made.map_type == BPF_MAP_TYPE_LPM_TRIE ? 8 : i, i};
    memcpy(key, words, made.key_size);
}

static long element(int command, unsigned i, void *value)
{
    char key[8];
    union bpf_attr attributes = {.map_fd = map};
    key_of(i, key);
    attributes.key = (uintptr_t)key;
    attributes.value = (uintptr_t)value;
    return bpf(command, &attributes);
}

// A value has 12 bytes; of those per processor each copy takes 16.
static void value_of(unsigned i, char *value)
{
    memset(value, 0, 16 * copies);
    for (int copy = 0; copy < copies; copy++)
        guest_fill(value + 16 * copy, 12, 100 * i + copy + 1);
}

void setup(void)
{
    const char *kind = guest_arg(0, "hash");
    frozen = strcmp(kind, "frozen") == 0;
    read_only = strcmp(kind, "read_only") == 0;
    made.map_type = BPF_MAP_TYPE_HASH;
    made.key_size = 4;
    made.value_size = 12;
    made.max_entries = 50;
    entries = 7;
    strcpy(made.map_name, "guest");
    if (strcmp(kind, "array") == 0) {
        made.map_type = BPF_MAP_TYPE_ARRAY;
        entries = made.max_entries;
    } else if (strcmp(kind, "lru") == 0) {
        made.map_type = BPF_MAP_TYPE_LRU_HASH;
    } else if (strcmp(kind, "trie") == 0) {
        made.map_type = BPF_MAP_TYPE_LPM_TRIE;
        made.map_flags = BPF_F_NO_PREALLOC;
        made.key_size = 8;
    } else if (strcmp(kind, "processors") == 0) {
        made.map_type = BPF_MAP_TYPE_PERCPU_HASH;
        copies = get_nprocs_conf();
    } else if (strcmp(kind, "full") == 0) {
        made.map_flags = BPF_F_NO_PREALLOC;
        entries = made.max_entries = LARGE;
    }
    if (frozen)
        made.map_flags = BPF_F_RDONLY_PROG;
    map = bpf(BPF_MAP_CREATE, &made);
    if (map < 0)
        guest_skip("bpf: %s", strerror(errno));
    for (unsigned i = 0; i < entries; i++) {
        char value[16 * copies];
        value_of(i, value);
        NEED(element(BPF_MAP_UPDATE_ELEM, i, value));
    }
    if (frozen)
        NEED(bpf(BPF_MAP_FREEZE, &(union bpf_attr){.map_fd = map}));
    if (read_only) {
        struct bpf_map_info info = {0};
        union bpf_attr ask = {.info = {.bpf_fd = map, .info_len = sizeof info, .info = (uintptr_t)&info}};
        NEED(bpf(BPF_OBJ_GET_INFO_BY_FD, &ask));
        int second = NEED(bpf(BPF_MAP_GET_FD_BY_ID, &(union bpf_attr){.map_id = info.id, .open_flags = BPF_F_RDONLY}));
        close(map);
        map = second;
    }
}

void sabotage(void)
{
    close(map);
    made.map_flags &= ~BPF_F_RDONLY_PROG;
    map = NEED(bpf(BPF_MAP_CREATE, &made));
}

void verify(void)
{
    struct bpf_map_info info = {0};
    union bpf_attr ask = {.info = {.bpf_fd = map, .info_len = sizeof info, .info = (uintptr_t)&info}};
    CHECK("info", bpf(BPF_OBJ_GET_INFO_BY_FD, &ask), 0);
    CHECK("type", info.type, made.map_type);
    CHECK("key size", info.key_size, made.key_size);
    CHECK("value size", info.value_size, made.value_size);
    CHECK("room", info.max_entries, made.max_entries);
    CHECK("flags", info.map_flags, made.map_flags);
    CHECK_STRING("name", info.name, "guest");
    for (unsigned i = 0; i < entries; i++) {
        char value[16 * copies], wanted[16 * copies];
        memset(value, 0, sizeof value);
        value_of(i, wanted);
        CHECK("looked up", element(BPF_MAP_LOOKUP_ELEM, i, value), 0);
        CHECK("value", memcmp(value, wanted, sizeof value), 0);
    }
    char value[16 * copies];
    value_of(3, value);
    if (frozen || read_only) {
        CHECK_ERRNO("not to be changed", element(BPF_MAP_UPDATE_ELEM, 3, value), EPERM);
    } else {
        CHECK("to be changed", element(BPF_MAP_UPDATE_ELEM, 3, value), 0);
    }
    if (made.map_type == BPF_MAP_TYPE_HASH && entries < made.max_entries)
        CHECK_ERRNO("nothing else", element(BPF_MAP_LOOKUP_ELEM, entries, value), ENOENT);
}
