/* The floor of this machine: PTR queries out and replies in by sendmmsg and recvmmsg, and nothing else done with them.

   floor ADDRESS PORT NAMES     NAMES: a file with a name a line
   Prints "ANSWERED SENT". One socket, WINDOW queries under way; those unanswered for a fifth of a second are given up. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { BATCH = 64, WINDOW = 192, QUERY = 272, REPLY = 1232, PATIENCE_MS = 200 };

static unsigned char queries[BATCH][QUERY], replies[BATCH][REPLY];
static struct iovec out_parts[BATCH], in_parts[BATCH];
static struct mmsghdr out[BATCH], in[BATCH];

/* A query for the name in the line; its length, or 0 where there is none. */
static size_t build(unsigned char *query, const char *line, unsigned id)
{
    static const unsigned char header[12] = {0, 0, 1, 0, 0, 1};
    size_t length = strcspn(line, "\r\n"), label = 12;

    if (length == 0 || length > 253)
        return 0;
    memcpy(query, header, sizeof header);
    query[0] = id >> 8;
    query[1] = id;
    memcpy(query + 13, line, length);
    for (size_t at = 0; at <= length; at++)
        if (at == length || line[at] == '.') {
            query[label] = 13 + at - label - 1;
            label = 13 + at;
        }
    memcpy(query + 13 + length, "\0\0\14\0\1", 5);
    return 13 + length + 5;
}

int main(int argc, char **argv)
{
    struct sockaddr_in server = {.sin_family = AF_INET};
    long sent = 0, answered = 0, under_way = 0;
    char line[512];
    FILE *names;
    int sock, more = 1;

    if (argc != 4 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1 || !(names = fopen(argv[3], "r"))) {
        fprintf(stderr, "usage: floor ADDRESS PORT NAMES\n");
        return 2;
    }
    server.sin_port = htons(atoi(argv[2]));
    sock = socket(AF_INET, SOCK_DGRAM, 0);
    if (sock < 0 || connect(sock, (struct sockaddr *)&server, sizeof server)) {
        perror("floor");
        return 1;
    }
    for (int n = 0; n < BATCH; n++) {
        out_parts[n].iov_base = queries[n];
        in_parts[n] = (struct iovec){replies[n], REPLY};
        out[n].msg_hdr = (struct msghdr){.msg_iov = &out_parts[n], .msg_iovlen = 1};
        in[n].msg_hdr = (struct msghdr){.msg_iov = &in_parts[n], .msg_iovlen = 1};
    }
    while (more || under_way > 0) {
        int ready = 0, got;

        while (more && ready < BATCH && under_way + ready < WINDOW) {
            if (!fgets(line, sizeof line, names))
                more = 0;
            else if ((out_parts[ready].iov_len = build(queries[ready], line, (unsigned)(sent + ready))))
                ready++;
        }
        for (int done = 0, n; done < ready; done += n)
            if ((n = sendmmsg(sock, out + done, ready - done, 0)) < 0) {
                perror("sendmmsg");
                return 1;
            }
        sent += ready;
        under_way += ready;
        got = recvmmsg(sock, in, BATCH, MSG_DONTWAIT, NULL);
        if (got > 0) {
            answered += got;
            under_way -= got;
        } else if (poll(&(struct pollfd){.fd = sock, .events = POLLIN}, 1, PATIENCE_MS) == 0) {
            under_way = 0;
        }
    }
    printf("%ld %ld\n", answered, sent);
    return 0;
}
