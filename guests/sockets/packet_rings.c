// Packet sockets with memory that no packet has been in (PACKET_RX_RING, PACKET_TX_RING), in all versions, mapped: what comes afterwards
// arrives in it.
// guest: 1
// guest: 2
// guest: 3
// needs: root
#include "guest.h"
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

enum { BLOCK = 8192, BLOCKS = 4, FRAME = 2048, RING = BLOCK * BLOCKS };

static int version, ring;
static unsigned protocol; // of this guest alone
static char *memory;

void setup(void)
{
    version = atoi(guest_arg(0, "1")) - 1;
    protocol = 0x8000 | (getpid() & 0x7fff);
    ring = socket(AF_PACKET, SOCK_RAW, 0);
    if (ring < 0)
        guest_skip("packet socket: %s", strerror(errno));
    struct tpacket_req3 request = {.tp_block_size = BLOCK, .tp_block_nr = BLOCKS, .tp_frame_size = FRAME, .tp_frame_nr = RING / FRAME};
    socklen_t size = version == TPACKET_V3 ? sizeof request : sizeof(struct tpacket_req);
    NEED(setsockopt(ring, SOL_PACKET, PACKET_VERSION, &version, sizeof version));
    NEED(setsockopt(ring, SOL_PACKET, PACKET_TX_RING, &request, size));
    request.tp_retire_blk_tov = version == TPACKET_V3 ? 20 : 0;
    NEED(setsockopt(ring, SOL_PACKET, PACKET_RX_RING, &request, size));
    memory = NEED(mmap(NULL, 2 * RING, PROT_READ | PROT_WRITE, MAP_SHARED, ring, 0));
    struct sockaddr_ll lo = {
        .sll_family = AF_PACKET, .sll_protocol = htons(protocol), .sll_ifindex = (int)if_nametoindex("lo")};
    NEED(bind(ring, (struct sockaddr *)&lo, sizeof lo));
}

void sabotage(void)
{
    NEED(munmap(memory, 2 * RING));
    memory = NEED(mmap(NULL, 2 * RING, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static void *first_packet(void)
{
    switch (version) {
    case TPACKET_V1: {
        struct tpacket_hdr *head = (void *)memory;
        return head->tp_status & TP_STATUS_USER ? memory + head->tp_mac : NULL;
    }
    case TPACKET_V2: {
        struct tpacket2_hdr *head = (void *)memory;
        return head->tp_status & TP_STATUS_USER ? memory + head->tp_mac : NULL;
    }
    default: {
        struct tpacket_hdr_v1 *block = &((struct tpacket_block_desc *)memory)->hdr.bh1;
        struct tpacket3_hdr *head = (void *)(memory + block->offset_to_first_pkt);
        return block->block_status & TP_STATUS_USER ? (char *)head + head->tp_mac : NULL;
    }
    }
}

void verify(void)
{
    struct ether_header frame = {.ether_type = htons(protocol)};
    char packet[64];
    struct sockaddr_ll lo = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex("lo")};
    int sender = NEED(socket(AF_PACKET, SOCK_RAW, 0));
    guest_fill(packet, sizeof packet, 7);
    memcpy(packet, &frame, sizeof frame);
    CHECK("sent", sendto(sender, packet, sizeof packet, 0, (struct sockaddr *)&lo, sizeof lo), (long)sizeof packet);
    struct pollfd poll_of = {ring, POLLIN, 0};
    CHECK("something arrives", poll(&poll_of, 1, 2000), 1);
    char *arrived = first_packet();
    CHECK("in the memory", arrived != NULL, true);
    if (arrived != NULL)
        CHECK("as it was sent", memcmp(arrived, packet, sizeof packet), 0);
    close(sender);
    // the other half takes what is to be sent
    if (version == TPACKET_V2) {
        struct tpacket2_hdr *out = (void *)(memory + RING);
        memcpy((char *)out + TPACKET2_HDRLEN - sizeof(struct sockaddr_ll), packet, sizeof packet);
        out->tp_len = sizeof packet;
        out->tp_status = TP_STATUS_SEND_REQUEST;
        CHECK("sent from memory", sendto(ring, NULL, 0, 0, (struct sockaddr *)&lo, sizeof lo), (long)sizeof packet);
    }
    close(ring);
}
