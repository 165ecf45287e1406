cimport cython

from .tally cimport Epoch


@cython.final
cdef class Again:
    cdef double _chances
    cdef double _answered

    cdef bint is_enough(self)
    cdef bint is_in_vain(self)
    @cython.locals(again=long, others=long)
    cdef void learn(self, Epoch epoch)
