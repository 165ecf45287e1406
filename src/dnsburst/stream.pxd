cimport cython

from ._engine.lookup cimport Lookup, new_lookup
from ._wire.message cimport RR, question, question_key
from .cache cimport Cache
from .questions cimport to_result, wire_question

cdef Py_ssize_t _MOVE_UP
cdef long _RECORD
cdef long _UNIT


@cython.final
cdef class Ticket:
    cdef readonly object name
    cdef Stream stream
    cdef Lookup lookup
    cdef object result
    cdef Py_ssize_t place
    cdef long weight

    cpdef bint done(self)
    cdef object to_result(self)


@cython.locals(ticket=Ticket)
cdef Ticket new_ticket(object name, Stream stream)


@cython.final
cdef class Stream:
    cdef object _names
    cdef object _rdtype
    cdef bint _ordered
    cdef Cache _cache
    cdef list _line
    cdef Py_ssize_t _first
    cdef list _open
    cdef long _held
    cdef double _mean
    cdef bint _full
    cdef object _error
    cdef public bint exhausted

    @cython.locals(wanted="long", lookups=list)
    cpdef feed(self, object pump, long room, double now=*)

    @cython.locals(lookups=list)
    cpdef submit(self, object pump, object name, double now=*)

    @cython.locals(ticket=Ticket, wire=bytes, rdtype="unsigned int", asked=bytes, key=bytes, known=tuple)
    cdef _ask(self, object name, list lookups, double now)

    @cython.locals(at="Py_ssize_t", new=Lookup, ticket=Ticket, lookup=Lookup)
    cdef _start(self, object pump, list lookups)

    @cython.locals(place="Py_ssize_t", last=Ticket, lookup=Lookup, rr=RR, size="long")
    cdef ticket_done(self, Ticket ticket)

    @cython.locals(ticket=Ticket)
    cpdef bint has_results(self)

    @cython.locals(first="Py_ssize_t", ticket=Ticket)
    cpdef object pop(self, object pump)

    cpdef bint is_full(self) except -1

    @cython.locals(left="long")
    cdef long _room(self) except? -1

    @cython.locals(ticket=Ticket)
    cpdef close(self, object pump)


@cython.locals(others=list, lookup=Lookup, ticket=Ticket)
cpdef list deliver(list lookups)
