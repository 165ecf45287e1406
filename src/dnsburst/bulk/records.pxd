cimport cython

from .._wire.message cimport RR

cdef bint _COMPILED
cdef unsigned int _CLASS_IN
cdef object _HEAD


@cython.locals(rr=RR)
cpdef bytes packed(tuple records)

@cython.locals(records=list, at="Py_ssize_t", rdtype="unsigned int", ttl="unsigned int", size="Py_ssize_t")
cpdef tuple unpacked(bytes name, bytes data)

@cython.locals(rr=RR)
cpdef RR record(bytes name, unsigned int rdtype, unsigned int ttl, bytes rdata, str text)
