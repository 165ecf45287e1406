cimport cython

from .._wire.message cimport RR, Message, build_query, decode, question, sole_answer
from .._wire.name cimport fold
from .answer cimport Answer, interpret
from .identifiers cimport Identifiers
from .lookup cimport Lookup, Try, new_lookup, new_try
from .nameserver cimport Channel, Nameserver
from .policy cimport Policy, errors_of, silences, tries_at
from .timers cimport Timers

cdef unsigned int _QR
cdef unsigned int _TC
cdef unsigned int _OPCODE
cdef unsigned int _OUT
cdef unsigned int _ANSWERED
cdef unsigned int _SILENT
cdef unsigned int _FAILED
cdef unsigned int _MISCASED
cdef long _RENEW_AFTER
cdef unsigned int _MAX_TTL
cdef unsigned int _PTR
cdef unsigned int _FORMERR
cdef unsigned int _SERVFAIL
cdef unsigned int _NXDOMAIN
cdef unsigned int _NOTIMP
cdef unsigned int _REFUSED
cdef unsigned int _BADVERS
cdef unsigned int _BADCOOKIE


cdef Lookup _ENDED_LOOKUP
cdef Lookup _CANCELLED_LOOKUP


@cython.final
cdef class Exchange:
    cdef public object options
    cdef public list nameservers
    cdef public dict drops
    cdef public object on_drop
    cdef public list wanted
    cdef public list retired
    cdef public long long sent
    cdef public long in_flight
    cdef dict _active
    cdef list _ready
    cdef object _retries
    cdef dict _streams
    cdef list _finished
    cdef Timers _timers
    cdef Identifiers _identifiers
    cdef Policy _policy
    cdef double _budget
    cdef double _budget_at
    cdef double _lifetime
    cdef double _timeout
    cdef long _most_open
    cdef bint _randomize
    cdef bint _tcp

    @cython.locals(asked=bytes, folded=bytes, key=bytes, new=Lookup, lookup=Lookup)
    cpdef Lookup submit(self, bytes name, unsigned int rdtype, object tag, double now)

    @cython.locals(server=Nameserver, room="long", allowed="long", up=bint)
    cpdef long room(self, double now)

    cpdef list take_finished(self)
    cpdef bint has_finished(self)

    @cython.locals(
        channels=list, full=list, ready=list, budget="long", count="long", taken="Py_ssize_t", server=Nameserver,
        channel=Channel, lookup=Lookup, first_patience="double", patience="double",
    )
    cpdef list datagrams_to_send(self, double now)

    @cython.locals(most="long")
    cdef long _take_budget(self, double now)

    @cython.locals(attempt=Try, pending=dict, query_id=bytes, opt=bytes, deadline="double")
    cdef _send(self, Lookup lookup, Nameserver server, Channel channel, double patience, double now)

    @cython.locals(number="unsigned int")
    cdef double _patience(self, Lookup lookup, Nameserver server, bint is_tcp, double now)

    cpdef datagrams_received(self, Channel channel, list datagrams, double now)

    @cython.locals(
        attempt=Try, lookup=Lookup, flags="unsigned int", end="Py_ssize_t", view="const unsigned char *", asked=bytes,
        message=Message, server=Nameserver, record=RR,
    )
    cdef str _receive(self, Channel channel, bytes data, double now)

    @cython.locals(server=Nameserver, channel=Channel)
    cdef _settle(self, Try attempt, double now)

    @cython.locals(lookup=Lookup)
    cdef _miscased(self, Try attempt, double now)

    @cython.locals(lookup=Lookup, answer=Answer, rcode="unsigned int")
    cdef _answer(self, Try attempt, Message message, double now)

    @cython.locals(attempt=Try, lookup=Lookup, channel=Channel, over="Py_ssize_t")
    cpdef expire(self, double now)

    @cython.locals(lookup=Lookup, channel=Channel)
    cdef bint _is_queued(self, Try attempt, double now)

    cpdef bint is_overdue(self, double now)

    @cython.locals(deadline="double", lookup=Lookup)
    cdef double _next_deadline(self)

    cpdef double next_wakeup(self, double now)

    @cython.locals(lookup=Lookup, server=Nameserver)
    cdef _silence(self, Try attempt, double now)

    @cython.locals(attempt=Try, over=Lookup)
    cdef _close(self, Lookup lookup, str status)
