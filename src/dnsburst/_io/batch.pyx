"""sendmmsg(2) and recvmmsg(2) over lists of bytes (Linux): one system call for up to 64 datagrams."""

# Rules.
# 1. Datagrams of one length go to the kernel as one (UDP_SEGMENT, Linux 4.18, udp(7)): it walks its stack once for all
#    of them and cuts them apart where they leave.
# 2. An older kernel would send them as one long datagram, so the option is looked for first. Where a device or the path
#    cannot do it, the same datagrams go out one by one, and from then on all others too.

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.exc cimport PyErr_SetFromErrno
from cpython.ref cimport PyObject
from libc.errno cimport EAGAIN, EINTR, EINVAL, EIO, EMSGSIZE, ENOBUFS, EOPNOTSUPP, errno
from libc.stdlib cimport calloc, free, malloc

cdef extern from "Python.h":
    ctypedef struct PyListObject:
        PyObject **ob_item

cdef extern from "<sys/socket.h>" nogil:
    struct iovec:
        void *iov_base
        size_t iov_len

    struct msghdr:
        iovec *msg_iov
        size_t msg_iovlen
        void *msg_control
        size_t msg_controllen

    struct cmsghdr:
        size_t cmsg_len
        int cmsg_level
        int cmsg_type

    struct mmsghdr:
        msghdr msg_hdr
        unsigned int msg_len

    int sendmmsg(int fd, mmsghdr *messages, unsigned int count, int flags)
    int recvmmsg(int fd, mmsghdr *messages, unsigned int count, int flags, void *timeout)
    int getsockopt(int fd, int level, int option, void *value, unsigned int *size)
    size_t CMSG_LEN(size_t size)
    size_t CMSG_SPACE(size_t size)
    unsigned char *CMSG_DATA(cmsghdr *control)
    int MSG_DONTWAIT

cdef enum:
    COUNT = 64
    # linux/udp.h; libc may not have them yet.
    SOL_UDP = 17
    UDP_SEGMENT = 103
    # What is cut apart must fit one IP packet before.
    LONGEST = 65000
    UNKNOWN = -1
    # The longest datagram, and so much more that the beginnings of slots do not all fall into one set of the CPU's
    # cache. Pages that are never touched cost nothing.
    SLOT = 65536 + 192


cdef class Batch:
    """Sends and receives on the sockets of one loop; the buffers are its own, so one thread at a time may use it."""

    cdef mmsghdr *incoming
    cdef mmsghdr *outgoing
    cdef iovec *vectors
    cdef char *slots
    cdef char *controls
    cdef int segmenting

    def __cinit__(self):
        self.segmenting = UNKNOWN
        self.controls = <char *>calloc(COUNT, CMSG_SPACE(sizeof(unsigned short)))
        self.incoming = <mmsghdr *>calloc(COUNT, sizeof(mmsghdr))
        self.outgoing = <mmsghdr *>calloc(COUNT, sizeof(mmsghdr))
        self.vectors = <iovec *>calloc(2 * COUNT, sizeof(iovec))
        self.slots = <char *>malloc(COUNT * SLOT)
        if not (self.incoming and self.outgoing and self.vectors and self.slots and self.controls):
            raise MemoryError
        cdef int number
        cdef cmsghdr *control
        for number in range(COUNT):
            self.vectors[number].iov_base = self.slots + number * SLOT
            self.vectors[number].iov_len = SLOT
            self.incoming[number].msg_hdr.msg_iov = &self.vectors[number]
            self.incoming[number].msg_hdr.msg_iovlen = 1
            control = <cmsghdr *>(self.controls + number * CMSG_SPACE(sizeof(unsigned short)))
            control.cmsg_level = SOL_UDP
            control.cmsg_type = UDP_SEGMENT
            control.cmsg_len = CMSG_LEN(sizeof(unsigned short))

    def __dealloc__(self):
        free(self.incoming)
        free(self.outgoing)
        free(self.vectors)
        free(self.slots)
        free(self.controls)

    def send(self, sock, list datagrams):
        """Send ``datagrams``, 64 by 64 and those by length; returns how many went out before the buffer was full.

        The list is in that order then.

        Raises OSError if the first could not be sent at all.
        """
        cdef int fd = sock.fileno()
        cdef Py_ssize_t total = len(datagrams)
        cdef Py_ssize_t sent = 0
        cdef int count, done, number
        if self.segmenting == UNKNOWN:
            self.segmenting = can_segment(fd)
        while sent < total:
            count = self.pack(datagrams, sent, <int>min(total - sent, <Py_ssize_t>COUNT))
            done = sendmmsg(fd, self.outgoing, count, MSG_DONTWAIT)
            if done < 0:
                if errno == EINTR:
                    continue
                if self.outgoing[0].msg_hdr.msg_controllen and errno in (EINVAL, EIO, EMSGSIZE, EOPNOTSUPP):
                    self.segmenting = False
                    continue
                if sent or errno == EAGAIN or errno == ENOBUFS:
                    break
                PyErr_SetFromErrno(OSError)
            for number in range(done):
                sent += self.outgoing[number].msg_hdr.msg_iovlen
            if done < count:
                break
        return sent

    cdef int pack(self, list datagrams, Py_ssize_t start, int total):
        """Make messages of ``total`` datagrams, at most 64, from ``start`` on; returns how many messages."""
        cdef int number
        cdef int count = 0
        cdef Py_ssize_t room = 0
        cdef bytes datagram
        cdef iovec *vector
        cdef msghdr *head = NULL
        if self.segmenting:
            sort_by_length((<PyListObject *>datagrams).ob_item + start, total)
        for number in range(total):
            datagram = datagrams[start + number]
            vector = &self.vectors[COUNT + number]
            vector.iov_base = PyBytes_AS_STRING(datagram)
            vector.iov_len = PyBytes_GET_SIZE(datagram)
            if self.segmenting and head != NULL and 0 < vector.iov_len == head.msg_iov.iov_len <= room:
                if head.msg_iovlen == 1:
                    head.msg_control = self.controls + (count - 1) * CMSG_SPACE(sizeof(unsigned short))
                    head.msg_controllen = CMSG_SPACE(sizeof(unsigned short))
                    (<unsigned short *>CMSG_DATA(<cmsghdr *>head.msg_control))[0] = <unsigned short>vector.iov_len
                head.msg_iovlen += 1
                room -= vector.iov_len
                continue
            head = &self.outgoing[count].msg_hdr
            head.msg_iov = vector
            head.msg_iovlen = 1
            head.msg_control = NULL
            head.msg_controllen = 0
            room = LONGEST - <Py_ssize_t>vector.iov_len
            count += 1
        return count

    def receive(self, sock):
        """The datagrams that have come, at most 64; empty when there are none. Raises OSError for an error instead."""
        cdef int fd = sock.fileno()
        cdef int count, number
        count = recvmmsg(fd, self.incoming, COUNT, MSG_DONTWAIT, NULL)
        if count < 0:
            if errno == EAGAIN or errno == EINTR:
                return []
            PyErr_SetFromErrno(OSError)
        cdef list datagrams = [None] * count
        for number in range(count):
            datagrams[number] = PyBytes_FromStringAndSize(self.slots + number * SLOT, self.incoming[number].msg_len)
        return datagrams


cdef void sort_by_length(PyObject **datagrams, int count) noexcept:
    """Sort a few in place, for which most other ways take longer: there are few lengths, and many that are alike."""
    cdef int number, at
    cdef PyObject *datagram
    cdef Py_ssize_t size
    for number in range(1, count):
        datagram = datagrams[number]
        size = PyBytes_GET_SIZE(<object>datagram)
        at = number
        while at and PyBytes_GET_SIZE(<object>datagrams[at - 1]) > size:
            datagrams[at] = datagrams[at - 1]
            at -= 1
        datagrams[at] = datagram


cdef bint can_segment(int fd):
    """Whether the kernel knows UDP_SEGMENT."""
    cdef int value = 0
    cdef unsigned int size = sizeof(value)
    return getsockopt(fd, SOL_UDP, UDP_SEGMENT, &value, &size) == 0
