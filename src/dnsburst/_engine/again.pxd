cimport cython

from .tally cimport Epoch


@cython.final
cdef class Again:
    cdef Score _refused
    cdef Score _servfail

    cdef bint is_enough(self)
    cdef bint is_in_vain(self, bint refused)
    @cython.locals(beside=Epoch, others=long, chance=double)
    cdef void learn(self, Epoch epoch)


@cython.final
cdef class Score:
    cdef double _answered
    cdef double _chances

    cdef void add(self, double chances, long answered)
    cdef bint is_enough(self)
    cdef bint is_in_vain(self)
