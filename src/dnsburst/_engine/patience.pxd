cimport cython


@cython.final
cdef class Patience:
    cdef list _silent
    cdef list _answered

    @cython.locals(silent=list)
    cpdef void note_silence(self, long number)
    cpdef void note_answer(self, long number)
    @cython.locals(share=double, silent=double, count=long)
    cpdef double again(self, long number)
