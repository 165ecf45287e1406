cimport cython

from .lookup cimport Lookup, Try
from .nameserver cimport Channel, Nameserver
from .policy cimport Policy, tries_at


@cython.final
cdef class Streams:
    cdef Policy _policy
    cdef dict _waiting

    cpdef add(self, Lookup lookup, Nameserver server)
    cpdef list servers(self)

    @cython.locals(lookup=Lookup, held=bint)
    cpdef Lookup first(self, Nameserver server, bint others, double now)

    cpdef take_first(self, Nameserver server)
    cpdef list take_all(self, Nameserver server)

    @cython.locals(overdue=list, lookup=Lookup)
    cpdef list take_overdue(self, double now)

    @cython.locals(deadline="double", lookup=Lookup)
    cpdef double next_deadline(self)

    @cython.locals(moment="double", server=Nameserver)
    cpdef double next_send(self, double now)

    cpdef double patience(self, Lookup lookup, Nameserver server, double now)
    cdef bint _is_paced(self, Lookup lookup, Nameserver server)


@cython.locals(best=Channel, channel=Channel)
cpdef Channel best_connection(Nameserver server)

cpdef bint is_another_of_use(Nameserver server, Channel best)

@cython.locals(lookup=Lookup, channel=Channel)
cpdef bint is_queued(Try attempt, double now)
