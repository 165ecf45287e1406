cimport cython

cdef Py_ssize_t _POOL


@cython.final
cdef class Identifiers:
    cdef list _pool
    cdef Py_ssize_t _at

    @cython.locals(start="Py_ssize_t")
    cpdef list draw(self, Py_ssize_t most)

    cpdef double chance(self)

    cdef _refill(self)
