cimport cython


@cython.final
cdef class Patience:
    cdef list _met

    @cython.locals(met=list)
    cpdef void note(self, long number)
    @cython.locals(met=list)
    cpdef double again(self, long number)
