"""sendmmsg(2) and recvmmsg(2) over lists of bytes (Linux): one system call for up to 64 datagrams."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.exc cimport PyErr_SetFromErrno
from libc.errno cimport EAGAIN, EINTR, ENOBUFS, errno
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy

cdef extern from "<sys/socket.h>" nogil:
    struct iovec:
        void *iov_base
        size_t iov_len

    struct msghdr:
        iovec *msg_iov
        size_t msg_iovlen

    struct mmsghdr:
        msghdr msg_hdr
        unsigned int msg_len

    int sendmmsg(int fd, mmsghdr *messages, unsigned int count, int flags)
    int recvmmsg(int fd, mmsghdr *messages, unsigned int count, int flags, void *timeout)
    int MSG_DONTWAIT

cdef enum:
    COUNT = 64
    # A slot takes what almost every reply needs; what is longer runs over into a second buffer of its own.
    SLOT = 2048
    OVERFLOW = 65536 - SLOT


cdef class Batch:
    """Sends and receives on the sockets of one loop; the buffers are its own, so one thread at a time may use it."""

    cdef mmsghdr *incoming
    cdef mmsghdr *outgoing
    cdef iovec *vectors
    cdef char *slots
    cdef char *overflow

    def __cinit__(self):
        self.incoming = <mmsghdr *>calloc(COUNT, sizeof(mmsghdr))
        self.outgoing = <mmsghdr *>calloc(COUNT, sizeof(mmsghdr))
        self.vectors = <iovec *>calloc(3 * COUNT, sizeof(iovec))
        self.slots = <char *>malloc(COUNT * SLOT)
        self.overflow = <char *>malloc(COUNT * OVERFLOW)  # untouched pages cost nothing
        if not (self.incoming and self.outgoing and self.vectors and self.slots and self.overflow):
            raise MemoryError
        cdef int number
        for number in range(COUNT):
            self.vectors[2 * number].iov_base = self.slots + number * SLOT
            self.vectors[2 * number].iov_len = SLOT
            self.vectors[2 * number + 1].iov_base = self.overflow + number * OVERFLOW
            self.vectors[2 * number + 1].iov_len = OVERFLOW
            self.incoming[number].msg_hdr.msg_iov = &self.vectors[2 * number]
            self.incoming[number].msg_hdr.msg_iovlen = 2
            self.outgoing[number].msg_hdr.msg_iov = &self.vectors[2 * COUNT + number]
            self.outgoing[number].msg_hdr.msg_iovlen = 1

    def __dealloc__(self):
        free(self.incoming)
        free(self.outgoing)
        free(self.vectors)
        free(self.slots)
        free(self.overflow)

    def send(self, sock, list datagrams):
        """Send ``datagrams`` in order; returns how many went out before the buffer was full.

        Raises OSError if the first could not be sent at all.
        """
        cdef int fd = sock.fileno()
        cdef Py_ssize_t total = len(datagrams)
        cdef Py_ssize_t sent = 0
        cdef int count, done, number
        cdef bytes datagram
        cdef iovec *vector
        while sent < total:
            count = <int>min(total - sent, <Py_ssize_t>COUNT)
            for number in range(count):
                datagram = datagrams[sent + number]
                vector = self.outgoing[number].msg_hdr.msg_iov
                vector.iov_base = PyBytes_AS_STRING(datagram)
                vector.iov_len = PyBytes_GET_SIZE(datagram)
            done = sendmmsg(fd, self.outgoing, count, MSG_DONTWAIT)
            if done < 0:
                if errno == EINTR:
                    continue
                if sent or errno == EAGAIN or errno == ENOBUFS:
                    break
                PyErr_SetFromErrno(OSError)
            sent += done
            if done < count:
                break
        return sent

    def receive(self, sock):
        """The datagrams that have come, at most 64; empty when there are none. Raises OSError for an error instead."""
        cdef int fd = sock.fileno()
        cdef int count, number
        cdef unsigned int size
        cdef bytes datagram
        cdef char *octets
        count = recvmmsg(fd, self.incoming, COUNT, MSG_DONTWAIT, NULL)
        if count < 0:
            if errno == EAGAIN or errno == EINTR:
                return []
            PyErr_SetFromErrno(OSError)
        cdef list datagrams = []
        for number in range(count):
            size = self.incoming[number].msg_len
            datagram = PyBytes_FromStringAndSize(NULL, size)
            octets = PyBytes_AS_STRING(datagram)
            memcpy(octets, self.slots + number * SLOT, min(size, <unsigned int>SLOT))
            if size > SLOT:
                memcpy(octets + SLOT, self.overflow + number * OVERFLOW, size - SLOT)
            datagrams.append(datagram)
        return datagrams
