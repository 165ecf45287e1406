cimport cython

from ._engine.lookup cimport Lookup
from ._garbage cimport leave_out
from ._wire.message cimport RR, question
from ._wire.name cimport fold


cdef bint _COMPILED


@cython.final
cdef class Cache:
    cdef dict _entries
    cdef long _hits
    cdef long _maxsize
    cdef long _misses

    @cython.locals(key=bytes, entry=tuple, since="double", until="double")
    cpdef object get(self, bytes name, unsigned int rdtype, double now)

    @cython.locals(entries=dict, lookup=Lookup, entry=tuple, ttl="long", excess="Py_ssize_t")
    cpdef add(self, list lookups, double now)


@cython.locals(octets="Py_ssize_t", rr=RR)
cdef long _time_to_live(Lookup lookup) except? -1
