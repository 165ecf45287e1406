cimport cython

from .._engine.lookup cimport Lookup


@cython.final
cdef class Known:
    cdef public dict young
    cdef public dict old
    cdef dict _fading
    cdef public long long hits
    cdef Py_ssize_t _most

    cpdef get(self, key, double now)
    cpdef put(self, key, outcome)

    @cython.locals(fading=dict)
    cpdef turn(self)


cpdef double lifetime(Lookup lookup)
