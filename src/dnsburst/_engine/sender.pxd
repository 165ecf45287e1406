cimport cython

from .._wire.message cimport build_query
from .jitter cimport Jitter
from .lookup cimport Lookup, Try, new_try
from .nameserver cimport Channel, Nameserver
from .patience cimport Patience
from .pending cimport Pending
from .policy cimport Policy, says_much, silences, tries_at
from .streams cimport Streams, best_connection, is_another_of_use
from .tally cimport Epoch
from .timers cimport Timers

cdef long _RENEW_AFTER
cdef unsigned int _PTR


@cython.final
cdef class Sender:
    cdef list _nameservers
    cdef Policy _policy
    cdef Timers _timers
    cdef Jitter _jitter
    cdef Streams _streams
    cdef list _ready
    cdef object _retries
    cdef double _overdue_at
    cdef long _most_open
    cdef double _timeout
    cdef bint _randomize
    cdef object _rate
    cdef double _budget
    cdef double _budget_at
    cdef long _left
    cdef readonly Patience patience
    cdef public list exhausted
    cdef public list wanted
    cdef public list retired
    cdef public long long sent
    cdef public long in_flight

    cpdef ask(self, list lookups)
    @cython.locals(servers=list, server=Nameserver)
    cpdef bint ask_again(self, Lookup lookup, double now, double pause)
    cpdef bint ask_over_tcp(self, Lookup lookup, Nameserver server)
    cpdef long waiting(self)
    cpdef long fresh(self)
    cpdef list take_unsent(self, Nameserver server, bint is_tcp)

    @cython.locals(overdue=list, count="Py_ssize_t", lookup=Lookup)
    cpdef list take_overdue(self, double now)

    @cython.locals(deadline="double", lookup=Lookup)
    cpdef double next_deadline(self)

    @cython.locals(moment="double", server=Nameserver)
    cpdef double next_send(self, double now)

    @cython.locals(most="long")
    cdef long _take_budget(self, double now)

    @cython.locals(channels=list, server=Nameserver)
    cpdef list send_again(self, double now)

    @cython.locals(
        full=list, ready=list, fresh=list, budget="long", count="long", taken="Py_ssize_t",
        server=Nameserver, channel=Channel, lookup=Lookup,
    )
    cpdef send_first(self, list channels, double now)

    @cython.locals(lookups=list, channel=Channel, count="long", batch=list, failed=list, lookup=Lookup)
    cdef _send_together(self, Nameserver server, list channels, double now)

    @cython.locals(kept=list, far=list, looked="long", lookup=Lookup, server=Nameserver, channel=Channel)
    cdef _send_retries(self, list channels, double now)

    @cython.locals(lookup=Lookup, server=Nameserver, channel=Channel, patience="double", others=bint)
    cdef _send_streams(self, list channels, double now)

    @cython.locals(count="long")
    cdef long _room(self, Nameserver server, Channel channel, double now)

    @cython.locals(number="unsigned int", again="double")
    cdef double _seconds(self, Lookup lookup, Nameserver server)

    @cython.locals(
        attempt=Try, pending=Pending, number="unsigned int", opt=bytes, deadline="double", evidence=bint,
    )
    cdef _send(self, Lookup lookup, Nameserver server, Channel channel, double patience, double now)

    @cython.locals(
        count="Py_ssize_t", pending=Pending, outbox=list, randomize=bint, opt=bytes, cookie=bint, epoch=Epoch,
        deadline="double", attempts=list, first="unsigned int", number="unsigned int", lookup=Lookup,
        attempt=Try,
    )
    cdef _send_fresh(self, list lookups, Nameserver server, Channel channel, double now)

    cdef _renew(self, Channel channel)
