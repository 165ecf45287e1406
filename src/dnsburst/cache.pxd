cimport cython

from ._engine.lookup cimport Lookup
from ._wire.message cimport RR


@cython.final
cdef class Cache:
    cdef object _entries
    cdef long _hits
    cdef long _maxsize
    cdef long _misses

    @cython.locals(key=tuple, entry=tuple, since="double", until="double")
    cpdef object get(self, bytes name, unsigned int rdtype, double now)

    @cython.locals(lookup=Lookup, key=tuple, ttl="long")
    cpdef add(self, list lookups, double now)


@cython.locals(octets="Py_ssize_t", rr=RR)
cdef long _time_to_live(Lookup lookup) except? -1
