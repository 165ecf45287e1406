cimport cython

cdef unsigned int _POOL


cdef class Identifiers:
    cdef bytes _pool
    cdef Py_ssize_t _at

    @cython.locals(query_id=bytes)
    cpdef bytes draw(self, dict taken)
