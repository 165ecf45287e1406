cimport cython

from .lookup cimport Lookup, Try, new_lookup
from .patience cimport Patience
from .policy cimport all_failed, silences

cdef Lookup _ENDED_LOOKUP
cdef Lookup _CANCELLED_LOOKUP


@cython.final
cdef class UnderWay:
    cdef readonly dict by_key
    cdef list _finished
    cdef Patience _patience

    @cython.locals(by_key=dict, started=list, fresh=list, at="Py_ssize_t", new=Lookup, lookup=Lookup)
    cpdef tuple start(self, list lookups, double deadline)

    cpdef cancel(self, Lookup lookup, object tag)

    @cython.locals(attempt=Try, over=Lookup)
    cpdef end(self, Lookup lookup, str status)

    @cython.locals(by_key=dict, finished=list, attempt=Try, lookup=Lookup)
    cpdef end_all(self, list attempts)

    cpdef give_up(self, Lookup lookup)
    cpdef bint has_finished(self)
    cpdef list take_finished(self)
