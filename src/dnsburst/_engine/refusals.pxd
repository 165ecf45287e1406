cimport cython

from .tally cimport Epoch


@cython.final
cdef class Refusals:
    cdef bint forgiven
    cdef bint limiting
    cdef double speaks_until
    cdef bint _seen
    cdef double _errors
    cdef double _replies

    @cython.locals(usual=double)
    cdef void count(self, Epoch epoch, double expected, double srtt, double now)
    cdef void forgive(self)
    cdef double good(self, Epoch epoch)


@cython.locals(replies=long, odds=double)
cdef bint _are_many(long refused, long good, double usual)
