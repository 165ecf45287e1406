cimport cython

cdef Py_ssize_t _POOL


@cython.final
cdef class Identifiers:
    cdef bytes _pool
    cdef Py_ssize_t _at

    @cython.locals(pool="const unsigned char *", at="Py_ssize_t")
    cpdef bytes draw(self)

    @cython.locals(
        drawn=list, pool="const unsigned char *", at="Py_ssize_t", start="Py_ssize_t", stop="Py_ssize_t",
    )
    cpdef list draw_many(self, Py_ssize_t count)

    @cython.locals(pool="const unsigned char *")
    cpdef double chance(self)

    cdef _refill(self)
