cimport cython

cdef Py_ssize_t _POOL


@cython.final
cdef class Identifiers:
    cdef bytes _pool
    cdef Py_ssize_t _at

    @cython.locals(pool="const unsigned char *", at="Py_ssize_t")
    cpdef unsigned int draw(self)

    @cython.locals(pool="const unsigned char *")
    cpdef double chance(self)

    cdef _refill(self)
