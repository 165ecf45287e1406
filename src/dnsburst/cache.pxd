cimport cython

from ._engine.lookup cimport Lookup
from ._wire.message cimport RR, question, question_key


@cython.final
cdef class Cache:
    cdef dict _entries
    cdef long _hits
    cdef long _maxsize
    cdef long _misses

    cpdef object get(self, bytes name, unsigned int rdtype, double now)

    @cython.locals(lookup=Lookup)
    cpdef object find(self, bytes key, double now)

    @cython.locals(entries=dict, lookup=Lookup, ttl="long", before="Py_ssize_t", excess="Py_ssize_t")
    cpdef add(self, list lookups, double now)


@cython.locals(octets="Py_ssize_t", rr=RR)
cdef long _time_to_live(Lookup lookup) except? -1
