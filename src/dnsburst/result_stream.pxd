cimport cython

from .stream cimport Stream


@cython.final
cdef class ResultStream:
    cdef object _resolver
    cdef Stream _stream
    cdef object _names
    cdef object _event
    cdef object _pump
    cdef object _puller
