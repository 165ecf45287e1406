/* A real server made far away: a relay of UDP datagrams that holds each reply back for DELAY to DELAY + JITTER ms.

   away ADDRESS PORT SERVER SERVER_PORT DELAY JITTER     IPv4; listens on ADDRESS, asks SERVER; runs until it is killed

   All queries go on over one socket, under message IDs of the relay's own. Replies wait in buckets of one tick.
   Connections over TCP are taken and never answered: no reply here is so long, or so lost, that a client has a reason to
   ask so. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef SOL_UDP
#define SOL_UDP 17
#endif

enum { BATCH = 64, LARGEST = 1232, TICKS = 1 << 14, TICK_NS = 250000, BACKLOG = 256, BUFFER = 8 << 20 };

struct held {
    struct held *next;
    struct sockaddr_in client;
    unsigned short length;
    unsigned char octets[LARGEST];
};

static struct held *buckets[TICKS], *unused;
/* Whose query went on under an ID, and with which ID it came. */
static struct {
    struct sockaddr_in client;
    unsigned char id[2];
} asked[1 << 16];
static unsigned char octets[BATCH][LARGEST];
static struct sockaddr_in senders[BATCH];
static struct iovec parts[BATCH];
static struct mmsghdr batch[BATCH];

static long long tick_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec * 1000000000LL + now.tv_nsec) / TICK_NS;
}

static struct sockaddr_in address_of(const char *text, const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
    if (inet_pton(AF_INET, text, &address.sin_addr) != 1) {
        fprintf(stderr, "away: %s is not an IPv4 address\n", text);
        exit(2);
    }
    return address;
}

static int open_socket(void)
{
    int size = BUFFER, sock = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (sock < 0) {
        perror("away: socket");
        exit(1);
    }
    if (setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size))
        setsockopt(sock, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    return sock;
}

static int receive(int sock, int with_senders)
{
    for (int n = 0; n < BATCH; n++) {
        parts[n] = (struct iovec){octets[n], LARGEST};
        batch[n].msg_hdr = (struct msghdr){.msg_iov = &parts[n], .msg_iovlen = 1};
        if (with_senders) {
            batch[n].msg_hdr.msg_name = &senders[n];
            batch[n].msg_hdr.msg_namelen = sizeof senders[n];
        }
    }
    return recvmmsg(sock, batch, BATCH, MSG_DONTWAIT, NULL);
}

static void flush(int sock, int count)
{
    for (int done = 0, n; done < count; done += n)
        if ((n = sendmmsg(sock, batch + done, count - done, 0)) < 0)
            n = 1;
}

/* One more datagram, as long as those in the message: the kernel gets them as one and cuts them apart (udp(7)). */
static void add_segment(struct msghdr *message, int number)
{
    static union {
        struct cmsghdr head;
        char octets[CMSG_SPACE(sizeof(unsigned short))];
    } controls[BATCH];
    unsigned short length = message->msg_iov->iov_len;
    controls[number].head = (struct cmsghdr){CMSG_LEN(sizeof length), SOL_UDP, UDP_SEGMENT};
    memcpy(CMSG_DATA(&controls[number].head), &length, sizeof length);
    message->msg_control = &controls[number];
    message->msg_controllen = sizeof controls[number].octets;
    message->msg_iovlen++;
}

/* Queries of clients go straight on. */
static int pass_on(int front, int upstream)
{
    static unsigned short next;
    int got = receive(front, 1);
    int count = 0;
    for (int n = 0; n < got; n++) {
        unsigned short id = next++;
        asked[id].client = senders[n];
        memcpy(asked[id].id, octets[n], 2);
        octets[n][0] = id >> 8;
        octets[n][1] = id;
        parts[n].iov_len = batch[n].msg_len;
        if (n && parts[n].iov_len == parts[n - 1].iov_len)
            add_segment(&batch[count - 1].msg_hdr, count - 1);
        else
            batch[count++].msg_hdr = (struct msghdr){.msg_iov = &parts[n], .msg_iovlen = 1};
    }
    flush(upstream, count);
    return got;
}

/* Replies of the server go to the bucket of their time. */
static int hold(int upstream, long long now, long delay, long jitter)
{
    int got = receive(upstream, 0);
    for (int n = 0; n < got; n++) {
        struct held *reply = unused, **bucket;
        unsigned short id = octets[n][0] << 8 | octets[n][1];
        if (reply)
            unused = reply->next;
        else if (!(reply = malloc(sizeof *reply)))
            return got;
        reply->client = asked[id].client;
        reply->length = batch[n].msg_len;
        memcpy(reply->octets, octets[n], batch[n].msg_len);
        memcpy(reply->octets, asked[id].id, 2);
        bucket = &buckets[(now + 1 + delay + (jitter ? random() % jitter : 0)) % TICKS];
        reply->next = *bucket;
        *bucket = reply;
    }
    return got;
}

static void send_due(int front, struct held **bucket)
{
    int count = 0;
    while (*bucket) {
        struct held *reply = *bucket;
        memcpy(octets[count], reply->octets, reply->length);
        senders[count] = reply->client;
        parts[count] = (struct iovec){octets[count], reply->length};
        batch[count].msg_hdr = (struct msghdr){
            .msg_name = &senders[count], .msg_namelen = sizeof senders[count], .msg_iov = &parts[count], .msg_iovlen = 1};
        *bucket = reply->next;
        reply->next = unused;
        unused = reply;
        if (++count == BATCH) {
            flush(front, count);
            count = 0;
        }
    }
    flush(front, count);
}

int main(int argc, char **argv)
{
    int front, upstream, stream, on = 1;
    long delay, jitter;
    long long done;
    struct sockaddr_in here, server;

    if (argc != 7) {
        fprintf(stderr, "usage: away ADDRESS PORT SERVER SERVER_PORT DELAY JITTER\n");
        return 2;
    }
    here = address_of(argv[1], argv[2]);
    server = address_of(argv[3], argv[4]);
    delay = (long)(atof(argv[5]) * 1e6 / TICK_NS);
    jitter = (long)(atof(argv[6]) * 1e6 / TICK_NS);
    if (delay + jitter + 2 >= TICKS) {
        fprintf(stderr, "away: too far away\n");
        return 2;
    }
    front = open_socket();
    upstream = open_socket();
    if (bind(front, (struct sockaddr *)&here, sizeof here) ||
        connect(upstream, (struct sockaddr *)&server, sizeof server)) {
        perror("away");
        return 1;
    }
    stream = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(stream, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(stream, (struct sockaddr *)&here, sizeof here) || listen(stream, BACKLOG)) {
        perror("away: listen");
        return 1;
    }
    for (done = tick_now();;) {
        struct pollfd ready[] = {{.fd = front, .events = POLLIN}, {.fd = upstream, .events = POLLIN}};
        long long now;
        ppoll(ready, 2, &(struct timespec){.tv_nsec = TICK_NS}, NULL);
        while (pass_on(front, upstream) == BATCH)
            while (hold(upstream, tick_now(), delay, jitter) == BATCH)
                ;
        while (hold(upstream, tick_now(), delay, jitter) == BATCH)
            ;
        for (now = tick_now(); done <= now; done++)
            send_due(front, &buckets[done % TICKS]);
    }
}
