cimport cython

cdef Py_ssize_t _POOL


@cython.final
cdef class Jitter:
    cdef bytes _pool
    cdef Py_ssize_t _at

    @cython.locals(pool="const unsigned char *")
    cpdef double draw(self)
