cimport cython

from .._wire.message cimport RR, Message, decode, sole_answer, sole_error
from .answer cimport Answer, interpret
from .lookup cimport Lookup, Try, new_try, to_ask
from .matcher cimport mismatch, near_miss
from .nameserver cimport Channel, Nameserver
from .pending cimport Pending
from .policy cimport Policy, is_out, replies_to, was_last
from .sender cimport Sender
from .streams cimport is_queued
from .timers cimport Timers
from .underway cimport UnderWay

cdef unsigned int _TC
cdef unsigned int _OUT
cdef unsigned int _ANSWERED
cdef unsigned int _SILENT
cdef unsigned int _FAILED
cdef unsigned int _MISCASED
cdef unsigned int _MAX_TTL
cdef unsigned int _FORMERR
cdef unsigned int _SERVFAIL
cdef unsigned int _NXDOMAIN
cdef unsigned int _NOTIMP
cdef unsigned int _REFUSED
cdef unsigned int _BADVERS
cdef unsigned int _BADCOOKIE
cdef list _STATUSES


@cython.final
cdef class Exchange:
    cdef public object options
    cdef public list nameservers
    cdef public dict drops
    cdef public object on_drop
    cdef Timers _timers
    cdef Policy _policy
    cdef Sender _sender
    cdef UnderWay _under_way
    cdef double _lifetime
    cdef double _timeout
    cdef long _most_open
    cdef bint _random_case
    cdef bint _tcp

    cpdef Lookup submit(self, bytes name, unsigned int rdtype, object tag, double now)

    @cython.locals(started=list, fresh=list, lookup=Lookup)
    cpdef list start(self, list lookups, double now)

    @cython.locals(server=Nameserver, room="long", waiting="long", allowed="long", up=bint)
    cpdef long room(self, double now)

    cpdef list take_finished(self)
    cpdef bint has_finished(self)

    @cython.locals(sender=Sender, channels=list, lookup=Lookup)
    cpdef list datagrams_to_send(self, double now)

    @cython.locals(
        pending=Pending, bare=bint, answered=list, failed=list, data=bytes, view="const unsigned char *", attempt=Try,
        rcode="unsigned int", reason=str,
    )
    cpdef datagrams_received(self, Channel channel, list datagrams, double now)

    @cython.locals(lookup=Lookup, record=RR)
    cdef bint _is_usual(self, Try attempt, bytes data, bint bare, double now)

    @cython.locals(lookup=Lookup, rcode="unsigned int")
    cdef unsigned int _error_of(self, Try attempt, bytes data, bint bare)

    @cython.locals(attempt=Try)
    cdef _take_all(self, list answered, list failed, double now)

    @cython.locals(reason=str, lookup=Lookup, view="const unsigned char *", message=Message, server=Nameserver)
    cdef str _receive(self, Channel channel, Try attempt, bytes data, double now)

    @cython.locals(lookup=Lookup)
    cdef str _set_aside(self, str reason, Try attempt, Channel channel, bytes data, double now)

    @cython.locals(channel=Channel, pending=Pending)
    cdef _settle(self, Try attempt, double now)

    @cython.locals(server=Nameserver, channel=Channel)
    cdef _count_reply(self, Try attempt, double now)

    @cython.locals(
        count="long", start="long", index="long", first=Try, attempt=Try, server=Nameserver, channel=Channel,
        pending=Pending,
    )
    cdef _settle_all(self, list attempts, double now)

    @cython.locals(lookup=Lookup)
    cdef _miscased(self, Try attempt, double now)

    @cython.locals(lookup=Lookup, answer=Answer, rcode="unsigned int")
    cdef _answer(self, Try attempt, Message message, double now)

    @cython.locals(lookup=Lookup, server=Nameserver, at_once=bint)
    cdef _error_reply(self, Try attempt, unsigned int rcode, str error, double now)

    @cython.locals(lookup=Lookup)
    cdef _count_again(self, Try attempt, bint answered)

    @cython.locals(lookup=Lookup)
    cdef _failed_reply(self, Try attempt, str status, str error, bint at_once, double now)

    cdef _try_again(self, Lookup lookup, double now, double pause)
    cdef _ask_over_tcp(self, Lookup lookup, Nameserver server)
    cdef _exhausted(self, Lookup lookup)

    @cython.locals(
        expired=list, index="Py_ssize_t", channel=Channel, pending=Pending, first="unsigned int", end="unsigned int",
        waiting=Try, attempt=Try,
    )
    cpdef expire(self, double now)

    @cython.locals(lookup=Lookup)
    cdef bint _is_over(self, Try attempt, double now) except -1

    cpdef bint is_overdue(self, double now)

    cdef double _next_deadline(self)

    cpdef double next_wakeup(self, double now)

    @cython.locals(lookup=Lookup, server=Nameserver)
    cdef _silence(self, Try attempt, double now)
