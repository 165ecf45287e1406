cimport cython

from .identifiers cimport Identifiers
from .lookup cimport Try


@cython.final
cdef class Pending:
    cdef Identifiers _identifiers
    cdef list _places
    cdef unsigned int _mask
    cdef unsigned int _next
    cdef public unsigned int count

    @cython.locals(first="unsigned int", sequence="unsigned int", places=list, mask="unsigned int", attempt=Try)
    cpdef unsigned int add(self, list attempts)

    cpdef unsigned int query_id(self, Try attempt)

    @cython.locals(sequence="unsigned int", attempt=Try)
    cpdef Try find(self, unsigned int query_id)

    cpdef bint was_used(self, unsigned int query_id)
    cpdef bint is_of(self, unsigned int query_id, Try attempt)
    cpdef remove(self, Try attempt)

    @cython.locals(places=list, mask="unsigned int", attempt=Try)
    cpdef remove_all(self, list attempts)

    @cython.locals(places=list, mask="unsigned int", waiting=list, sequence="unsigned int", attempt=Try)
    cpdef list waiting(self, unsigned int first, unsigned int end)

    cpdef list tries(self)

    @cython.locals(old=list, places=list, mask="unsigned int", attempt=Try)
    cdef _grow(self)
