cimport cython

from .._engine.lookup cimport Lookup


@cython.final
cdef class Known:
    cdef public dict young
    cdef public dict old
    cdef public long long hits

    cpdef get(self, key, double now)
    cpdef put(self, key, outcome)
    cpdef grow_old(self)


cpdef double lifetime(Lookup lookup)
