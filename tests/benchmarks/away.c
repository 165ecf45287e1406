/* A real server made far away: a relay of UDP datagrams that holds each reply back for DELAY to DELAY + JITTER ms.

   away ADDRESS PORT SERVER SERVER_PORT DELAY JITTER     IPv4; listens on ADDRESS, asks SERVER; runs until it is killed

   Each client port gets a socket towards the server, kept for good. Replies wait in buckets of one tick. Connections
   over TCP are taken and never answered: no reply here is so long, or so lost, that a client has a reason to ask so. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, LARGEST = 1232, TICKS = 1 << 14, TICK_NS = 250000, READY = 256, BUFFER = 8 << 20 };

struct held {
    struct held *next;
    in_addr_t address;
    in_port_t port;
    unsigned short length;
    unsigned char octets[LARGEST];
};

static struct held *buckets[TICKS], *unused;
static int upstream[1 << 16];
static struct sockaddr_in peers[1 << 16];
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

/* Queries of clients go straight on. */
static void pass_on(int front, int poller, const struct sockaddr_in *server)
{
    int got = receive(front, 1);
    for (int n = 0; n < got; n++) {
        unsigned port = ntohs(senders[n].sin_port);
        if (!upstream[port]) {
            int sock = open_socket();
            struct epoll_event event = {.events = EPOLLIN, .data.u32 = port};
            if (connect(sock, (const struct sockaddr *)server, sizeof *server) ||
                epoll_ctl(poller, EPOLL_CTL_ADD, sock, &event)) {
                perror("away");
                exit(1);
            }
            upstream[port] = sock;
        }
        peers[port] = senders[n];
        send(upstream[port], octets[n], batch[n].msg_len, 0);
    }
}

/* Replies of the server go to the bucket of their time. */
static void hold(unsigned port, long long now, long delay, long jitter)
{
    int got = receive(upstream[port], 0);
    for (int n = 0; n < got; n++) {
        struct held *reply = unused, **bucket;
        if (reply)
            unused = reply->next;
        else if (!(reply = malloc(sizeof *reply)))
            return;
        reply->address = peers[port].sin_addr.s_addr;
        reply->port = peers[port].sin_port;
        reply->length = batch[n].msg_len;
        memcpy(reply->octets, octets[n], batch[n].msg_len);
        bucket = &buckets[(now + 1 + delay + (jitter ? random() % jitter : 0)) % TICKS];
        reply->next = *bucket;
        *bucket = reply;
    }
}

static void flush(int front, int count)
{
    for (int done = 0, n; done < count; done += n)
        if ((n = sendmmsg(front, batch + done, count - done, 0)) < 0)
            n = 1;
}

static void send_due(int front, struct held **bucket)
{
    int count = 0;
    while (*bucket) {
        struct held *reply = *bucket;
        memcpy(octets[count], reply->octets, reply->length);
        senders[count] = (struct sockaddr_in){
            .sin_family = AF_INET, .sin_port = reply->port, .sin_addr.s_addr = reply->address};
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
    struct rlimit files;
    struct epoll_event ready[READY];
    int front, poller, stream, on = 1;
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
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    front = open_socket();
    if (bind(front, (struct sockaddr *)&here, sizeof here)) {
        perror("away: bind");
        return 1;
    }
    stream = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(stream, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(stream, (struct sockaddr *)&here, sizeof here) || listen(stream, READY)) {
        perror("away: listen");
        return 1;
    }
    poller = epoll_create1(0);
    epoll_ctl(poller, EPOLL_CTL_ADD, front, &(struct epoll_event){.events = EPOLLIN, .data.u32 = 0});
    for (done = tick_now();;) {
        long long now;
        int count = epoll_pwait2(poller, ready, READY, &(struct timespec){.tv_nsec = TICK_NS}, NULL);
        now = tick_now();
        for (int n = 0; n < count; n++)
            if (ready[n].data.u32)
                hold(ready[n].data.u32, now, delay, jitter);
            else
                pass_on(front, poller, &server);
        for (now = tick_now(); done <= now; done++)
            send_due(front, &buckets[done % TICKS]);
    }
}
