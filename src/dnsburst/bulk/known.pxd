cimport cython

from .._engine.lookup cimport Lookup


@cython.final
cdef class Known:
    cdef public dict young
    cdef public dict old
    cdef public long long hits
    cdef Py_ssize_t _most

    cpdef get(self, key, double now)
    cpdef put(self, key, outcome)
    cpdef turn(self)


cpdef double lifetime(Lookup lookup)
