cimport cython

from .lookup cimport Lookup, Try
from .nameserver cimport Nameserver
from .pace cimport Pace

cdef unsigned int _TRIES_PER_SERVER
cdef unsigned int _LEAST_ERRORS
cdef long _VAIN_TRIES
cdef long _MOST_AHEAD
cdef double _LOOK
cdef unsigned int _OUT
cdef unsigned int _ANSWERED
cdef unsigned int _SILENT
cdef unsigned int _FAILED


@cython.final
cdef class Policy:
    cdef double _believed_until
    cdef double _looked_at
    cdef long _most_ahead
    cdef long _in_vain
    cdef long _alike
    cdef list _nameservers
    cdef bint _patient
    cdef bint _tcp
    cdef unsigned int _tries
    cdef unsigned int _udp_tries

    @cython.locals(server=Nameserver)
    cpdef bint any_up(self)

    cpdef long ahead(self, Nameserver server, double now)
    cpdef long most_ahead(self, double now)

    @cython.locals(server=Nameserver, path=double, rate=double, answered=double)
    cdef _look(self, double now)

    @cython.locals(best=Nameserver, server=Nameserver, least=double, load=double, up=bint)
    cpdef Nameserver roomiest(self, list full, long waiting, double now)

    @cython.locals(server=Nameserver)
    cpdef list far(self, long waiting, double now)

    @cython.locals(server=Nameserver, moment=double)
    cpdef double next_send(self, long waiting, double now)

    @cython.locals(
        best=Nameserver, server=Nameserver, best_tries="unsigned int", tries="unsigned int", most="long",
        allowance="long", up=bint, heard=bint, near=bint, latest=double,
        pace=Pace,
    )
    cpdef Nameserver server_again(self, Lookup lookup, bint others, list far, double now)

    @cython.locals(last=Try, servers=list, server=Nameserver)
    cpdef list asked_together(self, Lookup lookup, bint idle, double now)

    @cython.locals(servers=list, server=Nameserver)
    cdef list _two_at_hand(self, Nameserver asked, double now)

    cpdef bint may_ask(self, Lookup lookup, Nameserver server)

    @cython.locals(server=Nameserver)
    cpdef Nameserver server_for_tcp(self, Lookup lookup)

    cpdef int next_step(self, Lookup lookup)

    @cython.locals(last=Try)
    cpdef note_failure(self, Lookup lookup)
    cpdef note_success(self, Lookup lookup)

    @cython.locals(last=Try)
    cdef bint _is_believed(self, Lookup lookup)

    @cython.locals(least="unsigned int", server=Nameserver)
    cdef bint _is_own_trouble(self, Lookup lookup, unsigned int beyond=?)

    cpdef bint may_try(self, Lookup lookup)
    cpdef bint may_send_again(self, Lookup lookup)
    cpdef bint is_last_resort(self, Lookup lookup)
    cpdef bint is_over(self, Lookup lookup)

    @cython.locals(lookup=Lookup, server=Nameserver, other=Nameserver, pause=double)
    cpdef double pause(self, Try attempt, double now)

    @cython.locals(server=Nameserver, up=bint)
    cdef bint _udp_left(self, Lookup lookup)


cpdef bint is_excused(Try attempt)

@cython.locals(count="unsigned int", attempt=Try)
cpdef unsigned int tries_at(Lookup lookup, Nameserver server, bint over_tcp)

cpdef unsigned int errors_of(Lookup lookup)

@cython.locals(attempt=Try, count=int)
cpdef int replies_to(Lookup lookup)

@cython.locals(lookup=Lookup)
cpdef bint was_last(Try attempt)

@cython.locals(attempt=Try)
cpdef bint is_out(Lookup lookup)

@cython.locals(refused=bint, attempt=Try)
cpdef bint says_much(Lookup lookup)
cpdef unsigned int silences(Lookup lookup)

@cython.locals(attempt=Try)
cpdef bint all_failed(Lookup lookup)

cdef bint _is_swept(Try attempt)

@cython.locals(count="unsigned int", attempt=Try)
cdef unsigned int _unexplained(Lookup lookup, unsigned int state)

@cython.locals(attempt=Try)
cdef bint _awaits(Lookup lookup)
