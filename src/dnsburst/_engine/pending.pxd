cimport cython

from .identifiers cimport Identifiers
from .lookup cimport Try

cdef unsigned int _MOST_PLACES
cdef Try _ANSWERED_TRY


@cython.final
cdef class Pending:
    cdef list _places
    cdef unsigned int _mask
    cdef public unsigned int count

    @cython.locals(places=list, mask="unsigned int", query_ids=list, attempt=Try, at="unsigned int", query_id=object)
    cpdef list add(self, list attempts, Identifiers identifiers)

    @cython.locals(attempt=Try, taken="unsigned int")
    cpdef Try find(self, unsigned int query_id)

    @cython.locals(at="unsigned int")
    cpdef keep_id(self, Try attempt)

    @cython.locals(places=list, mask="unsigned int", attempt=Try, at="unsigned int")
    cpdef keep_ids(self, list attempts)

    cpdef remove(self, unsigned int query_id)

    @cython.locals(places=list, mask="unsigned int", waiting=list, query_id="unsigned int")
    cpdef list release(self, list query_ids)

    cpdef list tries(self)

    @cython.locals(old=list, places=list, mask="unsigned int", query_id="unsigned int")
    cdef _grow(self)
