cimport cython

from .pace cimport Pace

cdef bint _COMPILED
cdef double _COOKIE_REGRESSION
cdef unsigned int _SPREAD
cdef Py_ssize_t _BURST
cdef unsigned int _BINS
cdef long long _ALL_TIMED
cdef long long _TIMED_PART


@cython.final
cdef class Channel:
    cdef public Nameserver nameserver
    cdef public bint is_tcp
    cdef public long capacity
    cdef public object transport
    cdef public object pending
    cdef public list outbox
    cdef public long in_flight
    cdef public long sent
    cdef public double heard_at
    cdef public double answered_at
    cdef public double reached
    cdef public long junk
    cdef public bint closed


@cython.final
cdef class Nameserver:
    cdef public object address
    cdef public str text
    cdef public Pace pace
    cdef public list channels
    cdef public list tcp_channels
    cdef public long most_channels
    cdef public long ahead
    cdef public long long sent
    cdef public long long answered
    cdef public long long timeouts
    cdef public long failures
    cdef public double last_answer
    cdef public bint down
    cdef public double down_since
    cdef public double probe_at
    cdef public double probe_delay
    cdef public str socket_error
    cdef public bint edns
    cdef public bint cookies
    cdef public bytes client_cookie
    cdef public bytes server_cookie
    cdef public double cookie_at
    cdef public bytes opt
    cdef unsigned int _turn
    cdef public list rtt_bins
    cdef public list together

    cdef _build_opt(self)
    cpdef forget_edns(self)
    cpdef bint cookie_right(self, bytes cookie, double now)

    @cython.locals(
        before="long long", microseconds="unsigned long long", bits="unsigned int", bin_number="unsigned int",
    )
    cpdef count_answers(self, double rtt, double now, long count)

    cpdef count_failure(self, double now)
    cdef _set_probe(self, double now)
    cpdef long allowance(self, double now)
    cpdef note_probe(self, double now)
    cpdef double next_send(self, double now)

    @cython.locals(channels=list, count="long", turn="long", at="long", channel=Channel)
    cpdef Channel free_channel(self)


@cython.locals(length="unsigned int")
cdef unsigned int _bit_length(unsigned long long number)
